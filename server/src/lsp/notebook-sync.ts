/** Keeps the server's notebooks equal to the client's: which cells there are, their order and their texts. */
import type { Connection } from "vscode-languageserver";
import type { DocumentSource } from "../workspace/document";
import type { CellReference, OpenNotebook, StructureChange } from "../workspace/notebook/open-notebook";
import { property } from "./requests";
import type { GetSession } from "./session";
import { changesIn, sourceIn, versionIn } from "./sync";
import { lookAgain } from "./workspace-files";

export interface NotebookListener {
	cellsChanged(notebook: OpenNotebook): void;
	/** A cell is no more. */
	closed(uri: string): void;
	/** Files on disk may have changed. */
	programsChanged(): void;
}

export function registerNotebookSync(connection: Connection, session: GetSession, listener: NotebookListener): void {
	const { synchronization } = connection.notebooks;

	synchronization.onDidOpenNotebookDocument((params: unknown) => {
		const { documents, host } = session();
		const uri = notebookUri(params);
		const cells = referencesIn(property(property(params, "notebookDocument"), "cells"));
		const opened = sourcesIn(property(params, "cellTextDocuments"));
		if (uri === undefined || cells === undefined || opened === undefined) {
			host.log("error", `The notebook ${uri ?? "without a URI"} cannot be understood and is not checked.`);
			return;
		}
		close(uri);
		const notebook = documents.openNotebook(uri);
		notebook.restructure({ start: 0, deleteCount: 0, cells, opened, closed: [] });
		lookAgain(session());
		listener.cellsChanged(notebook);
	});

	synchronization.onDidChangeNotebookDocument((params: unknown) => {
		const { documents, host } = session();
		const uri = notebookUri(params);
		const notebook = uri === undefined ? undefined : documents.notebook(uri);
		if (notebook === undefined) {
			host.log("warning", `A change of ${uri ?? "no notebook"} was ignored: it is not open.`);
			return;
		}
		const before = notebook.all();
		change(notebook, property(property(params, "change"), "cells"));
		for (const cell of before) if (notebook.cell(cell.uri) === undefined) listener.closed(cell.uri);
		listener.cellsChanged(notebook);
	});

	synchronization.onDidSaveNotebookDocument(() => {
		lookAgain(session());
		listener.programsChanged();
	});

	synchronization.onDidCloseNotebookDocument((params: unknown) => {
		const uri = notebookUri(params);
		if (uri === undefined) return;
		close(uri);
		lookAgain(session());
	});

	function close(uri: string): void {
		const { documents, settings } = session();
		const cells = documents.notebook(uri)?.all() ?? [];
		documents.closeNotebook(uri);
		settings.forget(uri);
		for (const cell of cells) listener.closed(cell.uri);
	}

	function change(notebook: OpenNotebook, cells: unknown): void {
		const structure = property(cells, "structure");
		if (isThere(structure)) restructure(notebook, structure);
		const data = property(cells, "data");
		if (isThere(data)) notebook.retype(referencesIn(data) ?? []);
		const texts = property(cells, "textContent");
		if (Array.isArray(texts)) for (const text of texts) changeText(notebook, text);
		else if (isThere(texts)) notebook.lose();
	}

	function restructure(notebook: OpenNotebook, structure: unknown): void {
		const change = structureIn(structure);
		if (change === undefined) notebook.lose();
		else notebook.restructure(change);
	}

	function changeText(notebook: OpenNotebook, text: unknown): void {
		const uri = property(property(text, "document"), "uri");
		const cell = typeof uri === "string" ? notebook.cell(uri) : undefined;
		const changes = changesIn(property(text, "changes"));
		if (cell === undefined) {
			session().host.log("warning", `A change of ${String(uri)} was ignored: it is no cell of ${notebook.uri}.`);
		} else if (changes === undefined) {
			session().host.log("error", `A change of ${cell.uri} cannot be understood. The notebook is not checked.`);
			cell.lose();
		} else {
			cell.change(versionIn(property(text, "document")), changes);
		}
	}
}

function notebookUri(params: unknown): string | undefined {
	const uri = property(property(params, "notebookDocument"), "uri");
	return typeof uri === "string" ? uri : undefined;
}

/** Clients send null for nothing. */
function isThere(value: unknown): boolean {
	return value !== undefined && value !== null;
}

function structureIn(structure: unknown): StructureChange | undefined {
	const array = property(structure, "array");
	const start = property(array, "start");
	const deleteCount = property(array, "deleteCount");
	const cells = referencesIn(property(array, "cells") ?? []);
	const opened = sourcesIn(property(structure, "didOpen") ?? []);
	const closed = listIn(property(structure, "didClose") ?? [], (item) => textIn(item, "uri"));
	if (!isCount(start) || !isCount(deleteCount) || cells === undefined) return undefined;
	return opened && closed && { start, deleteCount, cells, opened, closed };
}

function isCount(value: unknown): value is number {
	return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** Kind 2 is code. */
function referencesIn(list: unknown): readonly CellReference[] | undefined {
	return listIn(list, (item) => {
		const uri = textIn(item, "document");
		return uri === undefined ? undefined : { uri, isCode: property(item, "kind") === 2 };
	});
}

function sourcesIn(list: unknown): readonly DocumentSource[] | undefined {
	return listIn(list, sourceIn);
}

function textIn(item: unknown, key: string): string | undefined {
	const text = property(item, key);
	return typeof text === "string" ? text : undefined;
}

/** Undefined when the list is none, or when one of its items is not what it should be. */
function listIn<T>(list: unknown, read: (item: unknown) => T | undefined): readonly T[] | undefined {
	if (!Array.isArray(list)) return undefined;
	const items = list.map(read).filter((item) => item !== undefined);
	return items.length === list.length ? items : undefined;
}
