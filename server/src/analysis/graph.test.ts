/** Every `fixtures/*.md`: each Python block gives the graph block that follows it. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { PythonParser } from "../syntax/parser";
import { testParser } from "../syntax/test-parser";
import { analyze } from "./analyze";
import { dumpGraph } from "./dump";

/** Set: the graph blocks of every fixture are rewritten to what the analysis says. */
const UPDATE = process.env.UPDATE_GRAPHS === "1";

const folder = join(__dirname, "fixtures");
let parser: PythonParser;

beforeAll(async () => {
	parser = await testParser();
});

/** What the analysis says about a text; empty where it has nothing to say. */
function check(code: string): string {
	return dumpGraph(analyze({ name: "case.py", text: code, facts: parser.parse(code) })).replace(/^\n$/, "");
}

for (const file of readdirSync(folder).filter((name) => name.endsWith(".md"))) {
	describe(`fixtures/${file}`, () => {
		const markdown = readFileSync(join(folder, file), "utf8");
		const fixtures = readFixtures(markdown);
		test("has fixtures", () => {
			expect(fixtures.length).toBeGreaterThan(0);
		});
		test.each(fixtures.map((fixture) => [fixture.name, fixture] as const))("%s", (_, fixture) => {
			const graph = check(fixture.code);
			if (!UPDATE) expect(graph).toBe(fixture.graph);
		});
		test.runIf(UPDATE)("is rewritten", () => {
			writeFileSync(join(folder, file), rewrite(markdown, fixtures));
		});
	});
}

interface Fixture {
	/** Nearest heading, and the number of the block's first line in the Markdown. */
	readonly name: string;
	readonly code: string;
	/** Undefined: not written yet. */
	readonly graph: string | undefined;
	/** Where the graph block stands, or belongs. */
	readonly start: number;
	readonly end: number;
}

const FENCE = /^```(\w+)\n([\s\S]*?)^```\n/gm;

function readFixtures(markdown: string): readonly Fixture[] {
	const blocks = [...markdown.matchAll(FENCE)].map((match) => ({
		language: match[1] ?? "",
		text: match[2] ?? "",
		start: match.index,
		end: match.index + match[0].length,
	}));
	return blocks.flatMap((block, index): Fixture[] => {
		if (block.language !== "python") return [];
		const next = blocks[index + 1];
		const graph = next?.language === "graph" ? next : undefined;
		const { start, end } = graph ?? { start: block.end, end: block.end };
		return [{ name: nameOf(markdown, block.start), code: block.text, graph: graph?.text, start, end }];
	});
}

function nameOf(markdown: string, offset: number): string {
	const before = markdown.slice(0, offset);
	const heading = before.match(/^#+ [^\n]*$/gm)?.at(-1) ?? "";
	return `${heading.replace(/^#+ /, "")}, line ${before.split("\n").length + 1}`;
}

function rewrite(markdown: string, fixtures: readonly Fixture[]): string {
	let text = markdown;
	for (const { code, graph, start, end } of [...fixtures].reverse()) {
		const gap = graph === undefined ? "\n" : "";
		text = `${text.slice(0, start)}${gap}\`\`\`graph\n${check(code)}\`\`\`\n${text.slice(end)}`;
	}
	return text;
}
