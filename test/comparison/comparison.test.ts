/** docs/comparison.md: its table is of the scripts that are here, and says of PEFT Lint what it does. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { analyze } from "../../server/src/analysis/analyze";
import { lint } from "../../server/src/rules/engine";
import type { PythonParser } from "../../server/src/syntax/parser";
import { testParser } from "../../server/src/syntax/test-parser";

const folder = join(__dirname, "scripts");
const page = readFileSync(join(__dirname, "../../docs/comparison.md"), "utf8");

/** Script, what it does, PEFT Lint, and the others. */
const rows = [...page.matchAll(/^\| \[`(\w+\.py)`\]\([^)]*\) \| ([^|]*) \| ([^|]*) \|/gm)].map(
	([, script = "", truth = "", ours = ""]) => [script, truth, ours] as const,
);
let parser: PythonParser;

beforeAll(async () => {
	parser = await testParser();
});

test("every script has its row", () => {
	expect(rows.map(([script]) => script).sort()).toEqual(readdirSync(folder).sort());
});

test.each(rows)("%s", (script, truth, ours) => {
	const text = readFileSync(join(folder, script), "utf8");
	const facts = parser.parse(text);
	const findings = lint(analyze({ name: script, text, facts }), facts.comments);
	const loud = findings.filter(({ severity }) => severity !== "hint");
	const said = [...new Set(loud.map(({ code }) => code))].join(", ");
	expect(ours).toBe(said === "" ? "nothing" : said);
	if (script.startsWith("right")) expect(said, "nothing is said of what is right").toBe("");
	expect(truth.startsWith("wrong")).toBe(script.startsWith("wrong"));
});
