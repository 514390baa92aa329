/** A small language client: starts the real server, speaks the protocol with it, and remembers what it says. */
import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { PassThrough, type Writable } from "node:stream";
import { afterAll, afterEach } from "vitest";
import {
	CancellationTokenSource,
	type ClientCapabilities,
	createMessageConnection,
	type InitializeParams,
	type InitializeResult,
	type MessageConnection,
	StreamMessageReader,
	StreamMessageWriter,
	type WorkspaceFolder,
} from "vscode-languageserver-protocol/node";
import { buildServer } from "./build";

export interface Server {
	readonly process: ChildProcess;
	readonly connection: MessageConnection;
	/** What the server answered to `initialize`. */
	readonly initialized: InitializeResult | undefined;
	request<R>(method: string, params?: object | null): Promise<R>;
	/** Sends the request, and right behind it its cancellation. */
	cancelled(method: string, params: object): Promise<unknown>;
	/** The next messages, so many of them, reach the server in one piece, as if it had been busy meanwhile. */
	hold(messages: number): void;
	notify(method: string, params?: object): void;
	/** Bytes as they are. */
	raw(bytes: string): void;
	/** Every notification of this kind so far. */
	received<P>(method: string): readonly P[];
	/** The first notification of this kind, past or to come, that fits. */
	next<P>(method: string, fits?: (params: P) => boolean): Promise<P>;
	/** What could not be read of what the server wrote. */
	errors(): readonly string[];
	/** Requests that the server has made. */
	asked(method: string): readonly unknown[];
	/** Waits until the server has made so many requests of this kind. */
	untilAsked(method: string, times?: number): Promise<void>;
	/** Exit code, once it is there. */
	readonly exit: Promise<number | null>;
	/** Ends it as a client does; its exit code. */
	stop(): Promise<number | null>;
}

export interface ClientOptions {
	readonly capabilities?: ClientCapabilities;
	readonly initializationOptions?: unknown;
	readonly locale?: string;
	/** Answers `workspace/configuration`, one item at a time. */
	readonly configuration?: (scope: string | undefined) => unknown;
	/** False: the caller initializes, or does not. */
	readonly initialize?: boolean;
	readonly processId?: number | null;
	readonly rootUri?: string;
	readonly workspaceFolders?: readonly WorkspaceFolder[];
	/** Another build than the usual one. */
	readonly bundle?: string;
}

/** Of the running test; a shared server is not among them. */
const ofThisTest = new Set<ChildProcess>();
const shared = new Map<string, Promise<Server>>();

afterEach(() => {
	for (const child of ofThisTest) child.kill();
	ofThisTest.clear();
});

afterAll(async () => {
	for (const server of shared.values()) (await server).process.kill();
});

/** One server for all tests of a file that ask for the same: they keep apart by the addresses of their documents. */
export function sharedServer(options: Pick<ClientOptions, "capabilities" | "locale"> = {}): Promise<Server> {
	const key = JSON.stringify(options);
	const server = shared.get(key) ?? launch(options);
	shared.set(key, server);
	return server;
}

/** A server of one test, which ends with it. */
export async function startServer(options: ClientOptions = {}): Promise<Server> {
	const server = await launch(options);
	ofThisTest.add(server.process);
	return server;
}

