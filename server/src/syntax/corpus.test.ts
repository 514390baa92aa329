import { beforeAll, describe, expect, test } from "vitest";
import type { PythonParser } from "./parser";
import { exampleFiles, pythonFiles, standardLibrary } from "./test-corpus";
import { testParser } from "./test-parser";
import { findBadSpan } from "./test-spans";

let parser: PythonParser;
beforeAll(async () => {
	parser = await testParser();
});

test.each(exampleFiles())("$path has no errors and good spans", ({ text }) => {
	const facts = parser.parse(text);
	expect(facts.hasError).toBe(false);
	expect(facts.body.length).toBeGreaterThan(0);
	expect(findBadSpan(facts, text.length)).toBeUndefined();
});

const library = standardLibrary();

describe.skipIf(library === undefined)("the Python standard library", () => {
	const files = library === undefined ? [] : pythonFiles(library, 300);

	test(`${files.length} files have facts with good spans`, () => {
		const bad = files.flatMap(({ path, text }) => {
			const problem = findBadSpan(parser.parse(text), text.length);
			return problem === undefined ? [] : [`${path}: ${problem}`];
		});
		expect(bad).toEqual([]);
		expect(parser.liveTrees).toBe(0);
	});

	test("files cut anywhere, and with pieces missing, too", () => {
		const bad = files.slice(0, 60).flatMap(({ path, text }) => {
			return damaged(text).flatMap((damagedText) => {
				const problem = findBadSpan(parser.parse(damagedText), damagedText.length);
				return problem === undefined ? [] : [`${path}: ${problem}`];
			});
		});
		expect(bad).toEqual([]);
	});
});

/** Cut short, cut at the front, and with every hundredth closing bracket, colon or quote gone. */
function damaged(text: string): string[] {
	let count = 0;
	const holes = text.slice(0, 20_000).replaceAll(/[)\]}:"']/g, (found) => (++count % 100 === 0 ? "" : found));
	return [text.slice(0, Math.floor(text.length / 3)), text.slice(Math.floor(text.length / 2)), holes];
}
