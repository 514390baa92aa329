/** A notebook's file: the JSON of nbformat 3 or 4 → its Python cells, and back with changed sources. */
import type { Span } from "../../syntax/facts";
import { type JsonNode, readJson } from "./json";

export interface Notebook {
	readonly json: string;
	/** The Python cells, in order; none where the kernel is one of another language. */
	readonly cells: readonly NotebookCell[];
}

export interface NotebookCell {
	/** Counts every cell of the notebook, text and raw ones too, from 1: as Ruff does. */
	readonly number: number;
	readonly source: string;
	/** Of the source's value in the JSON. */
	readonly value: Span;
	/** The string literals that it is made of. */
	readonly literals: readonly Span[];
	/** Written as a list. */
	readonly isList: boolean;
}

export type NotebookRead =
	| { readonly ok: true; readonly notebook: Notebook }
	/** A clause for a person. */
	| { readonly ok: false; readonly reason: string };

const WANTED: ReadonlySet<string> = new Set([
	"cells",
	"worksheets",
	"cell_type",
	"source",
	"input",
	"language",
	"metadata",
	"kernelspec",
	"language_info",
	"name",
	"vscode",
	"languageId",
]);

/** Never throws. An empty file is a notebook without cells, as it is to Jupyter and VS Code. */
export function readNotebook(json: string): NotebookRead {
	if (json.trim() === "") return { ok: true, notebook: { json, cells: [] } };
	const read = readJson(json, WANTED);
	if (!read.ok) return read;
	const lists = cellLists(read.root);
	if (lists === undefined) return { ok: false, reason: "it is no notebook: it has no list of cells" };
	const cells: NotebookCell[] = [];
	for (const [index, node] of lists.flat().entries()) {
		const cell = readCell(node, index + 1);
		if (typeof cell === "string") return { ok: false, reason: cell };
		if (cell !== undefined) cells.push(cell);
	}
	return { ok: true, notebook: { json, cells: isPython(kernelLanguage(read.root)) ? cells : [] } };
}

/** nbformat 3 has a list in each worksheet. */
function cellLists(root: JsonNode): readonly (readonly JsonNode[])[] | undefined {
	const cells = itemsOf(member(root, "cells"));
	if (cells !== undefined) return [cells];
	const sheets = itemsOf(member(root, "worksheets"))?.map((sheet) => itemsOf(member(sheet, "cells")));
	return sheets?.every((list) => list !== undefined) ? sheets : undefined;
}

function kernelLanguage(root: JsonNode): string {
	const metadata = member(root, "metadata");
	const said = member(member(metadata, "language_info"), "name") ?? member(member(metadata, "kernelspec"), "language");
	return textOf(said) ?? "python";
}

/** Undefined for a cell that holds no Python; a text says what is wrong with it. */
function readCell(node: JsonNode, number: number): NotebookCell | string | undefined {
	if (node.kind !== "object") return `it is no notebook: cell ${number} is no object`;
	if (textOf(member(node, "cell_type")) !== "code") return undefined;
	const language = member(node, "language") ?? member(member(member(node, "metadata"), "vscode"), "languageId");
	if (!isPython(textOf(language) ?? "python")) return undefined;
	const value = member(node, "source") ?? member(node, "input");
	const literals = value === undefined ? undefined : stringsOf(value);
	if (value === undefined || literals === undefined)
		return `it is no notebook: the source of cell ${number} is no text`;
	return {
		number,
		source: literals.map((literal) => literal.value).join(""),
		value: { start: value.start, end: value.end },
		literals: literals.map(({ start, end }) => ({ start, end })),
		isList: value.kind === "array",
	};
}

function isPython(language: string): boolean {
	return /^i?python\d*$/i.test(language);
}

type StringNode = Extract<JsonNode, { kind: "string" }>;

function stringsOf(node: JsonNode): readonly StringNode[] | undefined {
	const nodes = node.kind === "array" ? node.items : [node];
	const strings = nodes.filter((item) => item.kind === "string");
	return strings.length === nodes.length ? strings : undefined;
}

function member(node: JsonNode | undefined, name: string): JsonNode | undefined {
	return node?.kind === "object" ? node.members.get(name) : undefined;
}

function itemsOf(node: JsonNode | undefined): readonly JsonNode[] | undefined {
	return node?.kind === "array" ? node.items : undefined;
}

function textOf(node: JsonNode | undefined): string | undefined {
	return node?.kind === "string" ? node.value : undefined;
}
