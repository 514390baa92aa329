/** Places of a graph as reports name them: by file, in a notebook by cell, and by row and column. */
import type { Place } from "../../analysis/graph";
import type { Span } from "../../syntax/facts";
import { cellAt } from "../../workspace/notebook/cells";
import type { FileResult } from "../check/result";
import { type SourceLines, sourceLines } from "./source-lines";

export interface Spot {
	/** The file as its graph calls it. */
	readonly filename: string;
	/** Counted from 1 over all cells of a notebook; null outside of one. */
	readonly cell: number | null;
	/** What rows and columns count in: the text of the file, or of the cell. */
	readonly text: string;
	readonly lines: SourceLines;
	/** The place in `text`. */
	readonly span: Span;
}

export type Spots = (place: Place) => Spot;

export function spotsIn({ graph, cellNumbers }: FileResult): Spots {
	const known = new Map<string, SourceLines>();

	function linesOf(text: string): SourceLines {
		const lines = known.get(text) ?? sourceLines(text);
		known.set(text, lines);
		return lines;
	}

	return ({ file, start, end }) => {
		const { name: filename = "", text: whole = "", cells } = graph.sources[file] ?? {};
		const index = cells === undefined ? -1 : cellAt(cells, start);
		const cell = cells?.[index];
		const text = cell === undefined ? whole : whole.slice(cell.start, cell.end);
		const from = cell?.start ?? 0;
		const span = { start: start - from, end: end - from };
		return { filename, cell: cellNumbers?.[index] ?? null, text, lines: linesOf(text), span };
	};
}
