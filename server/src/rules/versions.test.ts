/** Order of versions, for which of them a rule speaks, and what it then says. */
import { beforeAll, describe, expect, test } from "vitest";
import { analyze } from "../analysis/analyze";
import type { PythonParser } from "../syntax/parser";
import { testParser } from "../syntax/test-parser";
import { lint, rulesFor, seenAt } from "./engine";
import { rules } from "./registry";
import { compareVersions, type Holds, isVersion, rowsFor, type SeenByVersion, type Versions } from "./versions";

let parser: PythonParser;

beforeAll(async () => {
	parser = await testParser();
});

test("versions are ordered as Python orders them", () => {
	const sorted = `
		0.9 0.10rc1 0.10 0.10.post1 0.14.dev1 0.14a1.dev2 0.14a1 0.14b1 0.14rc1.post2.dev1 0.14rc1.post2 0.14rc2
		0.14 0.14.0.post1.dev3 0.14.post1 0.14.1 1.0 1!0.1
	`
		.trim()
		.split(/\s+/);
	for (const [index, version] of sorted.entries()) {
		for (const [other, later] of sorted.entries()) {
			expect(Math.sign(compareVersions(version, later)), `${version} ${later}`).toBe(Math.sign(index - other));
		}
	}
});

test.each([
	["0.14", "0.14.0"],
	["v0.14", "0.14+cu118"],
	["0.14rc1", "0.14-c.1"],
	["0.14.post1", "0.14-1"],
	["0.14a", "0.14alpha0"],
])("%s is %s", (a, b) => {
	expect(compareVersions(a, b)).toBe(0);
});

test.each(["", "x", "0.14.x", "0..14", "0.14 beta gamma", "==0.14"])("%j is no version", (text) => {
	expect(isVersion(text)).toBe(false);
	expect(compareVersions(text, "0")).toBe(-1);
});

describe("a rule speaks where its claim holds for every version that the project may run with", () => {
	const since: Holds = { peft: { since: "0.15" } };
	const until: Holds = { peft: { until: "0.15" } };
	const between: Holds = { peft: { since: "0.13", until: "0.15" } };
	const two: Holds = { peft: { since: "0.15" }, trl: { since: "0.20", until: "0.22" } };
	test.each<[string, Holds | undefined, Versions, string]>([
		["always", undefined, {}, "error"],
		["always", undefined, { peft: { exact: "0.3.0" } }, "error"],
		["since, at it", since, { peft: { exact: "0.15.0" } }, "error"],
		["since, a candidate of it", since, { peft: { exact: "0.15.0rc1" } }, "silent"],
		["since, before", since, { peft: { exact: "0.14.2" } }, "silent"],
		["since, a range behind", since, { peft: { min: "0.15" } }, "error"],
		["since, a range around", since, { peft: { min: "0.14" } }, "silent"],
		["since, no lower bound", since, { peft: { max: "0.20" } }, "silent"],
		["since, unknown", since, {}, "hint"],
		["since, named without bounds", since, { peft: {} }, "hint"],
		["until, before", until, { peft: { exact: "0.14.2" } }, "error"],
		["until, at it", until, { peft: { exact: "0.15" } }, "silent"],
		["until, a range before", until, { peft: { min: "0.12", max: "0.15" } }, "error"],
		["until, a range around", until, { peft: { min: "0.12", max: "0.15.1" } }, "silent"],
		["until, no upper bound", until, { peft: { min: "0.12" } }, "silent"],
		["until, unknown", until, {}, "silent"],
		["between, inside", between, { peft: { min: "0.13.1", max: "0.14" } }, "error"],
		["between, outside", between, { peft: { exact: "0.12" } }, "silent"],
		["between, unknown", between, {}, "silent"],
		["another library", since, { trl: { exact: "0.20" } }, "hint"],
		["two libraries, both", two, { peft: { exact: "0.15" }, trl: { exact: "0.21.0" } }, "error"],
		["two libraries, one out", two, { peft: { exact: "0.15" }, trl: { exact: "0.22.0" } }, "silent"],
		["two libraries, one unknown", two, { trl: { exact: "0.21.0" } }, "hint"],
	])("%s: %j with %j: %s", (_, holds, versions, expected) => {
		const some = rules.filter(({ meta }) => meta.code === "PEFT001");
		const [rule] = rulesFor(
			versions,
			some.map((one) => ({ ...one, meta: { ...one.meta, ...(holds && { holds }) } })),
		);
		expect(rule?.meta.severity ?? "silent").toBe(expected);
	});
});

