/**
 * The order the protocol prescribes: nothing before `initialize`, `initialize` once, nothing after `shutdown` but
 * `exit`. It stands before every handler, so that no feature has to ask.
 */
import {
	type CancellationToken,
	type Connection,
	type ConnectionOptions,
	ErrorCodes,
	LSPErrorCodes,
	Message,
	ResponseError,
} from "vscode-languageserver";

export interface Gate {
	/** For the connection that `register` gets. */
	readonly options: ConnectionOptions;
	register(connection: Connection): void;
	/** `initialize` was answered. */
	open(): void;
	/** `initialize` failed: the client may try again. */
	reset(): void;
	shutDown(): void;
}

type State = "new" | "initializing" | "open" | "shut-down";

const refusals = {
	"peft-lint/refuse/early": [ErrorCodes.ServerNotInitialized, "The server has not been initialized."],
	"peft-lint/refuse/again": [ErrorCodes.InvalidRequest, "The server has been initialized already."],
	"peft-lint/refuse/late": [ErrorCodes.InvalidRequest, "The server has been shut down."],
} as const;

type Refusal = keyof typeof refusals;

export function createGate(): Gate {
	let state: State = "new";

	/** The refusal of a request, `drop` for a notification; undefined lets it through. */
	function judge(method: string): Refusal | undefined {
		switch (state) {
			case "new":
				if (method !== "initialize") return "peft-lint/refuse/early";
				state = "initializing";
				return undefined;
			case "initializing":
				return method === "initialize" ? "peft-lint/refuse/again" : "peft-lint/refuse/early";
			case "open":
				return method === "initialize" ? "peft-lint/refuse/again" : undefined;
			case "shut-down":
				return "peft-lint/refuse/late";
		}
	}

	return {
		options: {
			connectionStrategy: {
				cancelUndispatched: ({ jsonrpc }) => ({
					jsonrpc,
					id: null,
					error: { code: LSPErrorCodes.RequestCancelled, message: "Cancelled." },
				}),
			},
			messageStrategy: {
				handleMessage(message, next) {
					if (Message.isRequest(message)) {
						const refusal = judge(message.method);
						return next(refusal === undefined ? message : { ...message, ...refuse(refusal) });
					}
					if (Message.isNotification(message) && isDropped(message.method, state)) return;
					return next(message);
				},
			},
		},
		register(connection) {
			for (const [method, [code, text]] of Object.entries(refusals)) {
				connection.onRequest(method, (_params: unknown, _token: CancellationToken) => new ResponseError(code, text));
			}
		},
		open() {
			state = "open";
		},
		reset() {
			state = "new";
		},
		shutDown() {
			state = "shut-down";
		},
	};
}

/** A handler of ours gives the answer: the connection has no other way to speak from here. */
function refuse(method: Refusal): { readonly method: Refusal; readonly params: Record<string, never> } {
	return { method, params: {} };
}

function isDropped(method: string, state: State): boolean {
	return state !== "open" && method !== "exit" && !method.startsWith("$/");
}
