// `npm run evidence`: runs every rule's evidence.py with the real libraries, prints what was observed, and writes
// docs/evidence.md. Exits 1 when a claim is not observed or nothing could be run.
//
//   --peft VERSION   this release of PEFT (repeatable: one column each); default: the environment's own
//   --rule CODE      only this rule (repeatable), and write nothing
//   --check          write nothing
//   --if-available   where Python or the packages are not to be had: say so and exit 0
//
// The libraries are installed into .evidence-venv, once. PEFT_LINT_PYTHON=/path/to/python uses an environment of yours.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
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
function runRule(folder, environment, fixed) {
	const script = join(rulesFolder, folder, "evidence.py");
	const { status, stdout, stderr } = spawnSync(environment.python, [script, "--fixed", join(fixed, folder)], {
		encoding: "utf8",
		env: environment.env,
		maxBuffer: 64 * 2 ** 20,
	});
	const results = stdout
		.split("\n")
		.filter((line) => line.startsWith("{"))
		.map((line) => JSON.parse(line));
	const isComplete = results.length > 0 && (status === 0 || results.some(({ result }) => result === "not observed"));
	if (isComplete) return results;
	const detail = stderr?.trim().split("\n").at(-1) ?? `ended with ${status}`;
	return [
		...results,
		{ rule: folder.slice(0, 7), claim: "evidence.py runs to its end", result: "not observed", detail },
	];
}

function run() {
	const environments = prepareEnvironments(root, options.peft);
	const folders = readdirSync(rulesFolder)
		.filter((name) => existsSync(join(rulesFolder, name, "evidence.py")))
		.filter((name) => options.rule.length === 0 || options.rule.some((code) => name.startsWith(`${code}-`)));
	const fixed = mkdtempSync(join(tmpdir(), "peft-lint-fixed-"));
	try {
		fixExamples(root, folders, fixed);
		const columns = environments.map((environment) => {
			const results = folders.flatMap((folder) => {
				console.error(`PEFT ${environment.versions.peft}: ${folder}`);
				return runRule(folder, environment, fixed);
			});
			return { versions: environment.versions, results };
		});
		console.log(renderTable(columns));
		if (!options.check && options.rule.length === 0) writeFileSync(page, renderPage(folders, columns, new Date()));
		return columns.some(({ results }) => results.some(({ result }) => result === "not observed")) ? 1 : 0;
	} finally {
		rmSync(fixed, { recursive: true, force: true });
	}
}

try {
	process.exitCode = run();
} catch (error) {
	if (!(error instanceof Unavailable)) throw error;
	const isOptional = options["if-available"];
	console.log(`${isOptional ? "SKIPPED" : "FAILED"}: evidence: ${error.message}`);
	process.exitCode = isOptional ? 0 : 1;
}
