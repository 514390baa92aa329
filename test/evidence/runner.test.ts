/** `npm run evidence` where the libraries are not to be had, and where a claim does not hold. */
import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";

const root = join(__dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "peft-lint-evidence-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Run {
	readonly code: number | string | null;
	readonly stdout: string;
}

/** Runs the script with a Python of ours. It is never to write the page. */
async function run(python: string, ...args: readonly string[]): Promise<Run> {
	const page = join(root, "docs/evidence.md");
	const before = readFileSync(page);
	const result = await new Promise<Run>((resolve) => {
		const env = { ...process.env, PEFT_LINT_PYTHON: python };
		const script = join(root, "scripts/evidence.mjs");
		execFile(process.execPath, [script, "--check", ...args], { cwd: folder, env }, (error, stdout) => {
			resolve({ code: error?.code ?? 0, stdout });
		});
	});
	expect(readFileSync(page).equals(before)).toBe(true);
	return result;
}

/** A program that answers as Python does: with versions to the first question, then for each rule as `answers` says. */
function pythonThatSays(name: string, answers: Readonly<Record<string, string>>): string {
	const path = join(folder, name);
	const versions = '{"python": "3.12.0", "peft": "0.99.0", "transformers": "5.0.0", "torch": "3.0.0"}';
	const cases = Object.entries(answers).map(([rule, answer]) => `*${rule}*) ${answer} ;;`);
	const lines = [
		"#!/bin/sh",
		`if [ "$1" = -c ]; then echo '${versions}'; exit 0; fi`,
		'case "$1" in',
		...cases,
		"esac",
	];
	writeFileSync(path, `${lines.join("\n")}\n`);
	chmodSync(path, 0o755);
	return path;
}

function claim(rule: string, result: string): string {
	return `echo '${JSON.stringify({ rule, claim: "it rains", result, detail: "seen" })}'`;
}

test("without a Python it fails, and says why", async () => {
	const { code, stdout } = await run(join(folder, "nowhere"));
	expect(code).toBe(1);
	expect(stdout).toMatch(/^FAILED: evidence: .*nowhere cannot be started/);
});

test("without a Python, if available, it is visibly skipped", async () => {
	const { code, stdout } = await run(join(folder, "nowhere"), "--if-available");
	expect(code).toBe(0);
	expect(stdout).toMatch(/^SKIPPED: evidence: /);
});

// The stand-in for Python is a shell script.
describe.skipIf(process.platform === "win32")("with a Python", () => {
	test("that observes every claim it can try, it passes", async () => {
		const python = pythonThatSays("right", {
			PEFT001: claim("PEFT001", "observed"),
			PEFT002: claim("PEFT002", "skipped"),
			"": claim("PEFT999", "observed"),
		});
		const { code, stdout } = await run(python);
		expect(stdout).toMatch(/^PEFT001 {2}✓ {2}it rains$/m);
		expect(stdout).toMatch(/^PEFT002 {2}– {2}it rains\n +PEFT 0\.99\.0: skipped: seen$/m);
		expect(stdout).toMatch(/\n\d+ passed, 0 failed\n$/);
		expect(code).toBe(0);
	});

	test("that does not, or dies, it fails and names each", async () => {
		const python = pythonThatSays("wrong", {
			PEFT001: `${claim("PEFT001", "not observed")}; exit 1`,
			PEFT002: "echo Killed >&2; exit 137",
			PEFT003: `${claim("PEFT003", "observed")}; echo 'out of memory' >&2; exit 1`,
			"": claim("PEFT999", "observed"),
		});
		const { code, stdout } = await run(python);
		expect(stdout).toMatch(/^PEFT001 {2}✗ {2}it rains\n +PEFT 0\.99\.0: not observed: seen$/m);
		expect(stdout).toMatch(/^PEFT002 {2}✗ {2}evidence\.py runs to its end\n.*Killed$/m);
		expect(stdout).toMatch(/^PEFT003 {2}✗ {2}evidence\.py runs to its end\n.*out of memory$/m);
		expect(stdout).toMatch(/, 3 failed\n$/);
		expect(code).toBe(1);
	});
});
