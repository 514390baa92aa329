/** `--fix`, `--unsafe-fixes` and `--diff`: what is written, what is shown, and what is left alone. */
import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cli, mortal } from "./support/cli";
import {
	CLEAN,
	type Files,
	project,
	WRAPPED_TWICE,
	WRAPPED_TWICE_FIXED,
	WRONG_LOAD,
	WRONG_LOAD_FIXED,
} from "./support/project";

interface Case {
	readonly files: Files;
	readonly args: readonly string[];
	readonly input?: string;
	readonly code: 0 | 1 | 2;
	readonly stdout: string | RegExp;
	readonly stderr?: string | RegExp;
	/** What the files are afterwards; those not named are as they were, and no other is there. */
	readonly after?: Files;
}

async function check({ files, args, input, code, stdout, stderr = "", after = {} }: Case): Promise<void> {
	const folder = project(files);
	const result = await cli(["check", ...args], { cwd: folder, ...(input !== undefined && { input }) });
	for (const [stream, expected] of [
		["stdout", stdout],
		["stderr", stderr],
	] as const) {
		expect(result[stream]).toEqual(typeof expected === "string" ? expected : expect.stringMatching(expected));
	}
	expect(result.code).toBe(code);
	const contents = Object.keys(files).map((name) => [name, readFileSync(join(folder, name), "utf8")]);
	expect(Object.fromEntries(contents)).toEqual({ ...files, ...after });
	expect(readdirSync(folder).sort()).toEqual(Object.keys(files).sort());
}

const ESCAPE = String.fromCharCode(0x1b);
const SAFE_DIFF = `--- a.py
+++ a.py
@@ -4,4 +4,3 @@
 config = LoraConfig()
 model = AutoModelForCausalLM.from_pretrained("base")
 model = get_peft_model(model, config)
-model = get_peft_model(model, config)
`;

const cases: Readonly<Record<string, Case>> = {
	"a safe fix": {
		files: { "a.py": WRAPPED_TWICE },
		args: ["--fix"],
		code: 0,
		stdout: "Fixed 1 finding. All checks passed.\n",
		after: { "a.py": WRAPPED_TWICE_FIXED },
	},
	"a suggestion is not applied by itself": {
		files: { "a.py": WRONG_LOAD },
		args: ["--fix"],
		code: 1,
		stdout: /^a\.py:6:9: error\[PEFT001\] .*\nFound 1 error \(1 fixable with --fix --unsafe-fixes\)\.\n$/s,
	},
	"a suggestion, when asked for": {
		files: { "a.py": WRONG_LOAD },
		args: ["--fix", "--unsafe-fixes"],
		code: 0,
		stdout: "Fixed 1 finding. All checks passed.\n",
		after: { "a.py": WRONG_LOAD_FIXED },
	},
	"--unsafe-fixes alone changes nothing": {
		files: { "a.py": WRONG_LOAD },
		args: ["--unsafe-fixes"],
		code: 1,
		stdout: /^a\.py:6:9: error\[PEFT001\] /,
	},
	"several files": {
		files: { "a.py": WRAPPED_TWICE, "b.py": WRONG_LOAD, "c.py": CLEAN },
		args: ["--fix"],
		code: 1,
		stdout: /^b\.py:6:9: .*\nFixed 1 finding\. Found 1 error \(1 fixable with --fix --unsafe-fixes\)\.\n$/s,
		after: { "a.py": WRAPPED_TWICE_FIXED },
	},
	"several fixes in one file, one making room for the next": {
		files: { "a.py": WRAPPED_TWICE + "model = get_peft_model(model, config)\n".repeat(3) },
		args: ["--fix"],
		code: 0,
		stdout: "Fixed 4 findings. All checks passed.\n",
		after: { "a.py": WRAPPED_TWICE_FIXED },
	},
	"only selected rules": {
		files: { "a.py": WRAPPED_TWICE },
		args: ["--fix", "--select=PEFT001"],
		code: 0,
		stdout: "All checks passed.\n",
	},
	"--fix with JSON reports what is left": {
		files: { "a.py": WRAPPED_TWICE },
		args: ["--fix", "--output-format=json"],
		code: 0,
		stdout: "[]\n",
		after: { "a.py": WRAPPED_TWICE_FIXED },
	},
	"nothing to fix": { files: { "a.py": CLEAN }, args: ["--fix"], code: 0, stdout: "All checks passed.\n" },
	"a suppressed finding is left alone": {
		files: { "a.py": WRAPPED_TWICE.replace(/\n$/, "  # peft-lint: ignore[PEFT003]\n") },
		args: ["--fix"],
		code: 0,
		stdout: "All checks passed.\n",
	},

	"--diff": {
		files: { "a.py": WRAPPED_TWICE },
		args: ["--diff"],
		code: 1,
		stdout: SAFE_DIFF,
		stderr: "Would fix 1 finding.\n",
	},
	"--diff goes before --fix": {
		files: { "a.py": WRAPPED_TWICE },
		args: ["--fix", "--diff"],
		code: 1,
		stdout: SAFE_DIFF,
		stderr: "Would fix 1 finding.\n",
	},
	"--diff without anything to fix": {
		files: { "a.py": WRONG_LOAD },
		args: ["--diff"],
		code: 0,
		stdout: "",
		stderr: "No fixes.\n",
	},
	"--diff --unsafe-fixes": {
		files: { "a.py": WRONG_LOAD },
		args: ["--diff", "--unsafe-fixes", "--quiet"],
		code: 1,
		stdout: /^-model = get_peft_model\(model, LoraConfig\(\)\)$/m,
	},
	"--diff in colour": {
		files: { "a.py": WRAPPED_TWICE },
		args: ["--diff", "--color", "-q"],
		code: 1,
		stdout: new RegExp(`${ESCAPE}\\[31m-model = get_peft_model\\(model, config\\)${ESCAPE}\\[39m\\n$`),
	},
	"--diff of a file without a last newline": {
		files: { "a.py": WRAPPED_TWICE.trimEnd() },
		args: ["--diff", "-q"],
		code: 1,
		stdout: /\n-model = get_peft_model\(model, config\)\n model = .*\n\\ No newline at end of file\n$/,
	},

	"standard input is filtered": {
		files: {},
		args: ["-", "--fix"],
		input: WRAPPED_TWICE,
		code: 0,
		stdout: WRAPPED_TWICE_FIXED,
		stderr: "Fixed 1 finding. All checks passed.\n",
	},
	"standard input without anything to fix": {
		files: {},
		args: ["-", "--fix", "-q"],
		input: WRONG_LOAD,
		code: 1,
		stdout: WRONG_LOAD,
		stderr: /^<stdin>:6:9: error\[PEFT001\] /,
	},
	"standard input, --diff": {
		files: {},
		args: ["-", "--diff", "--stdin-filename=a.py"],
		input: WRAPPED_TWICE,
		code: 1,
		stdout: SAFE_DIFF,
		stderr: "Would fix 1 finding.\n",
	},
};

