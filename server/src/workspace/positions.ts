/**
 * Offsets ↔ positions. Everything inside counts UTF-16 code units from the start of the text; a client counts lines and
 * characters in an encoding of its choice. Every position is valid input: what lies outside the text is clamped to it.
 */
import type { TextDocument } from "vscode-languageserver-textdocument";

/** What a `character` counts: UTF-8 bytes, UTF-16 code units or code points. */
export type PositionEncoding = "utf-8" | "utf-16" | "utf-32";

/** Zero-based; lines end at LF, CR LF or CR. */
export interface Position {
	readonly line: number;
	readonly character: number;
}

export interface PositionRange {
	readonly start: Position;
	readonly end: Position;
}

export interface PositionMapper {
	/** Never inside a line's terminator; a character past the end of its line is the end of that line. */
	offsetAt(position: Position): number;
	positionAt(offset: number): Position;
	rangeOf(span: { readonly start: number; readonly end: number }): PositionRange;
}

const supported: readonly PositionEncoding[] = ["utf-8", "utf-16", "utf-32"];

/** The first of the client's encodings that is known here; UTF-16, which every client must know, without one. */
export function chooseEncoding(offered: readonly string[] | undefined): PositionEncoding {
	for (const name of offered ?? []) {
		const known = supported.find((encoding) => encoding === name);
		if (known !== undefined) return known;
	}
	return "utf-16";
}

/** A live view: it always speaks of the document's current text. */
export function positionMapper(document: TextDocument, encoding: PositionEncoding): PositionMapper {
	const lineStart = (line: number): number => document.offsetAt({ line, character: 0 });
	const lineText = (line: number): string =>
		document.getText({ start: { line, character: 0 }, end: { line, character: Number.MAX_SAFE_INTEGER } });

	function offsetAt(position: Position): number {
		const line = Math.max(wholeNumber(position.line), 0);
		if (line >= document.lineCount) return document.getText().length;
		const character = Math.max(wholeNumber(position.character), 0);
		if (encoding === "utf-16") return document.offsetAt({ line, character });
		return lineStart(line) + unitsOf(lineText(line), character, encoding);
	}

	function positionAt(offset: number): Position {
		const position = document.positionAt(offset);
		if (encoding === "utf-16") return position;
		const before = lineText(position.line).slice(0, position.character);
		return { line: position.line, character: lengthIn(before, encoding) };
	}

	return {
		offsetAt,
		positionAt,
		rangeOf: ({ start, end }) => ({ start: positionAt(start), end: positionAt(end) }),
	};
}

function wholeNumber(value: number): number {
	return Number.isNaN(value) ? 0 : Math.floor(value);
}

/** UTF-16 code units that the first `count` units of `encoding` take; a count inside a character stops before it. */
function unitsOf(line: string, count: number, encoding: "utf-8" | "utf-32"): number {
	let units = 0;
	let counted = 0;
	for (const character of line) {
		counted += sizeIn(character, encoding);
		if (counted > count) break;
		units += character.length;
	}
	return units;
}

function lengthIn(text: string, encoding: "utf-8" | "utf-32"): number {
	let length = 0;
	for (const character of text) length += sizeIn(character, encoding);
	return length;
}

/** A surrogate without its partner is a character of its own: three bytes, as the replacement character it is sent as. */
function sizeIn(character: string, encoding: "utf-8" | "utf-32"): number {
	if (encoding === "utf-32") return 1;
	const code = character.codePointAt(0) ?? 0;
	if (code < 0x80) return 1;
	if (code < 0x800) return 2;
	return code < 0x1_0000 ? 3 : 4;
}
