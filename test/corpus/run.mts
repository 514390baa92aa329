/**
 * `npm run corpus`: what the command line says of public code that uses PEFT. The repositories, what is known of their
 * files, and what was found when a person last read it are in the tables beside this file; their code is not here.
 *
 *   --clones FOLDER    local clones: owner/name, or owner+name/repo; missing ones are fetched into it (default: .corpus)
 *   --only OWNER/NAME  this repository only (repeatable)
 *   --labels-only      the labelled files only, and no comparison with the list of findings
 *   --labels FILE      further labels, of files that have no public address ...
 *   --files FOLDER     ... which are here, as ID.py, ID.ipynb, or a folder ID
 *   --update           write what is found to the list of findings
 *   --cli FILE         a built command line (default: it is built)
 *   --manifest FOLDER  other tables
 *
 * Exits 1 when what is found differs from the list, for a false alarm in a labelled file, and for a crash. What is not
 * here and cannot be fetched is skipped, and named.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Checked, check, defaultCodes, type Finding } from "./check.mts";
import { extract, findClone } from "./clones.mts";
import { difference, listFindings, sorted } from "./findings.mts";
import {
	findingColumns,
	type Label,
	type ListedFinding,
	type Revision,
	readFindings,
	readLabels,
	readRepositories,
	renderTable,
} from "./manifest.mts";
import { renderDifference, renderLabels, renderRevision, repositoryHeader } from "./report.mts";
import { type Scored, score } from "./score.mts";

/** A revision and what of it is checked: all, or files that have labels. */
interface Task extends Revision {
	readonly paths: readonly string[] | "all";
}

interface Checking {
	readonly checked: Checked;
	readonly files: number;
}

const root = join(import.meta.dirname, "../..");
const options = parseArgs({
	options: {
		clones: { type: "string", default: join(root, ".corpus") },
		only: { type: "string", multiple: true },
		"labels-only": { type: "boolean", default: false },
		labels: { type: "string" },
		files: { type: "string" },
		update: { type: "boolean", default: false },
		cli: { type: "string" },
		manifest: { type: "string", default: import.meta.dirname },
	},
}).values;
if (options.update && options["labels-only"]) throw new Error("--update needs whole repositories, not --labels-only.");
if (options.labels !== undefined && options.files === undefined) throw new Error("--labels needs --files.");

const table = (name: string): string => join(options.manifest, name);
const isWanted = ({ repository }: Revision): boolean => options.only?.includes(repository) ?? true;
const temporary = mkdtempSync(join(tmpdir(), "peft-lint-corpus-"));
try {
	process.exitCode = await run();
} finally {
	rmSync(temporary, { recursive: true, force: true });
}

async function run(): Promise<number> {
	const cli = resolve(options.cli ?? build());
	const codes = await defaultCodes(cli);
	const labels = readPublicLabels();
	const listed = readFindings(table("findings.tsv"));
	const scored: Scored[] = [];
	const before: ListedFinding[] = [];
	const now: ListedFinding[] = [];
	let crashes = 0;
	let skipped = 0;

	console.log(repositoryHeader);
	const tasks = tasksOf(labels);
	for (const task of tasks) {
		const own = labels.filter(({ source }) => source !== undefined && isSame(source, task));
		const checking = await checkRevision(cli, task);
		scored.push(...own.map((label) => scoreLabel(label, checking?.checked.findings, codes)));
		if (checking === undefined) {
			skipped++;
			continue;
		}
		const known = listed.filter((finding) => isSame(finding, task));
		const found = listFindings(task, checking.checked.findings, known);
		before.push(...known);
		now.push(...found);
		crashes += checking.checked.crashes.length;
		console.log(renderRevision(task, checking.files, checking.checked, found));
	}
	for (const label of readLocalLabels()) {
		const checked = await checkLocal(cli, label);
		for (const line of checked?.crashes ?? []) console.log(`CRASH ${label.id}: ${line}`);
		for (const line of checked?.notes ?? []) console.log(`note  ${label.id}: ${line}`);
		crashes += checked?.crashes.length ?? 0;
		scored.push({ label, outcome: score(label, checked?.findings, codes) });
	}

	if (scored.length > 0) console.log(`\n${renderLabels(scored)}`);
	const falseAlarms = scored.filter(({ outcome }) => outcome.kind === "false").length;
	const compared = options["labels-only"] ? { added: [], gone: [] } : difference(before, now);
	if (!options["labels-only"]) console.log(`\n${renderDifference(compared)}`);
	if (options.update) {
		const others = listed.filter((finding) => !before.includes(finding));
		writeFileSync(table("findings.tsv"), renderTable(findingColumns, sorted([...others, ...now])));
	}
	const checked = `${tasks.length - skipped} of ${tasks.length} revisions checked`;
	console.log(`${checked}, ${falseAlarms} false alarms, ${crashes} crashes`);
	const differs = !options.update && compared.added.length + compared.gone.length > 0;
	return differs || falseAlarms > 0 || crashes > 0 ? 1 : 0;
}

