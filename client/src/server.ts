/** The life of the language server: start, restart, crash, stop. */
import { type Event, EventEmitter, type LogOutputChannel, l10n, window } from "vscode";
import {
	CloseAction,
	type CloseHandlerResult,
	ErrorAction,
	LanguageClient,
	State,
	TransportKind,
} from "vscode-languageclient/node";
import { coalesce } from "./coalesce";
import { crashBudget } from "./crashes";
import { protocolSelector } from "./selector";

export type ServerState = "starting" | "running" | "stopped" | "failed";

export interface Server {
	readonly state: ServerState;
	readonly onDidChangeState: Event<ServerState>;
	/** Undefined unless the server is running. */
	readonly client: LanguageClient | undefined;
	/** Starts the server, anew if it runs. Never rejects: a failure is logged, shown, and is the state. */
	restart(): Promise<void>;
	stop(): Promise<void>;
}

/** Must be the prefix of the settings: the client finds `peftLint.trace.server` through it. */
const clientId = "peftLint";
const clientName = "PEFT Lint";

/** `serverModule` is the path of the server's bundle; `trace` receives the messages exchanged with it. */
export function createServer(serverModule: string, log: LogOutputChannel, trace: LogOutputChannel): Server {
	const changed = new EventEmitter<ServerState>();
	const onCrash = crashBudget();
	let state: ServerState = "stopped";
	let client: LanguageClient | undefined;

	const setState = (next: ServerState): void => {
		state = next;
		changed.fire(next);
	};

	const stop = async (): Promise<void> => {
		const old = client;
		client = undefined;
		setState("stopped");
		if (old?.state === State.Running) await old.dispose().catch(logError("Stopping the server"));
	};

	const restart = coalesce(async () => {
		await stop();
		const next = createClient(serverModule, log, trace, () => closed(next));
		client = next;
		setState("starting");
		await next.start().then(
			() => setState("running"),
			(error: unknown) => {
				logError("Starting the server")(error);
				setState("failed");
			},
		);
	});

	/**
	 * The connection ended and nobody had asked for it. The client is never told to restart by itself: then every
	 * start goes through `restart`, and two servers cannot come up at once.
	 */
	const closed = (crashed: LanguageClient): CloseHandlerResult => {
		const down = (message: string): CloseHandlerResult => ({
			action: CloseAction.DoNotRestart,
			message,
			handled: true,
		});
		if (client !== crashed) return down("The previous server ended.");
		// It would end in the same way again; `start` rejects, and the client has a message for it.
		if (state === "starting") return down("The server ended while it started.");
		if (onCrash(Date.now()) === "restart") {
			void restart();
			return down("The server ended unexpectedly and is started again.");
		}
		setState("failed");
		void reportGivingUp(log, restart);
		return down("The server ended unexpectedly several times and is not started again.");
	};

	const logError =
		(what: string) =>
		(error: unknown): void =>
			log.error(`${what} failed: ${error instanceof Error ? error.message : String(error)}`);

	return {
		get state() {
			return state;
		},
		get client() {
			return state === "running" ? client : undefined;
		},
		onDidChangeState: changed.event,
		restart,
		stop,
	};
}

function createClient(
	module: string,
	log: LogOutputChannel,
	trace: LogOutputChannel,
	closed: () => CloseHandlerResult,
): LanguageClient {
	return new LanguageClient(
		clientId,
		clientName,
		{ module, transport: TransportKind.ipc },
		{
			documentSelector: protocolSelector(),
			outputChannel: log,
			traceOutputChannel: trace,
			errorHandler: {
				error: (_error, _message, count) => ({
					action: (count ?? 0) <= 3 ? ErrorAction.Continue : ErrorAction.Shutdown,
					handled: true,
				}),
				closed,
			},
		},
	);
}

async function reportGivingUp(log: LogOutputChannel, restart: () => Promise<void>): Promise<void> {
	const restartLabel = l10n.t("Restart Server");
	const logsLabel = l10n.t("Show Logs");
	const choice = await window.showErrorMessage(
		l10n.t("The PEFT Lint server stopped several times in a row and was not started again."),
		restartLabel,
		logsLabel,
	);
	if (choice === restartLabel) await restart();
	if (choice === logsLabel) log.show();
}
