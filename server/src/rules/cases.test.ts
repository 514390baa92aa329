/** Every rule's `cases.md` and `doc.md`: what they show is what is reported, and every fix mends what it is offered for. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { analyze } from "../analysis/analyze";
import type { ModelGraph } from "../analysis/graph";
import { testProgram } from "../analysis/test-program";
import type { PythonParser } from "../syntax/parser";
import { testParser } from "../syntax/test-parser";
import { createCellParser } from "../workspace/notebook/cells";
import { defaultSelection, fixesFor, lint, type RuleSelection } from "./engine";
import { ruleByCode, rules } from "./registry";
import type { Edit, Finding, Fix } from "./rule";
import { cellsIn, type Literate, type Marker, type PythonBlock, readLiterate, renderBlock } from "./shared/literate";
import type { Holds, VersionRange, Versions } from "./versions";

/** Set: the markers and the fixed texts in every `cases.md` are rewritten to what is reported. */
const UPDATE = process.env.UPDATE_CASES === "1";

const folders = readdirSync(__dirname).filter((name) => existsSync(join(__dirname, name, "rule.ts")));
let parser: PythonParser;

beforeAll(async () => {
	parser = await testParser();
});

interface Report {
	readonly findings: readonly Finding[];
	readonly graph: ModelGraph;
	readonly parses: boolean;
}

/** Every rule, those in preview by their code. */
const everyRule: RuleSelection = { ...defaultSelection, select: rules.map(({ meta }) => meta.code) };

/** What the whole chain says about a text, with files beside it. */
function check(text: string, { files, isNotebook, pins }: PythonBlock): Report {
	const cells = cellsIn(text);
	const facts = isNotebook ? createCellParser(parser)({ text, cells }) : parser.parse(text);
	const program = testProgram("case.py", new Map([...files, ["case.py", text]]), parser);
	const graph = analyze({ name: "case.py", text, facts, program, ...(isNotebook && { cells }) });
	return {
		findings: lint(graph, facts.comments, everyRule, pinned(pins)),
		graph,
		parses: !facts.hasError,
	};
}

/** Versions for which a rule holds: its page shows what is so with them. */
function pinsFor(holds: Holds): readonly string[] {
	return Object.entries(holds).flatMap(([name, { since, until }]) => [
		...(since === undefined ? [] : [`${name}>=${since}`]),
		...(until === undefined ? [] : [`${name}<${until}`]),
	]);
}

function pinned(pins: readonly string[]): Versions {
	const bounds: Record<string, string> = { "==": "exact", "<": "max", ">=": "min" };
	const versions: Record<string, VersionRange> = {};
	for (const pin of pins) {
		const [, name = "", sign = "", version] = /^(\w+)(==|>=|<)(.+)$/.exec(pin) ?? [];
		versions[name] = { ...versions[name], [bounds[sign] ?? ""]: version };
	}
	return versions;
}

/** The cases of each rule, and programs of many shapes that all rules read. */
const caseFiles = [
	...folders.map((folder) => join(folder, "cases.md")),
	...readdirSync(join(__dirname, "shapes")).map((name) => join("shapes", name)),
];

for (const file of caseFiles) {
	const path = join(__dirname, file);
	if (!existsSync(path)) continue;
	describe(file, () => {
		const markdown = readFileSync(path, "utf8");
		const literate = readLiterate(markdown);
		test.each(literate.blocks.map((block) => [block.name, block] as const))("%s", (_, block) => {
			const report = check(literate.prelude + block.code, block);
			if (UPDATE) return;
			expect(renderBlock(block.code, markersOf(report, literate, block))).toBe(block.written);
			expectFixedTexts(report, literate, block);
			for (const finding of report.findings) expectMendingFixes(report, finding, block);
			expectSameInWindows(report, block);
		});
		test.runIf(UPDATE)("is rewritten", () => {
			writeFileSync(path, rewrite(markdown, literate));
		});
	});
}

for (const folder of folders) {
	const path = join(__dirname, folder, "doc.md");
	if (!existsSync(path)) continue;
	const code = folder.slice(0, "PEFT000".length);
	describe(`${folder}/doc.md`, () => {
		const pins = pinsFor(ruleByCode(code)?.meta.holds ?? {});
		const blocks = readLiterate(readFileSync(path, "utf8")).blocks.map((block) => ({ ...block, pins }));
		const under = (heading: string) =>
			blocks.filter((block) => block.headings.some((title) => title.startsWith(heading)));
		const isMended = ruleByCode(code)?.meta.fix !== "none";
		test.each(under("Bad").map((block) => [block.name, block] as const))(
			"%s fires, and its first fix mends it",
			(_, block) => {
				const report = check(block.code, block);
				expect(report.findings.map((finding) => finding.code)).toContain(code);
				for (const finding of report.findings.filter((other) => other.code === code)) {
					const [best] = fixesFor(finding, report.graph);
					expect(best !== undefined, "there is a fix").toBe(isMended);
					expectMendingFixes(report, finding, block);
				}
			},
		);
		test.each(under("Good").map((block) => [block.name, block] as const))("%s is silent", (_, block) => {
			expect(check(block.code, block).findings).toEqual([]);
		});
		test("shows what is wrong and what is right", () => {
			expect(under("Bad").length).toBeGreaterThan(0);
			expect(under("Good").length).toBeGreaterThan(0);
		});
	});
}

