// `npm test`: everything that must hold before a change lands. Prints what each stage counted, and last of all one line
// `N passed, N failed` over all of them. A stage that prints such a line as its last is counted by it; any other is
// one check, by its exit code.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

const root = dirname(import.meta.dirname);
const folder = mkdtempSync(join(tmpdir(), "peft-lint-test-"));

/** Needed by everything after it: when one fails, the rest would only repeat that. */
const foundations = [{ name: "build", script: "build" }];

const stages = [
	{ name: "typecheck", script: "typecheck" },
	{ name: "lint", script: "lint" },
	{ name: "generated files", script: "check:generated" },
	{ name: "unit and server tests", script: "test:unit", vitest: true },
	{ name: "package", script: "package" },
	{ name: "package tests", script: "test:package", vitest: true },
	{ name: "evidence", script: "evidence", args: ["--if-available", "--check"] },
	{ name: "VS Code", script: "test:vscode" },
	{ name: "other editors", script: "test:editors" },
];

/** Runs an npm script; resolves to what it counted. Its line of counts is kept back: the last one is the sum. */
function run({ script, args = [], vitest = false }, { quiet = false } = {}) {
	const report = join(folder, `${script.replaceAll(":", "-")}.json`);
	const reporters = vitest ? ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`] : [];
	return new Promise((resolve) => {
		const child = spawn("npm", ["run", "--silent", script, "--", ...args, ...reporters], {
			cwd: root,
			stdio: ["ignore", "pipe", quiet ? "ignore" : "inherit"],
			shell: process.platform === "win32",
		});
		let counted;
		createInterface({ input: child.stdout }).on("line", (line) => {
			const counts = /^(\d+) passed, (\d+) failed$/.exec(line);
			if (counts !== null) counted = { passed: Number(counts[1]), failed: Number(counts[2]) };
			else if (!quiet) console.log(line);
		});
		child.once("close", (code) => {
			const counts = vitest ? vitestCounts(report) : counted;
			resolve(judge(counts ?? { passed: code === 0 ? 1 : 0, failed: 0 }, code));
		});
	});
}

/** A stage that fails without a failure to show for it (a crash, a file that does not load) counts as one. */
function judge({ passed, failed }, code) {
	return { passed, failed: code !== 0 && failed === 0 ? 1 : failed };
}

function vitestCounts(report) {
	try {
		const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, "utf8"));
		return { passed: numPassedTests, failed: numFailedTests };
	} catch {
		return { passed: 0, failed: 0 };
	}
}

const results = [];

async function runStage(stage) {
	console.log(`\n=== ${stage.name}`);
	const start = performance.now();
	const counts = await run(stage);
	results.push({ name: stage.name, ...counts, seconds: Math.round((performance.now() - start) / 1000) });
	return counts.failed === 0;
}

// Fetching needs the network and little else: it goes on while the first stages run. The stage that needs what is
// fetched fetches again what is missing, and tells why it cannot.
const fetching = run({ script: "test:vscode", args: ["--fetch"] }, { quiet: true });
let isSound = true;
for (const stage of foundations) isSound &&= await runStage(stage);
if (isSound) {
	for (const stage of stages) {
		if (stage.script === "test:vscode") await fetching;
		await runStage(stage);
	}
}
rmSync(folder, { recursive: true, force: true });

const total = { passed: 0, failed: 0 };
console.log();
for (const { name, passed, failed, seconds } of results) {
	total.passed += passed;
	total.failed += failed;
	const counts = `${passed} ok`.padStart(9) + (failed > 0 ? `, ${failed} FAILED` : "");
	console.log(`${name.padEnd(24)}${`${seconds} s`.padStart(6)}${counts}`);
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);
