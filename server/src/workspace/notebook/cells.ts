/**
 * A notebook as one program: its Python cells in document order with a line feed between two of them. An edit of a cell
 * leaves the facts of the others as they were, and an open bracket in one swallows nothing of the next.
 */
import type { ModuleFacts, Span } from "../../syntax/facts";
import { joinFacts } from "../../syntax/join-facts";
import { maskMagics } from "../../syntax/magics";
import type { PythonParser } from "../../syntax/parser";
import { type ModuleText, moduleTextOf } from "../program/module-text";

export interface JoinedCells {
	/** What the person wrote, magics and all. */
	readonly text: string;
	/** One range of `text` for each cell; an empty cell has an empty one. */
	readonly cells: readonly Span[];
}

/** Ends a cell in the joined text; no cell holds it. */
const SEPARATOR = "\n";

export function joinCells(sources: readonly string[]): JoinedCells {
	const cells: Span[] = [];
	let start = 0;
	for (const source of sources) {
		cells.push({ start, end: start + source.length });
		start += source.length + SEPARATOR.length;
	}
	return { text: sources.join(SEPARATOR), cells };
}

/** The texts of the cells, in order. */
export function splitCells({ text, cells }: JoinedCells): readonly string[] {
	return cells.map(({ start, end }) => text.slice(start, end));
}

/** Which cell holds an offset of the joined text, its end included; -1 for none. */
export function cellAt(cells: readonly Span[], offset: number): number {
	return cells.findIndex(({ start, end }) => start <= offset && offset <= end);
}

/** Parses what is new. The facts speak of the joined text. */
export type CellParser = (joined: JoinedCells) => ModuleFacts;

/** Keeps the facts of the cells it was last given. Cells of equal text are parsed once, wherever they stand. */
export function createCellParser(parser: PythonParser): CellParser {
	let known: ReadonlyMap<string, ModuleFacts> = new Map();
	return (joined) => {
		const next = new Map<string, ModuleFacts>();
		const parts = splitCells(joined).map((source, index) => {
			const facts = next.get(source) ?? known.get(source) ?? parser.parse(maskMagics(source));
			next.set(source, facts);
			return { facts, start: joined.cells[index]?.start ?? 0 };
		});
		known = next;
		return joinFacts(parts);
	};
}

/** The cells as what starts a program; `parse` is called once at most. `before` is what they were. */
export function moduleOfCells(joined: JoinedCells, parse: () => ModuleFacts, before?: ModuleText): ModuleText {
	const masked = joinCells(splitCells(joined).map(maskMagics)).text;
	let facts: ModuleFacts | undefined;
	return moduleTextOf(
		masked,
		() => {
			facts ??= parse();
			return facts;
		},
		before,
	);
}
