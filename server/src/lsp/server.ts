/** The language server: every feature on one connection. */
import type { Connection, ConnectionOptions } from "vscode-languageserver";
import { createPythonParser, type ParserAssets } from "../syntax/parser";
import type { Disk, Host } from "../workspace/host";
import { registerCodeActions } from "./code-actions";
import { registerConfiguration } from "./configuration";
import { registerDiagnostics } from "./diagnostics";
import { createGate } from "./gate";
import { registerHover } from "./hover/index";
import { registerLifecycle } from "./lifecycle";
import { createLog } from "./log";
import { registerModelGraph } from "./model-graph";
import { registerNotebookSync } from "./notebook-sync";
import { registerSync } from "./sync";
import { registerVersions } from "./versions";
import { registerWorkspaceFiles } from "./workspace-files";

/** What the place it runs in gives the server. */
export interface Surroundings {
	/** Makes the connection; the options belong to it. */
	connect(options: ConnectionOptions): Connection;
	/** Rejects with a message for a person. */
	loadAssets(): Promise<ParserAssets>;
	readonly disk: Disk;
}

/** Serves until the client says `exit` or the connection ends. */
export function startServer(surroundings: Surroundings): Connection {
	const gate = createGate();
	const connection = surroundings.connect(gate.options);
	const host: Host = { ...surroundings.disk, log: createLog(connection) };
	// Loading starts at once: by the time the client has said hello it is done.
	const parser = surroundings.loadAssets().then(createPythonParser);
	parser.catch(() => "`initialize` answers with the reason");

	gate.register(connection);
	const session = registerLifecycle(connection, gate, host, () => parser);
	const diagnostics = registerDiagnostics(connection, session);
	registerSync(connection, session, diagnostics);
	registerNotebookSync(connection, session, diagnostics);
	const readyForFiles = registerWorkspaceFiles(connection, session, diagnostics);
	const readyForSettings = registerConfiguration(connection, session, diagnostics.refresh);
	registerCodeActions(connection, session);
	registerHover(connection, session);
	registerModelGraph(connection, session);
	registerVersions(connection, session);
	// A connection has one handler for each message.
	connection.onInitialized(() => {
		readyForFiles();
		readyForSettings();
	});
	connection.listen();
	return connection;
}
