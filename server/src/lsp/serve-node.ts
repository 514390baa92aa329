/** The language server as a Node process: over stdio, IPC, a socket or a pipe, whatever the command line names. */
import { type Connection, createConnection } from "vscode-languageserver/node";
import { loadAssets } from "../workspace/assets";
import { nodeDisk } from "../workspace/disk";
import { startServer } from "./server";

/**
 * Serves until the client ends it, then exits: 0 after `shutdown`, else 1; also when the client's process is gone.
 * Throws when the command line names no transport (`--stdio`, `--node-ipc`, `--socket=PORT`, `--pipe=NAME`).
 */
export function serveOnNode(): void {
	const connection = startServer({
		connect: (options) => createConnection(options),
		loadAssets: () => loadAssets(),
		disk: nodeDisk,
	});
	surviveFaults(connection);
}

/** A fault in one answer is no reason to take the others down. */
function surviveFaults(connection: Connection): void {
	const report = (what: string) => (error: unknown) => {
		// The client is gone: there is nobody to serve or to tell.
		if (error instanceof Error && "code" in error && error.code === "EPIPE") process.exit(1);
		const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
		connection.console.error(`${what}. Please report this. ${detail}`);
	};
	process.on("unhandledRejection", report("A promise was rejected and nobody listened"));
	process.on("uncaughtException", report("An exception was not caught"));
}
