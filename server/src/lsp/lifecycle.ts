/** From `initialize` to `exit`: what the client can do, what this server offers, and what both share until the end. */
import {
	CodeActionKind,
	type Connection,
	type InitializeParams,
	type InitializeResult,
	LSPErrorCodes,
	ResponseError,
	TextDocumentSyncKind,
} from "vscode-languageserver";
import type { PythonParser } from "../syntax/parser";
import { createDocuments } from "../workspace/documents";
import type { Host } from "../workspace/host";
import { version } from "../workspace/version";
import { createVersionReader } from "../workspace/versions/project";
import { type Client, clientOf } from "./client";
import { fixAllKind } from "./code-actions";
import { createSettings } from "./configuration";
import type { Gate } from "./gate";
import type { GetSession, Session } from "./session";
import { textsFor } from "./texts";
import { announceFolders, foldersIn } from "./workspace-files";

export const serverName = "PEFT Lint";

export function registerLifecycle(
	connection: Connection,
	gate: Gate,
	host: Host,
	loadParser: () => Promise<PythonParser>,
): GetSession {
	let session: Session | undefined;

	connection.onInitialize(async (params) => {
		try {
			session = createSession(connection, host, await loadParser(), params);
			gate.open();
			return resultFor(session.client);
		} catch (error) {
			gate.reset();
			const message = error instanceof Error ? error.message : String(error);
			host.log("error", message);
			return new ResponseError(LSPErrorCodes.RequestFailed, message, { retry: false });
		}
	});

	connection.onShutdown(() => {
		gate.shutDown();
		for (const document of session?.documents.all() ?? []) session?.documents.close(document.uri);
	});

	return () => {
		if (session === undefined) throw new Error("No session: the gate let a message through before initialize.");
		return session;
	};
}

function createSession(connection: Connection, host: Host, parser: PythonParser, params: InitializeParams): Session {
	const client = clientOf(params);
	const texts = textsFor(params.locale);
	const session: Session = {
		connection,
		client,
		host,
		texts,
		documents: createDocuments({ parser, host, encoding: client.encoding }),
		settings: createSettings(connection, client, host, texts, params.initializationOptions),
		versions: createVersionReader(host),
		folders: foldersIn(params),
	};
	announceFolders(session);
	return session;
}

function resultFor(client: Client): InitializeResult {
	return {
		serverInfo: { name: serverName, version },
		capabilities: {
			positionEncoding: client.encoding,
			textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
			notebookDocumentSync: { notebookSelector: [{ notebook: "jupyter-notebook", cells: [{ language: "python" }] }] },
			hoverProvider: true,
			...(client.pullsDiagnostics && {
				diagnosticProvider: { identifier: "peft-lint", interFileDependencies: true, workspaceDiagnostics: false },
			}),
			...(client.takesCodeActions && {
				codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, CodeActionKind.RefactorRewrite, fixAllKind] },
			}),
			workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
		},
	};
}
