/** What rules owe to notebooks: a cell is edited and run on its own. */
import type { ModelGraph, Place } from "../../analysis/graph";
import type { Span } from "../../syntax/facts";
import { maskMagics } from "../../syntax/magics";
import type { Edit, Fix } from "../rule";

/** The index of the cell that holds the start of a place; undefined outside of notebooks. */
export function cellOf(graph: ModelGraph, place: Place): number | undefined {
	const index = graph.sources[place.file]?.cells?.findIndex(
		({ start, end }) => start <= place.start && place.start <= end,
	);
	return index === -1 ? undefined : index;
}

/** Nothing but comments stands behind it in its cell: the notebook shows what it returns. */
export function endsCell(graph: ModelGraph, place: Place): boolean {
	const { text = "", cells } = graph.sources[place.file] ?? {};
	const cell = cells?.[cellOf(graph, place) ?? -1];
	return cell !== undefined && !hasCode(text.slice(place.end, cell.end));
}

/**
 * The fix as it may be offered: in a notebook all of it is in one cell, and leaves that with some code. Undefined when it
 * cannot be so.
 */
export function keepInCell(fix: Fix, graph: ModelGraph): Fix | undefined {
	const [first] = fix.edits;
	const source = first && graph.sources[first.file];
	const cell = first && source?.cells?.[cellOf(graph, first) ?? -1];
	if (source?.cells === undefined) return fix;
	if (cell === undefined) return undefined;
	const edits: Edit[] = [];
	for (const edit of fix.edits) {
		const kept = edit.file === first?.file ? confine(edit, cell, source.text, edits.at(-1)?.end) : undefined;
		if (kept === undefined) return undefined;
		edits.push(kept);
	}
	return hasCode(applied(source.text, cell, edits)) ? { ...fix, edits } : undefined;
}

/**
 * The two cannot be made at once: they touch, so that their order would be a guess, or they are in one cell of a notebook,
 * of which both together may leave nothing.
 */
export function interfere(a: Edit, b: Edit, graph: ModelGraph): boolean {
	const cell = cellOf(graph, a);
	return cell === undefined ? a.start <= b.end && b.start <= a.end : cell === cellOf(graph, b);
}

/**
 * Lines are deleted with the line feed that ends them. The last line of a cell has none of its own: there it is the one in
 * front, unless the edit before has it.
 */
function confine(edit: Edit, cell: Span, text: string, taken = cell.start): Edit | undefined {
	if (edit.start < cell.start || edit.end > cell.end + 1) return undefined;
	if (edit.end <= cell.end) return edit;
	if (edit.text.endsWith("\n")) return { ...edit, end: cell.end, text: edit.text.slice(0, -1) };
	if (edit.text !== "") return undefined;
	const lineBreak = /\r?\n$/.exec(text.slice(taken, edit.start))?.[0].length ?? 0;
	return { ...edit, start: edit.start - lineBreak, end: cell.end };
}

function applied(text: string, cell: Span, edits: readonly Edit[]): string {
	const before = edits.map((edit, index) => text.slice(edits[index - 1]?.end ?? cell.start, edit.start) + edit.text);
	return before.join("") + text.slice(edits.at(-1)?.end ?? cell.start, cell.end);
}

/** More than blanks and comments. */
function hasCode(cell: string): boolean {
	return /^[^\S\r\n]*[^\s#]/m.test(maskMagics(cell));
}
