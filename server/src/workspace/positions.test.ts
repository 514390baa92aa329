import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TextDocument } from "vscode-languageserver-textdocument";
import { chooseEncoding, type PositionEncoding, positionMapper } from "./positions";

const encodings: readonly PositionEncoding[] = ["utf-8", "utf-16", "utf-32"];

function mapperOf(text: string, encoding: PositionEncoding) {
	return positionMapper(TextDocument.create("file:///a.py", "python", 1, text), encoding);
}

describe("an offset is a position and back", () => {
	// text, offset, line, then the character in UTF-8, UTF-16 and UTF-32
	const rows: readonly (readonly [string, string, number, number, number, number, number])[] = [
		["start", "abc", 0, 0, 0, 0, 0],
		["end", "abc", 3, 0, 3, 3, 3],
		["two bytes", "é=1", 1, 0, 2, 1, 1],
		["three bytes", "中=1", 1, 0, 3, 1, 1],
		["emoji", "x='🤗'; y", 8, 0, 10, 8, 7],
		["family of emoji", "👩‍👩‍👧=1", 8, 0, 18, 8, 5],
		["lone high surrogate", "\ud83e=1", 1, 0, 3, 1, 1],
		["lone low surrogate", "a\udd17b", 2, 0, 4, 2, 2],
		["byte-order mark", "\ufeffx", 1, 0, 3, 1, 1],
		["after LF", "é\nx", 2, 1, 0, 0, 0],
		["after CR LF", "é\r\nx", 3, 1, 0, 0, 0],
		["after CR", "é\rx", 2, 1, 0, 0, 0],
		["NUL", "\0é", 2, 0, 3, 2, 2],
		["last empty line", "a\n", 2, 1, 0, 0, 0],
		["line separator is no line end", "a\u2028b", 2, 0, 4, 2, 2],
	];
	for (const [name, text, offset, line, utf8, utf16, utf32] of rows) {
		const characters = { "utf-8": utf8, "utf-16": utf16, "utf-32": utf32 };
		test.each(encodings)(`${name} in %s`, (encoding) => {
			const mapper = mapperOf(text, encoding);
			const position = { line, character: characters[encoding] };
			expect(mapper.positionAt(offset)).toEqual(position);
			expect(mapper.offsetAt(position)).toBe(offset);
		});
	}
});

describe("a position outside the text is clamped", () => {
	const text = "aé\r\n🤗b\n";
	const rows: readonly (readonly [string, PositionEncoding, number, number, number])[] = [
		["past the line", "utf-16", 0, 99, 2],
		["past the line", "utf-8", 0, 99, 2],
		["past the text", "utf-8", 99, 0, 8],
		["negative line", "utf-16", -1, 1, 1],
		["negative character", "utf-32", 1, -5, 4],
		["not a number", "utf-16", Number.NaN, Number.NaN, 0],
		["infinite", "utf-8", Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 8],
		["fraction", "utf-16", 0.9, 1.9, 1],
		["inside a two-byte character", "utf-8", 0, 2, 1],
		["inside an emoji's bytes", "utf-8", 1, 3, 4],
		["between surrogates, as the client's own text has it", "utf-16", 1, 1, 5],
	];
	test.each(rows)("%s (%s)", (_name, encoding, line, character, offset) => {
		expect(mapperOf(text, encoding).offsetAt({ line, character })).toBe(offset);
	});
});

test("every character boundary survives the way there and back", () => {
	const unit = fc.constantFrom("a", "é", "中", "🤗", "\n", "\r\n", "\r", "\ufeff", "\0", "\ud83e", "\t");
	const texts = fc.array(unit).map((units) => units.join(""));
	fc.assert(
		fc.property(texts, fc.constantFrom(...encodings), (text, encoding) => {
			const mapper = mapperOf(text, encoding);
			let offset = 0;
			for (const character of text) {
				const insideLineEnd = text[offset - 1] === "\r" && character === "\n";
				if (!insideLineEnd) expect(mapper.offsetAt(mapper.positionAt(offset))).toBe(offset);
				offset += character.length;
			}
		}),
	);
});

test.each([
	[undefined, "utf-16"],
	[[], "utf-16"],
	[["utf-16"], "utf-16"],
	[["utf-8", "utf-16"], "utf-8"],
	[["utf-16", "utf-8"], "utf-16"],
	[["utf-32"], "utf-32"],
	[["utf-7", "utf-8"], "utf-8"],
	[["utf-7"], "utf-16"],
] as const)("of %j the server takes %s", (offered, chosen) => {
	expect(chooseEncoding(offered)).toBe(chosen);
});
