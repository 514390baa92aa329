/** The source lines of a finding with its range underlined. */
import type { Span } from "../../syntax/facts";
import { cellsOf } from "./cells";
import type { SourceLines } from "./source-lines";

/** Lines of a finding that are shown; the rest is an ellipsis. */
const MAX_LINES = 5;
/** A longer line is shown around its range only. In UTF-16 code units. */
const MAX_LINE_LENGTH = 240;
const CONTEXT_BEFORE = 60;

export interface SnippetStyle {
	readonly gutter: (text: string) => string;
	readonly underline: (text: string) => string;
}

export interface Snippet {
	readonly lines: readonly string[];
	/** Columns of the line numbers: what notes below align with. */
	readonly gutterWidth: number;
}

export function renderSnippet(text: string, lines: SourceLines, span: Span, style: SnippetStyle): Snippet {
	const first = lines.locate(span.start).row;
	const last = Math.max(first, lines.locate(Math.max(span.start, span.end - 1)).row);
	const shown = Math.min(last, first + MAX_LINES - 1);
	const gutterWidth = String(shown).length;
	const bar = style.gutter(`${" ".repeat(gutterWidth)} |`);
	const out = [bar];
	for (let row = first; row <= shown; row++) {
		const { start, end } = lines.row(row);
		const line = underlineLine(text.slice(start, end), span.start - start, span.end - start, row === first);
		out.push(`${style.gutter(`${String(row).padStart(gutterWidth)} |`)} ${line.source}`.trimEnd());
		if (line.carets.trim() !== "") out.push(`${bar} ${line.lead}${style.underline(line.carets)}`);
	}
	if (shown < last) out.push(style.gutter(`${" ".repeat(gutterWidth)} ⋮`));
	return { lines: out, gutterWidth };
}

/** `from` and `to` may lie outside the line: then the range goes on in the lines around it. */
function underlineLine(line: string, from: number, to: number, first: boolean) {
	const indent = line.length - line.trimStart().length;
	const start = first ? Math.min(from, line.length) : indent;
	const end = Math.min(Math.max(to, first ? start + 1 : 0), line.length);
	const window = crop(line, start);
	const prefix = window.from > 0 ? "…" : "";
	const suffix = window.to < line.length ? "…" : "";
	const cells = cellsOf(line.slice(window.from, window.to));
	let lead = prefix.length;
	let carets = 0;
	for (const cell of cells) {
		const offset = cell.offset + window.from;
		if (offset < start) lead += cell.width;
		else if (offset < end) carets += cell.width;
	}
	// An empty range, or one at the end of its line, still points somewhere.
	if (carets === 0 && first) carets = 1;
	return {
		source: prefix + cells.map((cell) => cell.text).join("") + suffix,
		lead: " ".repeat(lead),
		carets: "^".repeat(carets),
	};
}

function crop(line: string, start: number): { from: number; to: number } {
	if (line.length <= MAX_LINE_LENGTH) return { from: 0, to: line.length };
	const from = boundary(line, Math.max(0, start - CONTEXT_BEFORE));
	return { from, to: boundary(line, Math.min(line.length, from + MAX_LINE_LENGTH)) };
}

/** Never between the halves of a surrogate pair. */
function boundary(line: string, index: number): number {
	const code = line.charCodeAt(index);
	return code >= 0xdc00 && code <= 0xdfff ? index - 1 : index;
}
