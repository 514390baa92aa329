/** What rules search in a program's text comes to its end, and finds the same, in long and in odd programs as well. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { analyze } from "../analysis/analyze";
import type { PythonParser } from "../syntax/parser";
import { testParser } from "../syntax/test-parser";
import { defaultSelection, lint } from "./engine";
import { rules } from "./registry";
import { readLiterate } from "./shared/literate";

let parser: PythonParser;
beforeAll(async () => {
	parser = await testParser();
});

/** Code behind the program that calls nothing of it: expressions that try every way through a text take for ever here. */
const TAILS: Readonly<Record<string, string>> = {
	"a long block": `def report(items):\n    for item in items.children():\n${"        values = [item, 1, 2]   \n".repeat(300)}`,
	"a long line": `TABLE = [${'"word", '.repeat(4_000)}]\n`,
	"blank and nested lines": `def table(rows):\n${"    if rows:\n\n        rows = rows[1:]\n   \n".repeat(200)}`,
};

const codes = rules.map(({ meta }) => meta.code);
const folders = readdirSync(__dirname).filter((name) => existsSync(join(__dirname, name, "cases.md")));

test.each(folders)("%s", (folder) => {
	const { prelude, blocks } = readLiterate(readFileSync(join(__dirname, folder, "cases.md"), "utf8"));
	const block = blocks.find((one) => one.markers.length > 0 && one.files.size === 0 && !one.isNotebook);
	if (block === undefined) return;
	const text = prelude + block.code;
	for (const [name, tail] of Object.entries(TAILS))
		expect(messagesIn(`${text}\n${tail}`), name).toEqual(messagesIn(text));
});

function messagesIn(text: string): readonly string[] {
	const facts = parser.parse(text);
	const graph = analyze({ name: "case.py", text, facts });
	return lint(graph, facts.comments, { ...defaultSelection, select: codes }).map(({ message }) => message);
}