describe("rows of a table by version", () => {
	const rows: SeenByVersion = [
		{ since: undefined, warns: [] },
		{ since: "0.14", warns: ["a"] },
		{ since: "0.15", warns: ["a", "b"] },
	];
	test.each<[string, Versions["peft"], string]>([
		["one version", { exact: "0.13.2" }, "..0.14"],
		["one version, at the edge", { exact: "0.14" }, "0.14..0.15"],
		["one version, the newest row", { exact: "0.30" }, "0.15.."],
		["a range within a row", { min: "0.14", max: "0.15" }, "0.14..0.15"],
		["a range over two rows", { min: "0.14.1", max: "0.15.1" }, "0.14..0.15 0.15.."],
		["open below", { max: "0.14" }, "..0.14"],
		["open above", { min: "0.10" }, "..0.14 0.14..0.15 0.15.."],
		["unknown: the latest", undefined, "0.15.."],
		["no bounds: the latest", {}, "0.15.."],
	])("%s", (_, range, expected) => {
		const spans = rowsFor(rows, range).map(({ since, until }) => `${since ?? ""}..${until ?? ""}`);
		expect(spans.join(" ")).toBe(expected);
	});
});

const PRELUDE = `from peft import LoraConfig, PeftModel, PromptTuningConfig, get_peft_model, inject_adapter_in_model
from transformers import AutoModelForCausalLM
from trl import SFTTrainer
from swift import Swift
config = LoraConfig()
base = AutoModelForCausalLM.from_pretrained("tiny")
`;

function check(code: string, versions: Versions = {}) {
	const text = PRELUDE + code;
	const facts = parser.parse(text);
	const graph = analyze({ name: "case.py", text, facts });
	return { graph, findings: lint(graph, facts.comments, undefined, versions) };
}

describe("what PEFT says", () => {
	const FIRST = 'first = PeftModel.from_pretrained(base, "a")\n';
	const load = "-; 0.14 M; 0.15 A M";
	test.each([
		["a load onto a wrapper", 'PeftModel.from_pretrained(get_peft_model(base, config), "a")', `PEFT001 ${load}`],
		[
			"a load onto a tuner",
			'm = get_peft_model(base, config)\nPeftModel.from_pretrained(m.base_model, "a")',
			`PEFT001 ${load}`,
		],
		[
			"a load onto a prompt: it may be one, too",
			'm = get_peft_model(base, PromptTuningConfig())\nPeftModel.from_pretrained(m, "a")',
			"PEFT001 not observed",
		],
		["a wrap of a loaded model", `${FIRST}get_peft_model(first, config)`, "PEFT002 -; 0.15 S A"],
		["a wrap by the class", `${FIRST}PeftModel(first, config)`, "PEFT002 -; 0.15 A"],
		["an injection", `${FIRST}inject_adapter_in_model(config, first)`, "PEFT002 -; 0.15 A"],
		["a trainer's", `${FIRST}SFTTrainer(model=base, peft_config=config)`, "PEFT002 -; 0.15 S A"],
		["another library's", `${FIRST}Swift.prepare_model(base, config)\nfirst(1)`, "PEFT002 not observed"],
		[
			"a wrap of a wrapper",
			"m = get_peft_model(base, config)\nm = get_peft_model(m, config)",
			"PEFT003 -; 0.14 - reload M; 0.15 S A reload M",
		],
		["two over one base", `${FIRST}second = PeftModel.from_pretrained(base, "b")\nfirst(1)`, "PEFT010 -; 0.15 A"],
		[
			"two wraps over one base",
			'get_peft_model(base, config, adapter_name="x")\nget_peft_model(base, config)',
			"PEFT010 -; 0.15 S A",
		],
	])("%s", (_, code, expected) => {
		const { findings, graph } = check(code);
		const said = findings.map((finding) => `${finding.code} ${rowsOf(seenAt(finding, graph))}`);
		expect(said).toEqual([expected]);
	});
});

