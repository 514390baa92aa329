/** Puts changed sources into a notebook's JSON; all else stays as it was, character by character. */
import type { Span } from "../../syntax/facts";
import type { Notebook, NotebookCell } from "./nbformat";

/** `sources` are the new texts of `notebook.cells`, in their order. */
export function rewriteNotebook({ json, cells }: Notebook, sources: readonly string[]): string {
	const ascii = isAscii(json);
	let out = "";
	let done = 0;
	for (const [index, cell] of cells.entries()) {
		const source = sources[index];
		if (source === undefined || source === cell.source) continue;
		out += json.slice(done, cell.value.start) + writeSource(json, cell, source, ascii);
		done = cell.value.end;
	}
	return out + json.slice(done);
}

/** Lines that were there before are written as they were, the others in the style of the file. */
function writeSource(json: string, cell: NotebookCell, source: string, ascii: boolean): string {
	const known = new Map(cell.literals.flatMap((literal) => writtenLines(json, literal)));
	const lines = linesOf(source).map((line) => known.get(line) ?? encode(line, ascii));
	return cell.isList ? writeList(json, cell, lines) : `"${lines.join("")}"`;
}

/** The layout is that of the old list. */
function writeList(json: string, { value, literals }: NotebookCell, lines: readonly string[]): string {
	const [first, second] = literals;
	const last = literals.at(-1);
	const lead = json.slice(value.start + 1, first?.start ?? value.end - 1);
	const separator = first === undefined || second === undefined ? `,${lead}` : json.slice(first.end, second.start);
	const tail = last === undefined ? "" : json.slice(last.end, value.end - 1);
	return `[${lead}${lines.map((line) => `"${line}"`).join(separator)}${tail}]`;
}

/** The lines of a string literal: what each means → how it is written, without quotes. */
function writtenLines(json: string, literal: Span): (readonly [string, string])[] {
	const body = json.slice(literal.start + 1, literal.end - 1);
	const breaks = [...body.matchAll(/\\(?:u[\da-f]{4}|[^u])/gi)].filter(([written]) => /^\\(?:n|u000a)$/i.test(written));
	const ends = [...breaks.map(({ index, 0: written }) => index + written.length), body.length];
	const lines = ends.map((end, at) => body.slice(ends[at - 1] ?? 0, end));
	return lines.map((line) => [JSON.parse(`"${line}"`) as string, line]);
}

/** Each with its line feed. */
function linesOf(text: string): readonly string[] {
	return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Without quotes. */
function encode(line: string, ascii: boolean): string {
	const encoded = JSON.stringify(line).slice(1, -1);
	return ascii ? encoded.replaceAll(/[\u0080-\uffff]/g, escapeUnit) : encoded;
}

function escapeUnit(unit: string): string {
	return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** The file spells what is beyond ASCII with escapes. */
function isAscii(json: string): boolean {
	return /\\u(?!00[0-7])[\da-fA-F]{4}/.test(json) && !/[\u0080-\uffff]/.test(json);
}
