/** Notebooks: findings by cell, row and column; fixes that change nothing but sources; files that are none. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cli } from "./support/cli";
import { type CellSource, type Files, lines, notebook, project } from "./support/project";

const imports = `%pip install -q peft
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM`;
const wrapping = `config = LoraConfig()
model = AutoModelForCausalLM.from_pretrained("é🤗")
model = get_peft_model(model, config)`;
const wrap = "model = get_peft_model(model, config)\n";
const load = 'tuned = PeftModel.from_pretrained(model, "out")';

const misuse = notebook([
	"# Training",
	lines(imports),
	lines(wrapping),
	"%%bash\nls (",
	"# Loading",
	lines(`# 🤗\n${load}`),
]);
const twice = notebook(["# Training", lines(imports), lines(wrapping), lines(`print("é")\n${wrap}model.train()`)]);

test("text: cells are counted over all, rows within one", async () => {
	const folder = project({ "train.ipynb": misuse });
	const { stdout, stderr, code } = await cli(["check"], { cwd: folder });
	expect({ stderr, code }).toEqual({ stderr: "", code: 1 });
	expect(stdout).toMatchInlineSnapshot(`
		"train.ipynb:cell 6:2:9: error[PEFT001] \`PeftModel.from_pretrained\` loads the adapter onto \`model\`, which \`get_peft_model\` already wrapped: no checkpoint key will match and the trained weights are silently ignored.
		  |
		2 | tuned = PeftModel.from_pretrained(model, "out")
		  |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
		  = note: cell 3, line 2: \`AutoModelForCausalLM.from_pretrained\` creates the model
		  = note: cell 3, line 3: \`get_peft_model\` wraps the model
		  = note: line 2: \`PeftModel.from_pretrained\` loads onto the wrapper
		  = help: Load the adapter onto \`model\` and drop the wrap in line 3 of its cell (--fix --unsafe-fixes)

		Found 1 error (1 fixable with --fix --unsafe-fixes).
		"
	`);
});

test("JSON: Ruff's shape, with the cell of each place", async () => {
	const folder = project({ "train.ipynb": misuse });
	const { stdout } = await cli(["check", "--output-format=json", "train.ipynb"], { cwd: folder });
	const [finding] = JSON.parse(stdout);
	expect(finding).toMatchObject({
		cell: 6,
		code: "PEFT001",
		filename: join(folder, "train.ipynb"),
		location: { row: 2, column: 9 },
		end_location: { row: 2, column: 48 },
		fix: { edits: [{ cell: 3, content: "", location: { row: 2, column: 51 }, end_location: { row: 3, column: 38 } }] },
		timeline: [
			{ cell: 3, location: { row: 2, column: 9 } },
			{ cell: 3, location: { row: 3, column: 9 } },
			{ cell: 6, location: { row: 2, column: 9 } },
		],
	});
});

test("--diff: by cell", async () => {
	const folder = project({ "train.ipynb": twice });
	const { stdout, stderr, code } = await cli(["check", "--diff"], { cwd: folder });
	expect({ stderr, code }).toEqual({ stderr: "Would fix 1 finding.\n", code: 1 });
	expect(stdout).toBe(`--- train.ipynb:cell 4
+++ train.ipynb:cell 4
@@ -1,3 +1,2 @@
 print("é")
-model = get_peft_model(model, config)
 model.train()
`);
	expect(readFileSync(join(folder, "train.ipynb"), "utf8")).toBe(twice);
});

describe("--fix changes sources, and keeps all else byte for byte", () => {
	const item = (line: string): string => `    ${JSON.stringify(line)},\n`;
	const rows: Readonly<Record<string, readonly [before: string, after: string]>> = {
		"a list of lines": [twice, twice.replace(item(wrap), "")],
		"one text": [notebook([imports, wrapping, `x = 1\n${wrap}\n`]), notebook([imports, wrapping, "x = 1\n\n"])],
		"the last line": [
			notebook([lines(imports), lines(wrapping), lines(`x = 1\n${wrap.trim()}`)]),
			notebook([lines(imports), lines(wrapping), ["x = 1"]]),
		],
		"no indentation, escapes, another order, no final line feed": [
			`{"nbformat":4,"metadata":{"x":1e5,"y":"\\u00e9\\/"},"cells":[{"source":${JSON.stringify(`${imports}\n${wrapping}`).replace("é", "\\u00E9")},"cell_type":"code"},{"cell_type":"code","outputs":[NaN],"source":["y = '\\u00e9'\\n",${JSON.stringify(wrap)},"z"]}]}`,
			`{"nbformat":4,"metadata":{"x":1e5,"y":"\\u00e9\\/"},"cells":[{"source":${JSON.stringify(`${imports}\n${wrapping}`).replace("é", "\\u00E9")},"cell_type":"code"},{"cell_type":"code","outputs":[NaN],"source":["y = '\\u00e9'\\n","z"]}]}`,
		],
		"tabs and CR LF": [
			twice.replaceAll("\n", "\r\n").replaceAll(/^ +/gm, (blanks) => "\t".repeat(blanks.length)),
			twice
				.replace(item(wrap), "")
				.replaceAll("\n", "\r\n")
				.replaceAll(/^ +/gm, (blanks) => "\t".repeat(blanks.length)),
		],
		"a byte-order mark": [`\ufeff${twice}`, `\ufeff${twice.replace(item(wrap), "")}`],
		"several cells": [
			notebook([imports, wrapping, `x = 1\n${wrap}`, `y = 1\n${wrap}`]),
			notebook([imports, wrapping, "x = 1\n", "y = 1\n"]),
		],
		"several in one cell": [
			notebook([imports, wrapping, `x = 1\n${wrap.repeat(3)}`]),
			notebook([imports, wrapping, "x = 1\n"]),
		],
	};
	test.each(Object.entries(rows))("%s", async (_, [before, after]) => {
		const folder = project({ "train.ipynb": before });
		const { stdout, stderr, code } = await cli(["check", "--fix"], { cwd: folder });
		expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
		expect(stdout).toMatch(/^Fixed \d findings?\. All checks passed\.\n$/);
		expect(readFileSync(join(folder, "train.ipynb"), "utf8")).toBe(after);
	});

	test("standard input: the whole notebook comes out", async () => {
		const args = ["check", "--fix", "--stdin-filename=train.ipynb", "-"];
		const { stdout, code } = await cli(args, { cwd: project({}), input: twice });
		expect({ stdout, code }).toEqual({ stdout: twice.replace(item(wrap), ""), code: 0 });
	});
});

interface Case {
	readonly files: Files;
	readonly args?: readonly string[];
	readonly code: 0 | 1 | 2;
	readonly stdout?: string | RegExp;
	readonly stderr?: string | RegExp;
}

const PASSED = "All checks passed.\n";
const again = (...cells: readonly CellSource[]): string => notebook([imports, wrapping, ...cells]);

const cases: Readonly<Record<string, Case>> = {
	"a cell that the fix would empty": {
		files: { "a.ipynb": again(wrap) },
		args: ["--fix"],
		code: 1,
		stdout: /^a\.ipynb:cell 3:1:9: error\[PEFT003\]/,
	},
	"a cell of two wraps that the fixes would empty": {
		files: { "a.ipynb": again(`${wrap}# again\n${wrap}`) },
		args: ["--fix"],
		code: 1,
		stdout: /^a\.ipynb:cell 3:\d:9: error\[PEFT003\].*Fixed 1 finding\. Found 1 error\.\n$/s,
	},
	"suppressed in its cell": {
		files: { "a.ipynb": again(`x = 1\n${wrap.trim()}  # peft-lint: ignore[PEFT003]`) },
		code: 0,
		stdout: PASSED,
	},
	"suppressed as a whole": {
		files: { "a.ipynb": notebook([`# peft-lint: ignore-file\n${imports}`.replace("# ", "#"), wrapping, wrap]) },
		code: 0,
		stdout: PASSED,
	},
	"a cell that is not well-formed": {
		files: { "a.ipynb": again("print(", "'''", wrap) },
		code: 1,
		stdout: /^a\.ipynb:cell 5:1:9/,
	},
	"another kernel": {
		files: { "a.ipynb": notebook([imports, wrapping, wrap], { language_info: { name: "R" } }) },
		args: ["a.ipynb"],
		code: 0,
		stdout: PASSED,
	},
	"an empty file": { files: { "a.ipynb": "" }, args: ["a.ipynb"], code: 0, stdout: PASSED },
	"no cells": { files: { "a.ipynb": notebook([]) }, args: ["a.ipynb"], code: 0, stdout: PASSED },
	"what a walk meets": {
		files: { "a.ipynb": misuse, "b/.ipynb_checkpoints/a.ipynb": misuse, "c.IPYNB": twice },
		code: 1,
		stdout: /^a\.ipynb:cell 6:.*^c\.IPYNB:cell 4:2:9.*^Found 2 errors/ms,
	},
	"a module beside it": {
		files: {
			"lib.py": `${imports.replace("%pip", "# %pip")}\n\ndef build():\n    return get_peft_model(AutoModelForCausalLM.from_pretrained("x"), LoraConfig())\n`,
			"nb/a.ipynb": notebook(["import lib\nfrom peft import PeftModel", "model = lib.build()", load]),
			"nb/lib.py": `${imports.replace("%pip", "# %pip")}\n\ndef build():\n    return get_peft_model(AutoModelForCausalLM.from_pretrained("x"), LoraConfig())\n`,
		},
		code: 1,
		stdout: /^nb\/a\.ipynb:cell 3:1:9: error\[PEFT001\].*note: nb\/lib\.py:6:/s,
	},
	"the rule of cells, when it is asked for": {
		files: {
			"a.ipynb": notebook([
				imports,
				'model = AutoModelForCausalLM.from_pretrained("x")',
				"model = get_peft_model(model, LoraConfig())",
			]),
		},
		args: ["--select=PEFT046"],
		code: 1,
		stdout: /^a\.ipynb:cell 3:1:9: information\[PEFT046\]/,
	},
	"no JSON": {
		files: { "a.ipynb": '{"cells": [peft]}' },
		args: ["a.ipynb"],
		code: 2,
		stderr: "error: a.ipynb: it is no valid JSON at line 1, column 12\n",
	},
	"no JSON, and the others": {
		files: { "a.ipynb": '{"x": "peft"', "b.ipynb": misuse },
		code: 2,
		stdout: /^b\.ipynb:cell 6/,
		stderr: /^error: a\.ipynb: it is no valid JSON/,
	},
	"no JSON that a walk meets and that names no PEFT": {
		files: { "a.ipynb": "<<<<", "b.ipynb": misuse },
		code: 1,
		stdout: /^b\.ipynb:cell 6/,
	},
	"no notebook": {
		files: { "a.ipynb": "{}" },
		args: ["a.ipynb"],
		code: 2,
		stderr: "error: a.ipynb: it is no notebook: it has no list of cells\n",
	},
	"a source that is no text": {
		files: { "a.ipynb": '{"cells": [{"cell_type": "code", "source": {"peft": 1}}]}' },
		args: ["--output-format=json"],
		code: 2,
		stdout: "[]\n",
		stderr: "error: a.ipynb: it is no notebook: the source of cell 1 is no text\n",
	},
	"invalid UTF-8": {
		files: { "a.ipynb": Buffer.from('{"peft": "\xe9"}', "latin1") },
		code: 2,
		stderr: "error: a.ipynb: invalid UTF-8 at byte 11\n",
	},
	"cells that are too large": {
		files: { "a.ipynb": notebook(["x".repeat(10_000_001)]) },
		args: ["a.ipynb"],
		code: 2,
		stderr: "error: a.ipynb: too large: its cells have 10000001 characters, and 10000000 are the most\n",
	},
	"outputs that are larger than any script": {
		files: { "a.ipynb": misuse.replace('"outputs": []', `"outputs": ["${"QUJD".repeat(3_000_000)}"]`) },
		code: 1,
		stdout: /^a\.ipynb:cell 6/,
	},
};

test.each(Object.entries(cases))("%s", async (_, { files, args = [], code, stdout = "", stderr = "" }) => {
	const result = await cli(["check", ...args], { cwd: project(files) });
	const text = (expected: string | RegExp) =>
		typeof expected === "string" ? expected : expect.stringMatching(expected);
	expect(result).toMatchObject({ code, stdout: text(stdout), stderr: text(stderr) });
});

test("graph: places by Python cell", async () => {
	const { stdout } = await cli(["graph", "a.ipynb"], { cwd: project({ "a.ipynb": misuse }) });
	expect(stdout).toMatch(/load {4}PeftModel\.from_pretrained\(model, "out"\).* a\.ipynb#4:2 /);
});
