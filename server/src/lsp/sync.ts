/** Keeps the server's texts equal to the client's. */
import type { Connection } from "vscode-languageserver";
import type { TextChange } from "../workspace/changes";
import type { DocumentSource } from "../workspace/document";
import { positionIn, property, uriIn } from "./requests";
import type { GetSession } from "./session";
import { lookAgain } from "./workspace-files";

export interface SyncListener {
	changed(uri: string): void;
	closed(uri: string): void;
}

export function registerSync(connection: Connection, session: GetSession, listener: SyncListener): void {
	/** Cells are kept by the notifications of their notebook. */
	function isCell(uri: string): boolean {
		const { documents, host } = session();
		const notebook = documents.notebookOf(uri);
		if (notebook !== undefined) host.log("debug", `${uri} is a cell of ${notebook.uri}, which is kept as a whole.`);
		return notebook !== undefined;
	}

	connection.onDidOpenTextDocument((params: unknown) => {
		const { documents, host } = session();
		const source = sourceIn(property(params, "textDocument"));
		if (source === undefined) {
			host.log("error", "A didOpen notification without a URI or a text was ignored.");
			return;
		}
		if (isCell(source.uri)) return;
		documents.open(source);
		lookAgain(session());
		listener.changed(source.uri);
	});

	connection.onDidChangeTextDocument((params: unknown) => {
		const { documents, host } = session();
		const uri = uriIn(params);
		const document = uri === undefined ? undefined : documents.get(uri);
		if (uri === undefined || document === undefined) {
			host.log("warning", `A change of ${uri ?? "no document"} was ignored: it is not open.`);
			return;
		}
		if (isCell(uri)) return;
		const changes = changesIn(property(params, "contentChanges"));
		if (changes === undefined) {
			host.log("error", `A change of ${uri} cannot be understood. The file is not checked until it is sent whole.`);
			document.lose();
		} else {
			document.change(versionIn(property(params, "textDocument")), changes);
		}
		listener.changed(uri);
	});

	connection.onDidCloseTextDocument((params: unknown) => {
		const { documents, settings } = session();
		const uri = uriIn(params);
		if (uri === undefined || documents.get(uri) === undefined || isCell(uri)) return;
		documents.close(uri);
		settings.forget(uri);
		lookAgain(session());
		listener.closed(uri);
	});
}

/** What `didOpen` says of a text; undefined without a URI or a text. */
export function sourceIn(item: unknown): DocumentSource | undefined {
	const uri = property(item, "uri");
	const text = property(item, "text");
	const languageId = property(item, "languageId");
	if (typeof uri !== "string" || typeof text !== "string") return undefined;
	return { uri, languageId: typeof languageId === "string" ? languageId : "", version: versionIn(item), text };
}

/** Some clients count nothing and send null. */
export function versionIn(textDocument: unknown): number {
	const version = property(textDocument, "version");
	return typeof version === "number" ? version : 0;
}

/** Undefined when one of them cannot be applied: then the ones after it cannot either. */
export function changesIn(list: unknown): readonly TextChange[] | undefined {
	if (!Array.isArray(list)) return undefined;
	const changes = list.map(changeOf);
	return changes.every((change) => change !== undefined) ? changes : undefined;
}

function changeOf(change: unknown): TextChange | undefined {
	const text = property(change, "text");
	if (typeof text !== "string") return undefined;
	const range = property(change, "range");
	if (range === undefined || range === null) return { text };
	const start = positionIn(range, "start");
	const end = positionIn(range, "end");
	return start === undefined || end === undefined ? undefined : { range: { start, end }, text };
}
