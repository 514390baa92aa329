/** Which rules run, how loud they are, what comments silence, and what a finding tells. */
import { beforeAll, describe, expect, test } from "vitest";
import { analyze } from "../analysis/analyze";
import type { PythonParser } from "../syntax/parser";
import { testParser } from "../syntax/test-parser";
import { defaultSelection, lint, type RuleSelection, suppressionEdit } from "./engine";

let parser: PythonParser;

beforeAll(async () => {
	parser = await testParser();
});

const PRELUDE = `from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM
config = LoraConfig()
base = AutoModelForCausalLM.from_pretrained("tiny")
`;

function check(text: string, selection: Partial<RuleSelection> = {}) {
	const facts = parser.parse(text);
	const graph = analyze({ name: "case.py", text, facts });
	return {
		graph,
		comments: facts.comments,
		findings: lint(graph, facts.comments, { ...defaultSelection, ...selection }),
	};
}

/** A load onto a wrapper (001), a wrap of the wrapper (003), a load onto it on some paths (001). */
const SCRIPT = `${PRELUDE}model = get_peft_model(base, config)
loaded = PeftModel.from_pretrained(model, "a")
nested = get_peft_model(model, config)
def maybe(args):
    model = AutoModelForCausalLM.from_pretrained("tiny")
    if args.lora:
        model = get_peft_model(model, config)
    return PeftModel.from_pretrained(model, "a")
`;

describe("selection and severity", () => {
	const cases: readonly [string, Partial<RuleSelection>, string][] = [
		["by default every rule", {}, "PEFT001 error, PEFT003 error, PEFT001 warning"],
		["a code", { select: ["PEFT003"] }, "PEFT003 error"],
		["a name, in any case", { select: ["Nested-Wrap"] }, "PEFT003 error"],
		["a prefix", { select: ["peft00"] }, "PEFT001 error, PEFT003 error, PEFT001 warning"],
		["all", { select: ["ALL"] }, "PEFT001 error, PEFT003 error, PEFT001 warning"],
		["nothing", { select: [] }, ""],
		["an unknown one", { select: ["E501", " "] }, ""],
		["an ignored code", { ignore: ["PEFT001"] }, "PEFT003 error"],
		["an ignored prefix", { ignore: ["PEFT"] }, ""],
		["the narrower of select and ignore wins", { select: ["PEFT003"], ignore: ["PEFT00"] }, "PEFT003 error"],
		["ignore wins where both are as narrow", { select: ["PEFT003"], ignore: ["nested-wrap"] }, ""],
		["off", { severity: { PEFT001: "off" } }, "PEFT003 error"],
		["a severity by name", { severity: { "nested-wrap": "hint" } }, "PEFT001 error, PEFT003 hint, PEFT001 warning"],
		[
			"on some paths: one step quieter",
			{ select: ["PEFT001"], severity: { peft001: "warning" } },
			"PEFT001 warning, PEFT001 information",
		],
		[
			"but not below information",
			{ select: ["PEFT001"], severity: { PEFT001: "information" } },
			"PEFT001 information, PEFT001 information",
		],
		[
			"unless it is a hint anyway",
			{ select: ["PEFT001"], severity: { PEFT001: "hint" } },
			"PEFT001 hint, PEFT001 hint",
		],
	];
	test.each(cases)("%s", (_, selection, expected) => {
		const { findings } = check(SCRIPT, selection);
		expect(findings.map((finding) => `${finding.code} ${finding.severity}`).join(", ")).toBe(expected);
	});
});

