/** Runs the built command line over folders and files, and reads what it says. */
import { spawn } from "node:child_process";
import { realpathSync } from "node:fs";
import { relative, sep } from "node:path";

export interface Finding {
	/** Below the folder that was checked, with `/` between folders. */
	readonly path: string;
	/** As the command line counts: `12`, or `cell 3:12` in a notebook. */
	readonly line: string;
	readonly code: string;
	readonly severity: string;
	readonly message: string;
}

export interface Checked {
	readonly findings: readonly Finding[];
	readonly seconds: number;
	/** Bounds that were passed and files that got no answer, a line each. */
	readonly notes: readonly string[];
	/** Faults of ours, a line each. */
	readonly crashes: readonly string[];
}

/** A rule of the command line, as `peft-lint rules` lists it. */
export interface RuleMeta {
	readonly code: string;
	readonly preview?: boolean;
}

interface JsonFinding {
	readonly filename: string;
	readonly cell: number | null;
	readonly location: { readonly row: number };
	readonly code: string;
	readonly severity: string;
	readonly message: string;
}

interface Output {
	/** Null when a signal ended it. */
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
	readonly seconds: number;
}

/** Checks `paths`, relative to `folder`, at the severities that nobody configured. */
export async function check(cli: string, folder: string, paths: readonly string[]): Promise<Checked> {
	const root = realpathSync.native(folder);
	const { code, stdout, stderr, seconds } = await run(
		cli,
		["check", "--output-format=json", "-v", "--", ...paths],
		root,
	);
	const lines = stderr.split("\n").filter((line) => line !== "" && !isRoutine(line));
	const crashes = lines.filter(isFault);
	const findings = parse<JsonFinding[]>(stdout);
	if (findings === undefined || code === null || code > 2) crashes.push(`ended with ${code}: ${lines.at(-1) ?? ""}`);
	const notes = lines.filter((line) => !crashes.includes(line));
	// Hints are not underlined: they neither find a label nor count as alarms.
	const loud = (findings ?? []).filter(({ severity }) => severity !== "hint");
	return { findings: loud.map((finding) => toFinding(root, finding)), seconds, notes, crashes };
}

/** The codes that are reported without being asked for. */
export async function defaultCodes(cli: string): Promise<ReadonlySet<string>> {
	const { stdout, stderr } = await run(cli, ["rules", "--output-format=json"], process.cwd());
	const rules = parse<RuleMeta[]>(stdout);
	if (rules === undefined) throw new Error(`${cli} lists no rules: ${stderr}`);
	return new Set(rules.filter(({ preview }) => preview !== true).map(({ code }) => code));
}

/** A fault is contained where it happens, and then reads like a bound that was passed. */
function isFault(line: string): boolean {
	return /internal error|Maximum call stack|Invalid array length|Cannot read propert|is not (?:a function|iterable|defined)/.test(
		line,
	);
}

/** What `-v` says of files that nobody would look into. */
function isRoutine(line: string): boolean {
	return /; passed over$|^Versions: |^Checked \d+ of \d+ files?\.$|no Python files were found/.test(line);
}

function toFinding(root: string, { filename, cell, location, code, severity, message }: JsonFinding): Finding {
	const path = relative(root, filename).split(sep).join("/");
	const line = cell === null ? String(location.row) : `cell ${cell}:${location.row}`;
	return { path, line, code, severity, message };
}

function parse<T>(json: string): T | undefined {
	try {
		return JSON.parse(json) as T;
	} catch {
		return undefined;
	}
}

function run(cli: string, args: readonly string[], cwd: string): Promise<Output> {
	const start = performance.now();
	const child = spawn(process.execPath, [cli, ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
	const out: Buffer[] = [];
	const err: Buffer[] = [];
	child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
	child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
	return new Promise((resolve, reject) => {
		child.once("error", reject);
		child.once("close", (code) => {
			const seconds = (performance.now() - start) / 1000;
			resolve({ code, seconds, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
		});
	});
}
