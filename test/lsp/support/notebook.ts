/** A notebook that a client has open. */
import type { TextDocumentContentChangeEvent } from "vscode-languageserver-protocol";
import { at, type Document } from "./document";
import type { Server } from "./server";

/** A cell: its document, and what it holds. */
export interface Cell extends Document {
	readonly name: string;
}

export interface Notebook {
	readonly uri: string;
	cell(name: string): Cell;
	/** Puts cells in front of the one at `index`; a name that was there before is the same cell again. */
	insert(index: number, cells: Readonly<Record<string, string>>): void;
	remove(index: number, count?: number): void;
	/** In one notification, as VS Code tells it. */
	move(from: number, to: number): void;
	edit(name: string, changes: readonly TextDocumentContentChangeEvent[]): void;
	/** Any `change`. */
	change(change: unknown): void;
	save(): void;
	close(): void;
}

let opened = 0;

/** Opens cells, by name, under an address of its own unless one is given. */
export function openNotebook(
	server: Server,
	sources: Readonly<Record<string, string>>,
	uri = `file:///notebooks/${++opened}/train.ipynb`,
): Notebook {
	const addressOf = (name: string): string => `${uri.replace("file:", "vscode-notebook-cell:")}#${name}`;
	const references = (names: readonly string[]) => names.map((name) => ({ kind: 2, document: addressOf(name) }));
	const items = (cells: Readonly<Record<string, string>>) =>
		Object.entries(cells).map(([name, text]) => ({ uri: addressOf(name), languageId: "python", version: 1, text }));
	const cells = new Map<string, Cell>();
	const order: string[] = [];
	const versions = new Map<string, number>();
	let version = 1;

	function learn(names: readonly string[]): void {
		for (const name of names) if (!cells.has(name)) cells.set(name, { ...at(server, addressOf(name)), name });
	}
	function change(change: unknown): void {
		version++;
		server.notify("notebookDocument/didChange", { notebookDocument: { uri, version }, change });
	}
	function restructure(array: object, didOpen: readonly object[] = [], didClose: readonly object[] = []): void {
		change({ cells: { structure: { array, didOpen, didClose } } });
	}

	learn(Object.keys(sources));
	order.push(...Object.keys(sources));
	server.notify("notebookDocument/didOpen", {
		notebookDocument: { uri, notebookType: "jupyter-notebook", version, cells: references(order) },
		cellTextDocuments: items(sources),
	});

	return {
		uri,
		cell(name) {
			const cell = cells.get(name);
			if (cell === undefined) throw new Error(`no cell ${name}`);
			return cell;
		},
		insert(index, added) {
			const names = Object.keys(added);
			learn(names);
			order.splice(index, 0, ...names);
			restructure({ start: index, deleteCount: 0, cells: references(names) }, items(added));
		},
		remove(index, count = 1) {
			const gone = order.splice(index, count);
			const closed = gone.map((name) => ({ uri: addressOf(name) }));
			restructure({ start: index, deleteCount: count }, [], closed);
		},
		move(from, to) {
			const [start, end] = [Math.min(from, to), Math.max(from, to) + 1];
			order.splice(to, 0, ...order.splice(from, 1));
			restructure({ start, deleteCount: end - start, cells: references(order.slice(start, end)) });
		},
		edit(name, changes) {
			const next = (versions.get(name) ?? 1) + 1;
			versions.set(name, next);
			change({ cells: { textContent: [{ document: { uri: addressOf(name), version: next }, changes }] } });
		},
		change,
		save: () => server.notify("notebookDocument/didSave", { notebookDocument: { uri } }),
		close() {
			const cellTextDocuments = order.map((name) => ({ uri: addressOf(name) }));
			server.notify("notebookDocument/didClose", { notebookDocument: { uri }, cellTextDocuments });
		},
	};
}