/** A server process with nothing said yet but, unless asked otherwise, `initialize` and `initialized`. */
async function launch(options: ClientOptions): Promise<Server> {
	const bundle = options.bundle ?? (await buildServer());
	const child = spawn(process.execPath, [bundle, "--stdio"], { stdio: "pipe" });
	const exit = new Promise<number | null>((resolve) => child.once("exit", resolve));
	// What is written to a server that has ended is lost, and its test says so.
	child.stdin.on("error", () => undefined);
	const sluice = createSluice(child.stdin);
	const connection = createMessageConnection(
		new StreamMessageReader(child.stdout),
		new StreamMessageWriter(sluice.input),
	);
	const errors: string[] = [];
	connection.onError(([error]) => errors.push(error.message));
	const memory = remember(connection, options);
	connection.listen();

	const request = <R>(method: string, params?: object | null): Promise<R> =>
		params === undefined ? connection.sendRequest(method) : connection.sendRequest(method, params);
	const notify = (method: string, params: object = {}): void => {
		connection.sendNotification(method, params).catch(() => "the server is gone; what waits for an answer says so");
	};

	let initialized: InitializeResult | undefined;
	if (options.initialize !== false) {
		initialized = await request<InitializeResult>("initialize", initializeParams(options));
		notify("initialized");
	}
	return {
		process: child,
		connection,
		initialized,
		request,
		notify,
		exit,
		...memory,
		errors: () => errors,
		cancelled(method, params) {
			const source = new CancellationTokenSource();
			const answer = connection.sendRequest(method, params, source.token);
			source.cancel();
			return answer;
		},
		hold: sluice.hold,
		raw: (bytes) => void child.stdin.write(bytes),
		async stop() {
			await request("shutdown");
			notify("exit");
			return exit;
		},
	};
}

export function initializeParams(options: ClientOptions = {}): InitializeParams {
	return {
		processId: options.processId === undefined ? process.pid : options.processId,
		rootUri: options.rootUri ?? null,
		capabilities: options.capabilities ?? {},
		...(options.workspaceFolders !== undefined && { workspaceFolders: [...options.workspaceFolders] }),
		...(options.initializationOptions !== undefined && {
			// The protocol's type is any JSON; tests send every kind of it.
			initializationOptions: options.initializationOptions as NonNullable<InitializeParams["initializationOptions"]>,
		}),
		...(options.locale !== undefined && { locale: options.locale }),
	};
}

interface Sluice {
	readonly input: Writable;
	hold(messages: number): void;
}

/** Lets messages through as they come, or keeps some back until they are all there. */
function createSluice(output: Writable): Sluice {
	let missing = 0;
	let held: Buffer[] = [];
	const input = new PassThrough();
	input.on("data", (chunk: Buffer) => {
		held.push(chunk);
		// Header and content are written one after the other.
		if (!chunk.toString().startsWith("Content-Length")) missing--;
		if (missing > 0) return;
		output.write(Buffer.concat(held));
		held = [];
	});
	return {
		input,
		hold(messages) {
			missing = messages;
		},
	};
}

function remember(
	connection: MessageConnection,
	options: ClientOptions,
): Pick<Server, "received" | "next" | "asked" | "untilAsked"> {
	const arrived = new EventEmitter();
	const notifications: { readonly method: string; readonly params: unknown }[] = [];
	const requests: { readonly method: string; readonly params: unknown }[] = [];
	arrived.setMaxListeners(0);
	connection.onNotification((method, params) => {
		notifications.push({ method, params });
		arrived.emit("notification");
	});
	connection.onRequest((method, params) => {
		requests.push({ method, params });
		arrived.emit("request");
		return answerTo(method, params, options);
	});
	const received = <P>(method: string): P[] =>
		notifications.filter((entry) => entry.method === method).map((entry) => entry.params as P);
	const asked = (method: string) => requests.filter((entry) => entry.method === method).map((entry) => entry.params);
	return {
		received,
		asked,
		async untilAsked(method, times = 1) {
			while (asked(method).length < times) await once(arrived, "request");
		},
		async next<P>(method: string, fits: (params: P) => boolean = () => true): Promise<P> {
			for (;;) {
				const found = received<P>(method).find(fits);
				if (found !== undefined) return found;
				await once(arrived, "notification");
			}
		},
	};
}

async function answerTo(method: string, params: unknown, options: ClientOptions): Promise<unknown> {
	if (method !== "workspace/configuration") return null;
	const { items } = params as { readonly items: readonly { readonly scopeUri?: string; readonly section?: string }[] };
	const answer = ({ scopeUri, section }: (typeof items)[number]): unknown =>
		section === "peftLint" ? (options.configuration?.(scopeUri) ?? null) : null;
	return Promise.all(items.map(answer));
}
