/** Keeps the server's texts equal to the client's. */
import type { Connection } from "vscode-languageserver";
import type { TextChange } from "../workspace/changes";
import { positionIn, property, uriIn } from "./requests";
import type { GetSession } from "./session";

export interface SyncListener {
	changed(uri: string): void;
	closed(uri: string): void;
}

export function registerSync(connection: Connection, session: GetSession, listener: SyncListener): void {
	connection.onDidOpenTextDocument((params: unknown) => {
		const { documents, host } = session();
		const uri = uriIn(params);
		const item = property(params, "textDocument");
		const text = property(item, "text");
		if (uri === undefined || typeof text !== "string") {
			host.log("error", "A didOpen notification without a URI or a text was ignored.");
			return;
		}
		const languageId = property(item, "languageId");
		documents.open({
			uri,
			languageId: typeof languageId === "string" ? languageId : "",
			version: versionIn(item),
			text,
		});
		listener.changed(uri);
	});

	connection.onDidChangeTextDocument((params: unknown) => {
		const { documents, host } = session();
		const uri = uriIn(params);
		const document = uri === undefined ? undefined : documents.get(uri);
		if (uri === undefined || document === undefined) {
			host.log("warning", `A change of ${uri ?? "no document"} was ignored: it is not open.`);
			return;
		}
		const changes = changesIn(params);
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
		if (uri === undefined || documents.get(uri) === undefined) return;
		documents.close(uri);
		settings.forget(uri);
		listener.closed(uri);
	});
}

/** Some clients count nothing and send null. */
function versionIn(textDocument: unknown): number {
	const version = property(textDocument, "version");
	return typeof version === "number" ? version : 0;
}

/** Undefined when one of them cannot be applied: then the ones after it cannot either. */
function changesIn(params: unknown): readonly TextChange[] | undefined {
	const list = property(params, "contentChanges");
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