/** What is reported, said in the words of the block where they fit. */
function markersOf({ findings }: Report, { prelude }: Literate, block: PythonBlock): readonly Marker[] {
	return findings
		.filter(({ place }) => place.file === 0)
		.map((finding) => {
			const marker = position(block.code, finding, prelude.length);
			const like = block.markers.find(
				(other) => other.line === marker.line && other.start === marker.start && other.code === finding.code,
			);
			if (like === undefined) return { ...marker, severity: finding.severity, message: finding.message };
			return {
				...marker,
				severity: like.severity === undefined ? undefined : finding.severity,
				message:
					like.message !== undefined && finding.message.includes(like.message)
						? like.message
						: like.message && finding.message,
			};
		});
}

function position(code: string, finding: Finding, shift: number): Omit<Marker, "severity" | "message"> {
	const start = finding.place.start - shift;
	const lineStart = code.lastIndexOf("\n", start - 1) + 1;
	const lineFeed = code.indexOf("\n", start);
	const end = Math.min(finding.place.end - shift, lineFeed === -1 ? code.length : lineFeed);
	const line = code.slice(0, lineStart).split("\n").length - 1;
	return { line, start: start - lineStart, end: end - lineStart, code: finding.code };
}

/** The block's "fix" texts are what the fix of that title makes of it. */
function expectFixedTexts(report: Report, literate: Literate, block: PythonBlock): void {
	for (const expected of block.fixes) expect(fixedText(report, literate, block, expected.title)).toBe(expected.code);
}

function fixedText(report: Report, { prelude }: Literate, block: PythonBlock, title: string): string {
	const fixes = report.findings.flatMap((finding) => fixesFor(finding, report.graph));
	const fix = fixes.find((other) => other.title.replaceAll("`", "").includes(title));
	if (fix === undefined) return `no fix of this title; there are:\n${fixes.map((other) => other.title).join("\n")}\n`;
	return apply(prelude + block.code, fix.edits).slice(prelude.length);
}

/** Each fix leaves a text that parses, without this finding and without a new one. */
function expectMendingFixes(report: Report, finding: Finding, block: PythonBlock): void {
	const text = report.graph.sources[0]?.text ?? "";
	for (const fix of fixesFor(finding, report.graph).filter(staysIn)) {
		const fixed = apply(text, fix.edits);
		const after = check(fixed, block);
		expect(after.parses || !report.parses, `${fix.title} leaves broken code:\n${fixed}`).toBe(true);
		const left = report.findings.filter((other) => other !== finding).map((other) => other.code);
		expect(
			minus(
				after.findings.map((other) => other.code),
				left,
			),
			`${fix.title} leaves:\n${fixed}`,
		).toEqual([]);
		expectWellFormed(fix);
	}
}

/** Line ends change nothing, and a fix keeps to those it finds. */
function expectSameInWindows(report: Report, block: PythonBlock): void {
	// What separates cells is no line end of theirs.
	if (block.isNotebook) return;
	const text = (report.graph.sources[0]?.text ?? "").replaceAll("\n", "\r\n");
	const windows = check(text, block);
	expect(windows.findings.map((finding) => finding.message)).toEqual(report.findings.map((finding) => finding.message));
	for (const [index, finding] of windows.findings.entries()) {
		const here = fixesFor(finding, windows.graph)
			.filter(staysIn)
			.map((fix) => apply(text, fix.edits));
		const there = fixesFor(report.findings[index] as Finding, report.graph)
			.filter(staysIn)
			.map((fix) => apply(report.graph.sources[0]?.text ?? "", fix.edits).replaceAll("\n", "\r\n"));
		expect(here).toEqual(there);
	}
}

/** Fixes of other files are not offered. */
function staysIn(fix: Fix): boolean {
	return fix.edits.every((edit) => edit.file === 0);
}

/** Edits are sorted and do not overlap. */
function expectWellFormed(fix: Fix): void {
	for (const [index, edit] of fix.edits.entries()) {
		const next = fix.edits[index + 1];
		expect(edit.end).toBeGreaterThanOrEqual(edit.start);
		if (next !== undefined) expect(next.start).toBeGreaterThanOrEqual(edit.end);
	}
}

function apply(text: string, edits: readonly Edit[]): string {
	return [...edits]
		.reverse()
		.reduce((result, edit) => result.slice(0, edit.start) + edit.text + result.slice(edit.end), text);
}

/** What is in `all` beyond `known`, each as often as it is. */
function minus(all: readonly string[], known: readonly string[]): readonly string[] {
	const left = [...known];
	return all.filter((item) => {
		const at = left.indexOf(item);
		if (at !== -1) left.splice(at, 1);
		return at === -1;
	});
}

function rewrite(markdown: string, literate: Literate): string {
	const edits = literate.blocks.flatMap((block) => {
		const report = check(literate.prelude + block.code, block);
		return [
			{
				start: block.start,
				end: block.start + block.written.length,
				text: renderBlock(block.code, markersOf(report, literate, block)),
			},
			...block.fixes.map(({ title, code, start }) => ({
				start,
				end: start + code.length,
				text: fixedText(report, literate, block, title),
			})),
		];
	});
	return apply(
		markdown,
		edits.map((edit) => ({ file: 0, ...edit })).sort((a, b) => a.start - b.start),
	);
}
