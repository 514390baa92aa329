/** How wide text stands on a terminal. */
import { printable } from "../terminal";

/** The package is an ES module, which TypeScript lets a CommonJS one only `require`; the bundler joins the two. */
type WidthModule = typeof import("get-east-asian-width", { with: { "resolution-mode": "import" }});
const { eastAsianWidth } = require("get-east-asian-width") as WidthModule;

/** One character as a reader sees it: what is printed for it, and how many columns that takes. */
export interface Cell {
	readonly text: string;
	readonly width: number;
	/** Where it starts in the line, in UTF-16 code units. */
	readonly offset: number;
}

const TAB_WIDTH = 4;
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The cells of one line; tabs become spaces up to the next stop. */
export function cellsOf(line: string): Cell[] {
	const cells: Cell[] = [];
	let column = 0;
	for (const { segment, index } of graphemes.segment(line)) {
		const cell = segment === "\t" ? tab(column, index) : { ...print(segment), offset: index };
		cells.push(cell);
		column += cell.width;
	}
	return cells;
}

function tab(column: number, offset: number): Cell {
	const width = TAB_WIDTH - (column % TAB_WIDTH);
	return { text: " ".repeat(width), width, offset };
}

function print(segment: string): { text: string; width: number } {
	const text = printable(segment);
	return { text, width: widthOf(text) };
}

function widthOf(grapheme: string): number {
	if (/^[\p{Mark}\p{Default_Ignorable_Code_Point}]+$/u.test(grapheme)) return 0;
	if (/\p{Emoji_Presentation}|\ufe0f/u.test(grapheme)) return 2;
	return eastAsianWidth(grapheme.codePointAt(0) ?? 0);
}
