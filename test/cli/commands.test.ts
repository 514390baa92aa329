/** The other commands, and the command line itself. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cli, root } from "./support/cli";
import { type Files, project, WRONG_LOAD } from "./support/project";

const { version } = JSON.parse(readFileSync(join(root, "server/package.json"), "utf8")) as { readonly version: string };

interface Case {
	readonly args: readonly string[];
	readonly files?: Files;
	readonly input?: string;
	readonly code?: 0 | 1 | 2;
	readonly stdout?: string | RegExp;
	readonly stderr?: string | RegExp;
}

const cases: Readonly<Record<string, Case>> = {
	"--version": { args: ["--version"], stdout: `${version}\n` },
	"-V": { args: ["-V"], stdout: `${version}\n` },
	"--help": { args: ["--help"], stdout: /^Usage: peft-lint .*check .*explain .*rules .*graph .*server .*Exit codes:/s },
	"help check": { args: ["help", "check"], stdout: /^Usage: peft-lint check .*--output-format .*--no-color/s },
	"check --help": { args: ["check", "--help"], stdout: /^Usage: peft-lint check .*--unsafe-fixes .*Exit codes:/s },
	nothing: { args: [], code: 2, stderr: /^Usage: peft-lint / },
	"no such command": { args: ["chek"], code: 2, stderr: /^error: unknown command 'chek'\n\(Did you mean check\?\)/ },
	"a file for a command": {
		args: ["a.py"],
		files: { "a.py": "" },
		code: 2,
		stderr: /^error: unknown command 'a\.py'.*\nDid you mean "peft-lint check a\.py"\?\n$/s,
	},

	"explain by code": {
		args: ["explain", "PEFT001"],
		stdout: /^# load-onto-wrapped-model \(PEFT001\)\n\n## What it does\n.*\n## References\n.*[^\n]\n$/s,
	},
	"explain by name, in any case": {
		args: ["explain", "Nested-Wrap"],
		stdout: /^# nested-wrap \(PEFT003\)\n\n## What it does\n/,
	},
	"explain in Chinese": {
		args: ["explain", "PEFT001", "--locale", "zh-cn"],
		stdout: /^# load-onto-wrapped-model \(PEFT001\)\n\n## \p{Script=Han}+\n/u,
	},
	"explain what is no rule": {
		args: ["explain", "PEFT999"],
		code: 2,
		stderr: /^error: there is no rule "PEFT999"; there are PEFT001, /,
	},
	"explain nothing": { args: ["explain"], code: 2, stderr: /^error: missing required argument 'rule'\n/ },
	"explain in an unknown language": {
		args: ["explain", "PEFT001", "--locale", "fr"],
		code: 2,
		stderr: /Allowed choices are en, zh-cn\./,
	},

	rules: { args: ["rules"], stdout: /^PEFT001 {2}load-onto-wrapped-model .*error.*suggestion.*\nPEFT002 .*\n$/s },

	graph: {
		args: ["graph", "a.py"],
		files: { "a.py": WRONG_LOAD },
		stdout: /^core 0 .*\n {2}create .*a\.py:4.*\n {2}wrap .*a\.py:5.*\n {2}load .*a\.py:6.*\n$/s,
	},
	"graph of standard input": { args: ["graph", "-"], input: WRONG_LOAD, stdout: /\n {2}load .*<stdin>:6/ },
	"graph of a file without models": {
		args: ["graph", "a.py"],
		files: { "a.py": "x = 1\n" },
		stderr: "a.py: no model was found\n",
	},
	"graph of no file": { args: ["graph", "a.py"], code: 2, stderr: "error: a.py: no such file or directory\n" },
	"graph of a folder": { args: ["graph", "."], code: 2, stderr: "error: .: it is a directory\n" },
};

for (const [name, { args, files = {}, input, code = 0, stdout = "", stderr = "" }] of Object.entries(cases)) {
	test(name, async () => {
		const result = await cli(args, { cwd: project(files), ...(input !== undefined && { input }) });
		const text = (expected: string | RegExp) =>
			typeof expected === "string" ? expected : expect.stringMatching(expected);
		expect(result).toMatchObject({ code, stdout: text(stdout), stderr: text(stderr) });
	});
}

test("rules as JSON: every field that a table needs", async () => {
	const { stdout, code } = await cli(["rules", "--output-format=json"], { cwd: project({}) });
	expect(code).toBe(0);
	const rules = JSON.parse(stdout) as readonly { readonly code: string }[];
	expect(rules.map((rule) => rule.code)).toEqual([...rules.map((rule) => rule.code)].sort());
	expect(rules[0]).toMatchObject({
		code: "PEFT001",
		name: "load-onto-wrapped-model",
		severity: "error",
		fix: "suggestion",
		preview: false,
		summary: expect.any(String),
	});
});

test("explain knows every rule, in either language", async () => {
	const cwd = project({});
	const { stdout } = await cli(["rules", "--output-format=json"], { cwd });
	// Every other rule in each language: a process for each page takes its time.
	const codes = (JSON.parse(stdout) as readonly { readonly code: string }[]).map(({ code }) => code);
	for (const [index, code] of codes.entries()) {
		const locale = index % 2 === 0 ? "en" : "zh-cn";
		expect(await cli(["explain", code, "--locale", locale], { cwd })).toMatchObject({ code: 0, stderr: "" });
	}
}, 120_000);
