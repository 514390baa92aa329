/** The snippets: each is a script that parses and that no rule has anything to say about. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { analyze } from "../../server/src/analysis/analyze";
import { defaultSelection, lint } from "../../server/src/rules/engine";
import { rules } from "../../server/src/rules/registry";
import type { PythonParser } from "../../server/src/syntax/parser";
import { testParser } from "../../server/src/syntax/test-parser";

interface Snippet {
	readonly prefix: readonly string[];
	readonly description: string;
	readonly body: readonly string[];
}

const path = join(__dirname, "../../snippets/python.json");
const snippets = Object.entries(JSON.parse(readFileSync(path, "utf8")) as Record<string, Snippet>);
let parser: PythonParser;

beforeAll(async () => {
	parser = await testParser();
});

test("no prefix is used twice", () => {
	const prefixes = snippets.flatMap(([, { prefix }]) => prefix);
	expect(new Set(prefixes).size).toBe(prefixes.length);
});

test.each(snippets)("%s", (_, { body }) => {
	const text = body.join("\n").replace(/\$\{\d+:([^}]*)\}|\$0/g, "$1");
	expect(text).not.toMatch(/\$\d|\$\{/);
	const facts = parser.parse(text);
	expect(facts.hasError).toBe(false);
	const graph = analyze({ name: "snippet.py", text, facts });
	expect(graph.events.length).toBeGreaterThan(1);
	const selection = { ...defaultSelection, select: rules.map(({ meta }) => meta.code) };
	expect(lint(graph, facts.comments, selection)).toEqual([]);
});