describe("suppression comments", () => {
	const load = (comment: string) =>
		`${PRELUDE}model = get_peft_model(base, config)\nmodel = PeftModel.from_pretrained(model, "a")${comment}\n`;
	const cases: readonly [string, string, boolean][] = [
		["none", load(""), false],
		["a code", load("  # peft-lint: ignore[PEFT001]"), true],
		["a name", load("  # peft-lint: ignore[load-onto-wrapped-model]"), true],
		["any case, any spaces", load("  #peft-lint :  IGNORE [ peft003 ,Peft001 ]"), true],
		["every rule", load("  # peft-lint: ignore"), true],
		["every rule, and why", load("  # peft-lint: ignore -- the trainer nests as well"), true],
		["another code", load("  # peft-lint: ignore[PEFT003]"), false],
		["no code", load("  # peft-lint: ignore[]"), false],
		["a bracket that is never closed", load("  # peft-lint: ignore[PEFT001"), true],
		["behind another comment", load("  # type: ignore  # peft-lint: ignore[PEFT001]"), true],
		["another word", load("  # peft-lint: ignored"), false],
		["noqa is not ours", load("  # noqa: PEFT001"), false],
		["another tool", load("  # other-peft-lint: ignore"), false],
		["the line before", load("").replace("model = PeftModel", "# peft-lint: ignore\nmodel = PeftModel"), false],
		["inside the call", load("").replace('(model, "a")', '(\n    model,  # peft-lint: ignore\n    "a",\n)'), true],
		["behind the call", load("").replace('(model, "a")', '(\n    model,\n    "a",\n)  # peft-lint: ignore'), true],
		["in a string", load("").replace('"a"', '"# peft-lint: ignore"'), false],
		["in another statement of the line", load("; print()  # peft-lint: ignore[PEFT001]"), true],
		[
			"in the body of a statement whose head it is in",
			load("").replace(/model = (PeftModel.*)/, "if $1:\n    print()  # peft-lint: ignore"),
			false,
		],
		["behind the head", load("").replace(/model = (PeftModel.*)/, "if $1:  # peft-lint: ignore\n    print()"), true],
		["Windows line ends", load("  # peft-lint: ignore[PEFT001]").replaceAll("\n", "\r\n"), true],
		["the file", `# peft-lint: ignore-file\n${load("")}`, true],
		[
			"the file, one code",
			`#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n\n# A script.\n# peft-lint: ignore-file[PEFT001]\n${load("")}`,
			true,
		],
		["the file, another code", `# peft-lint: ignore-file[PEFT003]\n${load("")}`, false],
		["the file, behind a byte order mark", `\uFEFF# peft-lint: ignore-file\n${load("")}`, true],
		["the file, too late", load("").replace("config =", "# peft-lint: ignore-file\nconfig ="), false],
		["a file's comment is none of a line", load("  # peft-lint: ignore-file"), false],
	];
	test.each(cases)("%s", (_, text, silent) => {
		expect(check(text).findings.map((finding) => finding.code)).toEqual(silent ? [] : ["PEFT001"]);
	});
});