function readPublicLabels(): Label[] {
	const labels = readLabels(table("labels.tsv"));
	const nowhere = labels.find(({ source }) => source === undefined);
	if (nowhere !== undefined) throw new Error(`labels.tsv: ${nowhere.id} names no file of a revision`);
	return labels.filter(({ source }) => source !== undefined && isWanted(source));
}

/** Every revision once, in the order of the tables. */
function tasksOf(labels: readonly Label[]): Task[] {
	const whole = options["labels-only"] ? [] : readRepositories(table("repositories.tsv")).filter(isWanted);
	const tasks: Task[] = whole.map(({ repository, commit }) => ({ repository, commit, paths: "all" }));
	const sources = labels.flatMap(({ source }) => source ?? []);
	for (const source of sources) {
		if (tasks.some((task) => isSame(task, source))) continue;
		const paths = sources.filter((other) => isSame(source, other)).map(({ path }) => path);
		tasks.push({ repository: source.repository, commit: source.commit, paths: [...new Set(paths)] });
	}
	return tasks;
}

/** Undefined, and a line about it, where the revision is not here. */
async function checkRevision(cli: string, task: Task): Promise<Checking | undefined> {
	const clone = findClone(resolve(options.clones), task);
	if (clone.kind === "absent") {
		console.log(`${task.repository}\n  SKIPPED ${task.commit.slice(0, 12)} is not here: ${clone.reason}`);
		return undefined;
	}
	const folder = join(temporary, "revision");
	mkdirSync(folder);
	try {
		const { programs, absent } = extract(clone.gitFolder, task, folder);
		const checked = await check(cli, folder, task.paths === "all" ? ["."] : task.paths);
		const notes = [...absent.map((path) => `${path}: not in the clone`), ...checked.notes];
		const files = task.paths === "all" ? programs.length : task.paths.length;
		return { checked: { ...checked, notes }, files };
	} finally {
		rmSync(folder, { recursive: true });
	}
}

function scoreLabel(label: Label, findings: readonly Finding[] | undefined, codes: ReadonlySet<string>): Scored {
	const own = findings?.filter(({ path }) => path === label.source?.path);
	return { label, outcome: score(label, own, codes) };
}

function readLocalLabels(): Label[] {
	if (options.labels === undefined || options.only !== undefined) return [];
	return readLabels(options.labels).filter(({ source }) => source === undefined);
}

async function checkLocal(cli: string, { id }: Label): Promise<Checked | undefined> {
	const folder = resolve(options.files ?? ".");
	const name = readdirSync(folder).find((entry) => entry === id || entry.replace(/\.\w+$/, "") === id);
	return name === undefined ? undefined : await check(cli, folder, [name]);
}

function isSame(a: Revision, b: Revision): boolean {
	return a.repository === b.repository && a.commit === b.commit;
}

/** The path of a command line as it ships. */
function build(): string {
	const args = [join(root, "scripts/build.mjs"), "--out", temporary];
	const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
	if (status !== 0) throw new Error("The command line could not be built.");
	return join(temporary, "server/dist/cli.js");
}
