import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { changedRange, parserText, pointAt } from "./source-text";

const comments = (indentations: readonly string[]): string => indentations.map((space) => `${space}# c\n`).join("");

describe("parserText", () => {
	test.each([
		["x\ry\r\nz\r", "x\ny\r\nz\n"],
		["'a\0b'", "'a\u0001b'"],
		["\uFEFFx", "\uFEFFx"],
		[`x = \\\n${"  \\\n".repeat(8)}1`, `x = \\\n${"\f".repeat(32)}1`],
		[comments(Array<string>(15).fill("")), comments(Array<string>(15).fill(""))],
		[comments(Array<string>(16).fill("")), `${Array<string>(16).fill("# c").join(" ")}\n`],
		[`x\n\n${"# c\n\n".repeat(16)}y`, `x\n\n${"# c  ".repeat(15)}# c\n\ny`],
		[
			comments([...Array<string>(10).fill(""), ...Array<string>(10).fill("  ")]),
			`${Array<string>(10).fill("# c").join(" ")}\n  ${Array<string>(10).fill("# c").join("   ")}\n`,
		],
	])("%j", (text, seen) => {
		expect(parserText(text)).toBe(seen);
	});

	test("ends blocks by comments, but not hundreds of times", () => {
		const seen = parserText(comments(Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? "" : "  "))));
		expect(seen.split("\n")).toHaveLength(2);
	});

	test("keeps the length", () => {
		const line = fc.constantFrom("# c\n", "  # c\r\n", "\n", "x\r", "\\\n", "'''\n", "\0", "\r");
		fc.assert(
			fc.property(fc.array(line, { maxLength: 60 }), (lines) => {
				expect(parserText(lines.join(""))).toHaveLength(lines.join("").length);
			}),
		);
	});
});

test("pointAt counts rows and UTF-16 columns", () => {
	const text = "a\n😀b\r\nc";
	expect(pointAt(text, 0)).toEqual({ row: 0, column: 0 });
	expect(pointAt(text, 1)).toEqual({ row: 0, column: 1 });
	expect(pointAt(text, 2)).toEqual({ row: 1, column: 0 });
	expect(pointAt(text, 4)).toEqual({ row: 1, column: 2 });
	expect(pointAt(text, 7)).toEqual({ row: 2, column: 0 });
});

test("changedRange turns one text into the other and splits no surrogate pair", () => {
	const piece = fc.constantFrom("a", "b", "\u{1F600}", "\u{1F601}", "\u{1D600}", "\uD83D", "\uDE00");
	const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(""));
	fc.assert(
		fc.property(text, text, (before, after) => {
			const { start, oldEnd, newEnd } = changedRange(before, after);
			expect(before.slice(0, start) + after.slice(start, newEnd) + before.slice(oldEnd)).toBe(after);
			expect(splitsPair(before, start) || splitsPair(before, oldEnd)).toBe(false);
			expect(splitsPair(after, start) || splitsPair(after, newEnd)).toBe(false);
		}),
	);
});

function splitsPair(text: string, at: number): boolean {
	return at > 0 && at < text.length && /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(text.slice(at - 1, at + 1));
}
