// `npm run evidence`: runs every rule's evidence.py with the real libraries, prints what was observed, and writes
// docs/evidence.md. Exits 1 when a claim is not observed or nothing could be run.
//
//   --peft VERSION   this release of PEFT (repeatable: one column each); default: the environment's own
//   --rule CODE      only this rule (repeatable), and write nothing
//   --check          write nothing
//   --if-available   where Python or the packages are not to be had: say so and exit 0
//
// The libraries are installed into .evidence-venv, once. PEFT_LINT_PYTHON=/path/to/python uses an environment of yours.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { fixExamples } from "./evidence/fixed.mjs";
import { prepareEnvironments, Unavailable } from "./evidence/python.mjs";
import { renderPage, renderTable } from "./evidence/report.mjs";

const root = dirname(import.meta.dirname);
const rulesFolder = join(root, "server", "src", "rules");
const page = join(root, "docs", "evidence.md");

const options = parseArgs({
	options: {
		peft: { type: "string", multiple: true, default: [] },
		rule: { type: "string", multiple: true, default: [] },
		check: { type: "boolean", default: false },
		"if-available": { type: "boolean", default: false },
	},
}).values;

/** The results of one rule in one environment. A script that dies counts as a claim of its own. */
async function runRule(folder, environment, fixed) {
	console.error(`PEFT ${environment.versions.peft}: ${folder}`);
	const script = join(rulesFolder, folder, "evidence.py");
	const { status, stdout, stderr } = await output(environment, [script, "--fixed", join(fixed, folder)]);
	const results = stdout
		.split("\n")
		.filter((line) => line.startsWith("{"))
		.map((line) => JSON.parse(line));
	const isComplete = results.length > 0 && (status === 0 || results.some(({ result }) => result === "not observed"));
	if (isComplete) return results;
	const detail = stderr.trim().split("\n").at(-1) || `ended with ${status}`;
	return [
		...results,
		{ rule: folder.slice(0, 7), claim: "evidence.py runs to its end", result: "not observed", detail },
	];
}

/** Runs Python to its end. Most of the time goes into imports, on one core. */
function output({ python, env }, args) {
	return new Promise((resolve) => {
		const child = spawn(python, args, { env, stdio: ["ignore", "pipe", "pipe"] });
		const texts = { stdout: "", stderr: "" };
		for (const name of Object.keys(texts))
			child[name].setEncoding("utf8").on("data", (text) => {
				texts[name] += text;
			});
		child.on("error", (error) => resolve({ status: null, stdout: "", stderr: error.message }));
		child.on("close", (status) => resolve({ status, ...texts }));
	});
}

/** The results of tasks in their order, as many at a time as there are cores. */
async function inParallel(tasks) {
	const results = [];
	const waiting = [...tasks.entries()];
	const worker = async () => {
		for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) results[next[0]] = await next[1]();
	};
	await Promise.all(Array.from({ length: availableParallelism() }, worker));
	return results;
}

async function run() {
	const environments = prepareEnvironments(root, options.peft);
	const folders = readdirSync(rulesFolder)
		.filter((name) => existsSync(join(rulesFolder, name, "evidence.py")))
		.filter((name) => options.rule.length === 0 || options.rule.some((code) => name.startsWith(`${code}-`)));
	const fixed = mkdtempSync(join(tmpdir(), "peft-lint-fixed-"));
	try {
		fixExamples(root, folders, fixed);
		const tasks = environments.flatMap((environment) =>
			folders.map((folder) => () => runRule(folder, environment, fixed)),
		);
		const results = await inParallel(tasks);
		const columns = environments.map(({ versions }, index) => ({
			versions,
			results: results.slice(index * folders.length, (index + 1) * folders.length).flat(),
		}));
		console.log(renderTable(columns));
		if (!options.check && options.rule.length === 0) writeFileSync(page, renderPage(folders, columns, new Date()));
		return columns.some((column) => column.results.some(({ result }) => result === "not observed")) ? 1 : 0;
	} finally {
		rmSync(fixed, { recursive: true, force: true });
	}
}

try {
	process.exitCode = await run();
} catch (error) {
	if (!(error instanceof Unavailable)) throw error;
	const isOptional = options["if-available"];
	console.log(`${isOptional ? "SKIPPED" : "FAILED"}: evidence: ${error.message}`);
	process.exitCode = isOptional ? 0 : 1;
}
