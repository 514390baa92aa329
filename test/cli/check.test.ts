/** `peft-lint check`: what is answered, where it is written, and what the process ends with. */
import { expect, test } from "vitest";
import { type CliResult, cli } from "./support/cli";
import { CLEAN, type Files, project, WRAPPED_TWICE, WRONG_LOAD } from "./support/project";

interface Case {
	readonly files?: Files;
	readonly args: readonly string[];
	readonly input?: string | Uint8Array;
	readonly code: 0 | 1 | 2;
	/** Whole text, or what stands in it. */
	readonly stdout?: string | RegExp;
	readonly stderr?: string | RegExp;
}

const noise = /^(?!.*(?:\bat \w+ \(|Error:))/s;

async function check({ files = {}, args, input, code, stdout, stderr }: Case): Promise<void> {
	const cwd = project(files);
	const result = await cli(["check", ...args], { cwd, ...(input !== undefined && { input }) });
	expect({ code: result.code, stderr: result.stderr }).toMatchObject({ code, stderr: expect.stringMatching(noise) });
	expectText(result, "stdout", stdout);
	expectText(result, "stderr", stderr ?? "");
}

function expectText(result: CliResult, stream: "stdout" | "stderr", expected: string | RegExp | undefined): void {
	if (typeof expected === "string") expect(result[stream]).toBe(expected);
	if (expected instanceof RegExp) expect(result[stream]).toMatch(expected);
}

const PASSED = "All checks passed.\n";
const FOUND_ONE = /: error\[PEFT001\] .*\nFound 1 error \(1 fixable with --fix --unsafe-fixes\)\.\n$/s;

const cases: Readonly<Record<string, Case>> = {
	"a clean file": { files: { "a.py": CLEAN }, args: ["a.py"], code: 0, stdout: PASSED },
	"an empty file": { files: { "a.py": "" }, args: ["a.py"], code: 0, stdout: PASSED },
	"a finding": { files: { "a.py": WRONG_LOAD }, args: ["a.py"], code: 1, stdout: FOUND_ONE },
	"no path is the working directory": { files: { "a.py": WRONG_LOAD }, args: [], code: 1, stdout: FOUND_ONE },
	"a folder": { files: { "src/a.py": WRONG_LOAD }, args: ["src"], code: 1, stdout: /^src\/a\.py:6:9: / },
	"a file named twice is answered once": {
		files: { "a.py": WRONG_LOAD },
		args: ["a.py", "./a.py", "."],
		code: 1,
		stdout: FOUND_ONE,
	},
	"a file is checked whatever its extension": {
		files: { "train.txt": WRONG_LOAD },
		args: ["train.txt"],
		code: 1,
		stdout: FOUND_ONE,
	},
	"several severities": {
		files: { "a.py": WRONG_LOAD, "b.py": WRAPPED_TWICE },
		args: [],
		code: 1,
		stdout: /\nFound 2 errors \(1 fixable with --fix, 1 fixable with --fix --unsafe-fixes\)\.\n$/,
	},
	"--quiet leaves out the summary": { files: { "a.py": CLEAN }, args: ["-q"], code: 0, stdout: "" },
	"--exit-zero": { files: { "a.py": WRONG_LOAD }, args: ["--exit-zero"], code: 0, stdout: FOUND_ONE },

	"--select a code": { files: { "a.py": WRONG_LOAD }, args: ["--select", "PEFT001"], code: 1, stdout: FOUND_ONE },
	"--select a name": {
		files: { "a.py": WRONG_LOAD },
		args: ["--select", "load-onto-wrapped-model"],
		code: 1,
		stdout: FOUND_ONE,
	},
	"--select a prefix": { files: { "a.py": WRONG_LOAD }, args: ["--select", "peft"], code: 1, stdout: FOUND_ONE },
	"--select another": { files: { "a.py": WRONG_LOAD }, args: ["--select", "PEFT002,PEFT003"], code: 0, stdout: PASSED },
	"--select adds up": {
		files: { "a.py": WRONG_LOAD },
		args: ["--select=PEFT002", "--select=PEFT001"],
		code: 1,
		stdout: FOUND_ONE,
	},
	"--ignore": { files: { "a.py": WRONG_LOAD }, args: ["--ignore", "PEFT001"], code: 0, stdout: PASSED },
	"--select what is no rule": {
		args: ["--select", "PEFT001,E501"],
		code: 2,
		stderr: /"E501" is no rule\. Run "peft-lint rules" for a list\./,
	},
	"--select nothing": { args: ["--select", ""], code: 2, stderr: /Name at least one rule\./ },
	"--output-format what is none": {
		args: ["--output-format", "xml"],
		code: 2,
		stderr: /Allowed choices are text, concise, json, github, gitlab, sarif/,
	},
	"an option that is none": { args: ["--unsafe-fixs"], code: 2, stderr: /Did you mean --unsafe-fixes\?/ },

	"standard input": { args: ["-"], input: WRONG_LOAD, code: 1, stdout: /^<stdin>:6:9: error\[PEFT001\]/ },
	"standard input with a name": {
		args: ["-", "--stdin-filename", "src/train.py"],
		input: WRONG_LOAD,
		code: 1,
		stdout: /^src\/train\.py:6:9: error\[PEFT001\]/,
	},
	"standard input that is empty": { args: ["-"], input: "", code: 0, stdout: PASSED },
	"standard input that does not end": {
		args: ["-"],
		input: "#".repeat(11_000_000),
		code: 2,
		stderr: "error: <stdin>: too large: 10000000 bytes are the most that is checked\n",
	},
	"standard input and a file": {
		files: { "a.py": WRONG_LOAD },
		args: ["-", "a.py"],
		input: WRONG_LOAD,
		code: 1,
		stdout: /^<stdin>:.*\na\.py:.*\nFound 2 errors/s,
	},

	"no such file, and the others": {
		files: { "a.py": WRONG_LOAD },
		args: ["gone.py", "a.py"],
		code: 2,
		stdout: FOUND_ONE,
		stderr: "error: gone.py: no such file or directory\n",
	},
	"a path through a file": {
		files: { "a.py": CLEAN },
		args: ["a.py/b.py"],
		code: 2,
		stdout: "",
		stderr: "error: a.py/b.py: no such file or directory\n",
	},
	"a path that is too long": {
		args: ["x".repeat(5000)],
		code: 2,
		stderr: /^error: x+: the path is too long\n$/,
	},
	"no Python file": {
		files: { "readme.md": "" },
		args: [],
		code: 0,
		stdout: "",
		stderr: "warning: no Python files were found under the given paths\n",
	},
	"a folder that is called x.py": {
		files: { "x.py/a.py": WRONG_LOAD },
		args: ["x.py"],
		code: 1,
		stdout: /^x\.py\/a\.py:6:9: /,
	},
	"invalid UTF-8, and the others": {
		files: { "a.py": Buffer.from("import peft\nname = '\xe9'\n", "latin1"), "b.py": WRONG_LOAD },
		args: [],
		code: 2,
		stdout: FOUND_ONE,
		stderr: /^error: a\.py: invalid UTF-8 at byte 21; declare the encoding in the first line \(PEP 263\) or save/,
	},
	"an unknown encoding": {
		files: { "a.py": "# coding: klingon\nimport peft\n" },
		args: [],
		code: 2,
		stderr: 'error: a.py: the declared encoding "klingon" is not supported\n',
	},
	"a file too large, named": {
		files: { "a.py": `import peft\n${"#".repeat(10_000_000)}\n` },
		args: ["a.py"],
		code: 2,
		stderr: "error: a.py: too large: 10000013 bytes, and 10000000 are the most that is checked\n",
	},
	"a file too large, met": {
		files: { "a.py": `import peft\n${"#".repeat(10_000_000)}\n`, "b.py": CLEAN },
		args: [],
		code: 0,
		stdout: PASSED,
	},
	"--verbose says what versions are assumed, and what was passed over": {
		files: { "a.py": CLEAN, "b.py": "import os\n" },
		args: ["--verbose"],
		code: 0,
		stdout: PASSED,
		stderr:
			"Versions: unknown: peft, transformers, trl, accelerate, torch\n" +
			"b.py: neither it nor what it imports names a PEFT library; passed over\nChecked 1 of 2 files.\n",
	},
	"a name with control characters": {
		files: { "a\u001b[31m\n.py": WRONG_LOAD },
		args: [],
		code: 1,
		stdout: /^a␛\[31m \.py:6:9: /,
	},

	"half-typed code": {
		files: { "a.py": `${WRONG_LOAD}def f(:\n  x = (\n` },
		args: [],
		code: 1,
		stdout: FOUND_ONE,
	},
	"NUL bytes": { files: { "a.py": `${WRONG_LOAD}\0\0 = 1\n` }, args: [], code: 1, stdout: FOUND_ONE },
	"100,000 brackets deep": {
		files: { "a.py": `${WRONG_LOAD}x = ${"(".repeat(100_000)}1${")".repeat(100_000)}\n` },
		args: [],
		code: 1,
		stdout: FOUND_ONE,
	},
	"100,000 calls deep": {
		files: { "a.py": `${WRONG_LOAD}x = ${"f(".repeat(100_000)}1${")".repeat(100_000)}\n` },
		args: [],
		code: 1,
		stdout: FOUND_ONE,
	},
	"not Python at all": {
		files: { "a.py": Buffer.from([0x7f, 0x45, 0x4c, 0x46, ...Buffer.from("peft"), 0, 1, 2, 3]) },
		args: ["a.py"],
		code: 0,
		stdout: PASSED,
	},
};

for (const [name, one] of Object.entries(cases)) test(name, () => check(one));
