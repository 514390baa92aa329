import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { PythonParser } from "./parser";
import { exampleFiles, pythonFiles, type SourceFile, standardLibrary } from "./test-corpus";
import { testParser } from "./test-parser";
import { printFacts } from "./test-print";

// Facts must say what Python's own parser says: both are printed in the same words.

/**
 * What is known to differ: what Python resolves and facts leave as it is written (`\\N{…}`, the text of `f"{x=}"`), what
 * no JavaScript string holds (a surrogate pair as two characters), Python 2, and the grammar's idea that `^` binds more
 * tightly than `&`.
 */
const DIFFERENT = [
	/\\N\{/,
	/=\s*(?:![rsa])?(?::[^{}]*)?\}/,
	/\\u[dD][89abAB]/,
	/print\s*>>/,
	/coding[:=]\s*(?!utf)/,
	/\^.*&|&.*\^/,
];

function isComparable({ text }: SourceFile): boolean {
	return !DIFFERENT.some((pattern) => pattern.test(text));
}

const library = standardLibrary();
const files = [...exampleFiles(), ...(library === undefined ? [] : pythonFiles(library, 300))].filter(isComparable);

/** What Python makes of each file; undefined when there is no Python that is new enough for the script. */
function askPython(): (string | null)[] | undefined {
	const input = files.map((file) => file.fullPath).join("\n");
	const answer = spawnSync("python3", [join(__dirname, "test-ast.py")], {
		input,
		encoding: "utf8",
		maxBuffer: 1 << 28,
		env: { ...process.env, PYTHONWARNINGS: "ignore" },
	});
	return answer.status === 0
		? answer.stdout
				.trim()
				.split("\n")
				.map((line) => JSON.parse(line))
		: undefined;
}

let parser: PythonParser;
beforeAll(async () => {
	parser = await testParser();
});

const answers = askPython();
if (answers === undefined)
	console.warn("Facts are not compared with Python's parser: there is no python3 of 3.10 or later");

describe.skipIf(answers === undefined)("facts are what Python's parser says", () => {
	let compared = 0;

	test.each(files.map((file, index) => ({ ...file, answer: answers?.[index] ?? null })))(
		"$path",
		({ text, answer }) => {
			const facts = { ...parser.parse(text), comments: [] };
			if (answer === null || facts.hasError) return;
			compared++;
			const difference = firstDifference(printFacts(facts).replaceAll(/\n\t*/g, " "), answer);
			expect(difference).toBeUndefined();
		},
	);

	test("of nearly all files, which both could parse", () => {
		expect(compared).toBeGreaterThan(0.95 * files.length);
	});
});

function firstDifference(ours: string, theirs: string): { ours: string; theirs: string } | undefined {
	if (ours === theirs) return undefined;
	let at = 0;
	while (ours[at] === theirs[at]) at++;
	const from = Math.max(0, at - 100);
	return { ours: ours.slice(from, at + 100), theirs: theirs.slice(from, at + 100) };
}