for (const [name, one] of Object.entries(cases)) test(name, () => check(one));

test("a diff applies", async () => {
	const folder = project({ "a.py": WRAPPED_TWICE.replaceAll("\n", "\r\n") });
	const { stdout } = await cli(["check", "--diff"], { cwd: folder });
	const { applyPatch } = await import("diff");
	expect(applyPatch(readFileSync(join(folder, "a.py"), "utf8"), stdout)).toBe(
		WRAPPED_TWICE_FIXED.replaceAll("\n", "\r\n"),
	);
});

test.skipIf(process.platform === "win32")("the mode stays, and a link stays a link", async () => {
	const folder = project({ "real/a.py": WRAPPED_TWICE, "work/": "" });
	chmodSync(join(folder, "real/a.py"), 0o755);
	symlinkSync("../real/a.py", join(folder, "work/link.py"));
	expect(await cli(["check", "--fix", "work"], { cwd: folder })).toMatchObject({ code: 0, stderr: "" });
	expect(readFileSync(join(folder, "real/a.py"), "utf8")).toBe(WRAPPED_TWICE_FIXED);
	expect(statSync(join(folder, "real/a.py")).mode & 0o777).toBe(0o755);
	expect(lstatSync(join(folder, "work/link.py")).isSymbolicLink()).toBe(true);
	expect(readdirSync(join(folder, "real"))).toEqual(["a.py"]);
});

test.skipIf(process.platform === "win32")("a read-only file is left alone, and the others are fixed", async () => {
	const folder = project({ "a.py": WRAPPED_TWICE, "b.py": WRAPPED_TWICE });
	chmodSync(join(folder, "a.py"), 0o444);
	expect(await cli(["check", "--fix"], { cwd: folder })).toMatchObject({
		code: 2,
		stdout: expect.stringMatching(/^a\.py:7:9: .*\nFixed 1 finding\. Found 1 error \(1 fixable with --fix\)\.\n$/s),
		stderr: "error: a.py: the file is read-only; nothing was changed\n",
	});
	expect(readFileSync(join(folder, "a.py"), "utf8")).toBe(WRAPPED_TWICE);
	expect(readFileSync(join(folder, "b.py"), "utf8")).toBe(WRAPPED_TWICE_FIXED);
});

test.skipIf(mortal === undefined)("a folder that nothing may be written to", async () => {
	const folder = project({ "a.py": WRAPPED_TWICE });
	chmodSync(join(folder, "a.py"), 0o666);
	chmodSync(folder, 0o555);
	const result = await cli(["check", "--fix"], { cwd: folder, asMortal: true });
	chmodSync(folder, 0o755);
	expect(result).toMatchObject({
		code: 2,
		stderr: "error: a.py: cannot write: permission denied; nothing was changed\n",
	});
	expect(readFileSync(join(folder, "a.py"), "utf8")).toBe(WRAPPED_TWICE);
});
