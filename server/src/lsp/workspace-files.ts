/** What the client says of the workspace: which folders it has, and which files on disk have changed. */
import {
	type Connection,
	DidChangeWatchedFilesNotification,
	type InitializeParams,
	type WorkspaceFoldersChangeEvent,
} from "vscode-languageserver";
import { watchedPatterns } from "../workspace/versions/formats";
import { property } from "./requests";
import type { GetSession, Session } from "./session";

export interface WorkspaceFolders {
	/** By URI. */
	all(): readonly string[];
	change(event: WorkspaceFoldersChangeEvent): void;
}

export interface WorkspaceListener {
	/** Programs may be others than before. */
	programsChanged(): void;
	/** Every answer may be another one. */
	refresh(): void;
}

export function foldersIn({ workspaceFolders, rootUri }: InitializeParams): WorkspaceFolders {
	const roots = workspaceFolders?.map(({ uri }) => uri) ?? (rootUri ? [rootUri] : []);
	const folders = new Set(roots);
	return {
		all: () => [...folders],
		change({ added, removed }) {
			for (const { uri } of removed) folders.delete(uri);
			for (const { uri } of added) folders.add(uri);
		},
	};
}

/** Lets all know of the folders that there are now. */
export function announceFolders({ documents, versions, folders }: Omit<Session, "connection">): void {
	documents.setFolders(folders.all());
	versions.setFolders(folders.all());
}

/** The result is to be called when the client is ready to be asked. */
export function registerWorkspaceFiles(
	connection: Connection,
	session: GetSession,
	listener: WorkspaceListener,
): () => void {
	function initialized(): void {
		const { client, host } = session();
		if (client.watchesFiles) {
			const watchers = ["**/*.py", ...watchedPatterns].map((globPattern) => ({ globPattern }));
			connection.client
				.register(DidChangeWatchedFilesNotification.type, { watchers })
				.catch((error: unknown) => host.log("warning", `Changed files will not be seen: ${String(error)}`));
		}
		if (client.hasFolders) {
			connection.workspace.onDidChangeWorkspaceFolders((event) => {
				const { folders, settings } = session();
				folders.change(event);
				announceFolders(session());
				// A folder may have settings of its own.
				if (client.answersConfiguration) settings.changed(undefined);
				listener.refresh();
			});
		}
	}

	connection.onDidChangeWatchedFiles((params: unknown) => {
		const { documents, versions } = session();
		const changes = property(params, "changes");
		const uris = Array.isArray(changes) ? changes.map((change) => property(change, "uri")) : [];
		const known = uris.filter((uri) => typeof uri === "string");
		const python = known.filter((uri) => uri.endsWith(".py"));
		for (const uri of python) documents.changedOnDisk(uri);
		if (python.length < known.length) {
			versions.forget();
			listener.refresh();
		} else if (python.length > 0) {
			listener.programsChanged();
		}
	});

	connection.onDidSaveTextDocument(() => {
		lookAgain(session());
		listener.programsChanged();
	});

	return initialized;
}

/**
 * A document was opened, closed or saved: a good moment to see what happened on disk. A client that watches files tells of
 * most changes, but not of a folder that was moved or deleted.
 */
export function lookAgain({ client, documents, versions }: Session): void {
	documents.changedAnywhere(client.watchesFiles ? "folders" : "files");
	if (!client.watchesFiles) versions.forget();
}