describe("the comment that a code action adds", () => {
	const head = `${PRELUDE}model = get_peft_model(base, config)\n`;
	const cases: readonly [string, string, string][] = [
		[
			"at the end of the line",
			'x = PeftModel.from_pretrained(model, "a")\n',
			'x = PeftModel.from_pretrained(model, "a")  # peft-lint: ignore[PEFT001]\n',
		],
		[
			"at the end of the file",
			'x = PeftModel.from_pretrained(model, "a")',
			'x = PeftModel.from_pretrained(model, "a")  # peft-lint: ignore[PEFT001]',
		],
		[
			"in place of white space",
			'x = PeftModel.from_pretrained(model, "a")   \n',
			'x = PeftModel.from_pretrained(model, "a")  # peft-lint: ignore[PEFT001]\n',
		],
		[
			"behind another comment",
			'x = PeftModel.from_pretrained(model, "a")  # noqa\n',
			'x = PeftModel.from_pretrained(model, "a")  # noqa # peft-lint: ignore[PEFT001]\n',
		],
		[
			"into ours",
			'x = PeftModel.from_pretrained(model, "a")  # peft-lint: ignore[PEFT003] because\n',
			'x = PeftModel.from_pretrained(model, "a")  # peft-lint: ignore[PEFT003, PEFT001] because\n',
		],
		[
			"into ours, behind a comma",
			'x = PeftModel.from_pretrained(model, "a")  # peft-lint: ignore[PEFT003, ]\n',
			'x = PeftModel.from_pretrained(model, "a")  # peft-lint: ignore[PEFT003, PEFT001]\n',
		],
		[
			"into ours, empty",
			'x = PeftModel.from_pretrained(model, "a")  # peft-lint: ignore[]\n',
			'x = PeftModel.from_pretrained(model, "a")  # peft-lint: ignore[PEFT001]\n',
		],
		[
			"into ours, never closed",
			'x = PeftModel.from_pretrained(model, "a")  # peft-lint: ignore[PEFT003\n',
			'x = PeftModel.from_pretrained(model, "a")  # peft-lint: ignore[PEFT003, PEFT001]\n',
		],
		[
			"into ours, on another line of the statement",
			'x = PeftModel.from_pretrained(\n    model,  # peft-lint: ignore[PEFT003]\n    "a",\n)\n',
			'x = PeftModel.from_pretrained(\n    model,  # peft-lint: ignore[PEFT003, PEFT001]\n    "a",\n)\n',
		],
		[
			"on the first line of a long call",
			'x = PeftModel.from_pretrained(\n    model,\n    "a",\n)\n',
			'x = PeftModel.from_pretrained(  # peft-lint: ignore[PEFT001]\n    model,\n    "a",\n)\n',
		],
		[
			"not behind a backslash",
			'x = \\\n    PeftModel.from_pretrained(model, \\\n    "a")\nprint()\n',
			'x = \\\n    PeftModel.from_pretrained(model, \\\n    "a")  # peft-lint: ignore[PEFT001]\nprint()\n',
		],
		[
			"not inside a string",
			'x = PeftModel.from_pretrained(model, """a\n# b""")\nprint()\n',
			'x = PeftModel.from_pretrained(model, """a\n# b""")  # peft-lint: ignore[PEFT001]\nprint()\n',
		],
		[
			"before Windows line ends",
			'x = PeftModel.from_pretrained(model, "a")\r\nprint()\r\n',
			'x = PeftModel.from_pretrained(model, "a")  # peft-lint: ignore[PEFT001]\r\nprint()\r\n',
		],
		[
			"behind the last statement of the line",
			'x = PeftModel.from_pretrained(model, "a"); print()\n',
			'x = PeftModel.from_pretrained(model, "a"); print()  # peft-lint: ignore[PEFT001]\n',
		],
	];
	test.each(cases)("%s", (_, text, expected) => {
		const { graph, comments, findings } = check(head + text);
		const [finding] = findings;
		if (finding === undefined) throw new Error("no finding to suppress");
		const edit = suppressionEdit(finding, graph, comments);
		const whole = head + text;
		const result = whole.slice(0, edit.start) + edit.text + whole.slice(edit.end);
		expect(result.slice(head.length)).toBe(expected);
		expect(check(result).findings).toEqual([]);
	});
});