/** Warnings by the first letter of what they are about: second time, already found, missing keys. */
function rowsOf(seen: SeenByVersion | undefined): string {
	if (seen === undefined) return "not observed";
	const letters = (warns: readonly string[]) =>
		warns.map((warning) => (/second/.exec(warning) ? "S" : /Already/.exec(warning) ? "A" : "M")).join(" ") || "-";
	return seen
		.map(({ since, warns, reload }) =>
			[since, letters(warns), reload && `reload ${letters(reload)}`].filter((part) => part !== undefined).join(" "),
		)
		.join("; ");
}

describe("which of two adapters is active", () => {
	const UNUSED =
		'get_peft_model(base, config, adapter_name="first")\nmodel = get_peft_model(base, config, adapter_name="second")\n';
	const SHARED =
		'a = PeftModel.from_pretrained(base, "a", adapter_name="x")\nb = PeftModel.from_pretrained(base, "b", adapter_name="y")\na(1)\n';
	const REPLACED = 'a = PeftModel.from_pretrained(base, "a")\nb = PeftModel.from_pretrained(base, "b")\na(1)\n';
	const old: Versions = { peft: { exact: "0.10.0" } };
	test.each<[string, string, Versions, string]>([
		["under another name", UNUSED, {}, "`first` stays inside, but is never used"],
		["under another name, before 0.11", UNUSED, old, "the new one is switched off and never trained"],
		["under another name, perhaps before 0.11", UNUSED, { peft: { min: "0.10" } }, "`first` stays inside"],
		["two wrappers", SHARED, { peft: { exact: "0.11.0" } }, "the adapter that came last"],
		["two wrappers, before 0.11", SHARED, old, "the adapter that came first"],
		["two wrappers, one name, before 0.11", REPLACED, old, "the adapter that came last"],
	])("%s", (_, code, versions, expected) => {
		const { findings } = check(code, versions);
		expect(findings.map(({ code: rule, message }) => `${rule} ${message}`)).toEqual([
			expect.stringMatching(new RegExp(`^PEFT010 .*${expected.replaceAll("`", "\\`")}`)),
		]);
	});
});

describe("what TRL does with a config for a PeftModel", () => {
	const code = (trainer: string): string =>
		`from trl import ${trainer}\nmodel = get_peft_model(base, config)\n${trainer}(model=model, peft_config=config)\n`;
	const loaded = 'model = PeftModel.from_pretrained(base, "a")\nSFTTrainer(model=model, peft_config=config)\n';
	test.each<[string, string, Versions, string]>([
		["unknown", code("SFTTrainer"), {}, "error by its version, TRL"],
		["only bounded below", code("SFTTrainer"), { trl: { min: "0.20" } }, "error by its version, TRL"],
		["SFT 0.19, fresh", code("SFTTrainer"), { trl: { exact: "0.19.1" } }, "hint TRL drops the config"],
		["SFT 0.19, loaded", loaded, { trl: { exact: "0.19.1" } }, "error TRL drops the config"],
		["SFT 0.20", code("SFTTrainer"), { trl: { exact: "0.20.0" } }, "error TRL wraps it a second time"],
		["SFT 0.26", code("SFTTrainer"), { trl: { exact: "0.26.2" } }, "error TRL merges its adapter"],
		["SFT 0.27", code("SFTTrainer"), { trl: { min: "0.27" } }, "error TRL raises a ValueError"],
		["DPO 0.7.2", code("DPOTrainer"), { trl: { exact: "0.7.2" } }, "error TRL wraps it a second time"],
		["DPO 0.19", code("DPOTrainer"), { trl: { exact: "0.19.0" } }, "error TRL merges its adapter"],
		["GRPO 1.0", code("GRPOTrainer"), { trl: { exact: "1.0.0" } }, "error TRL raises a ValueError"],
		["KTO 1.0: not read", code("KTOTrainer"), { trl: { exact: "1.0.0" } }, "error by its version, TRL"],
	])("%s", (_, program, versions, expected) => {
		const said = check(program, versions)
			.findings.filter((finding) => finding.code === "PEFT026")
			.map(({ severity, message }) => `${severity} ${message.slice(message.indexOf(": ") + 2)}`);
		expect(said).toEqual([expect.stringMatching(new RegExp(`^${expected}`))]);
	});
});