describe("the story of a finding", () => {
	const cases: readonly [string, string, readonly string[]][] = [
		[
			"in one frame",
			'model = get_peft_model(base, config)\nmodel = PeftModel.from_pretrained(model, "a")\n',
			[
				"4 `AutoModelForCausalLM.from_pretrained` creates the model",
				"5 `get_peft_model` wraps the model",
				"6 `PeftModel.from_pretrained` loads onto the wrapper",
			],
		],
		[
			"made by a helper",
			'def make():\n    return get_peft_model(base, config)\nmodel = make()\nmodel = PeftModel.from_pretrained(model, "a")\n',
			[
				"4 `AutoModelForCausalLM.from_pretrained` creates the model",
				"6 `get_peft_model` wraps the model",
				"7 Returned by `make()`",
				"8 `PeftModel.from_pretrained` loads onto the wrapper",
			],
		],
		[
			"given to a helper of a helper",
			'def load(m):\n    return PeftModel.from_pretrained(m, "a")\ndef resume(m):\n    return load(m)\nmodel = get_peft_model(base, config)\nmodel = resume(model)\n',
			[
				"4 `AutoModelForCausalLM.from_pretrained` creates the model",
				"9 `get_peft_model` wraps the model",
				"10 Passed to `resume()`",
				"8 Passed to `load()`",
				"6 `PeftModel.from_pretrained` loads onto the wrapper",
			],
		],
		[
			"on some paths",
			'def main(args):\n    model = AutoModelForCausalLM.from_pretrained("tiny")\n    if args.lora:\n        model = get_peft_model(model, config)\n    model = PeftModel.from_pretrained(model, "a")\n',
			[
				"6 `AutoModelForCausalLM.from_pretrained` creates the model",
				"8 `get_peft_model` wraps the model when `args.lora` is true",
				"9 `PeftModel.from_pretrained` loads onto the wrapper",
			],
		],
		[
			"unloaded in vain",
			'model = get_peft_model(base, config)\nmodel.unload()\nmodel = PeftModel.from_pretrained(model, "a")\n',
			[
				"4 `AutoModelForCausalLM.from_pretrained` creates the model",
				"5 `get_peft_model` wraps the model",
				"6 `model.unload()` leaves the variable a wrapper",
				"7 `PeftModel.from_pretrained` loads onto the wrapper",
			],
		],
		[
			"in a loop",
			'model = base\nfor path in ["a", "b"]:\n    model = PeftModel.from_pretrained(model, path)\n',
			[
				"4 `AutoModelForCausalLM.from_pretrained` creates the model",
				"7 `PeftModel.from_pretrained` loads onto the wrapper that its own last pass made",
			],
		],
		[
			"trained and wrapped again",
			"from transformers import Trainer\nmodel = get_peft_model(base, config)\nTrainer(model=model).train()\nmodel = get_peft_model(model, config)\n",
			[
				"4 `AutoModelForCausalLM.from_pretrained` creates the model",
				"6 `get_peft_model` makes the adapter `default`",
				"7 `Trainer(model=model).train` trains it",
				"8 `get_peft_model` puts a fresh adapter `default` in its place",
			],
		],
		[
			"shared by two wrappers",
			'sft = PeftModel.from_pretrained(base, "sft")\ndpo = PeftModel.from_pretrained(base, "dpo")\nprint(sft.generate())\n',
			[
				"4 `AutoModelForCausalLM.from_pretrained` creates the model",
				"5 `PeftModel.from_pretrained` puts adapter layers into the base model",
				"6 `PeftModel.from_pretrained` changes the same base model again",
				"7 `sft` is used here",
			],
		],
	];
	test.each(cases)("%s", (_, text, expected) => {
		const { findings, graph } = check(PRELUDE + text);
		const source = graph.sources[0]?.text ?? "";
		const line = (offset: number) => source.slice(0, offset).split("\n").length;
		expect(findings).toHaveLength(1);
		expect(findings[0]?.timeline.map((entry) => `${line(entry.place.start)} ${entry.message}`)).toEqual(expected);
	});
});

describe("long and odd code in messages", () => {
	const cases: readonly [string, string, string][] = [
		[
			"is cut",
			'AutoModelForCausalLM.from_pretrained("a-very-long-name/that-goes-on-and-on")',
			"`get_peft_model(AutoModelForCausalLM.fr…)`",
		],
		["is one line without comments", "base,  # the base\n        ", "`get_peft_model(base, config)`"],
	];
	test.each(cases)("%s", (_, base, expected) => {
		const argument = base.startsWith("base") ? `get_peft_model(${base}config)` : `get_peft_model(${base}, config)`;
		const { findings } = check(`${PRELUDE}model = PeftModel.from_pretrained(${argument}, "a")\n`);
		expect(findings[0]?.message).toContain(expected);
	});
});
