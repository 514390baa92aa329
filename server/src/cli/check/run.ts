/** One run of `check`: what was asked, what it works with, what has been seen so far. */
import { fileURLToPath } from "node:url";
import { describeVersions, type PackageVersions } from "../../workspace/versions/project";
import type { Engine } from "../lint";
import { displayPath } from "../report/text";
import { type Colors, fail, printable, type Terminal, warn } from "../terminal";
import type { CheckOptions } from "./options";
import type { FileResult } from "./result";
import { STDIN } from "./targets";

export interface Run {
	readonly options: CheckOptions;
	readonly engine: Engine;
	readonly terminal: Terminal;
	readonly report: Channel;
	readonly tally: Tally;
}

/** Where findings and the summary go. */
export interface Channel {
	readonly write: (text: string) => void;
	readonly colors: Colors;
}

export interface Tally {
	readonly results: FileResult[];
	/** Files met, checked or not. */
	met: number;
	checked: number;
	/** Fixes applied, or with `--diff` shown. */
	fixed: number;
	failed: boolean;
	/** What was said of versions; projects that use the same are told once. */
	readonly versions: Set<string>;
}

export function startRun(options: CheckOptions, engine: Engine, terminal: Terminal): Run {
	// A filter's standard output is the fixed text, and nothing else.
	const filter = options.fix === "write" && options.paths.includes(STDIN);
	const report = filter
		? { write: terminal.err, colors: terminal.errColors }
		: { write: terminal.out, colors: terminal.outColors };
	return {
		options,
		engine,
		terminal,
		report,
		tally: { results: [], met: 0, checked: 0, fixed: 0, failed: false, versions: new Set() },
	};
}

/** The person asked for something and does not get it. */
export function failFile(file: string, reason: string, run: Run): void {
	run.tally.failed = true;
	fail(run.terminal, `${displayPath(file, run.options.workingDirectory)}: ${reason}`);
}

export function warnFile(file: string, reason: string, run: Run): void {
	if (!run.options.quiet) warn(run.terminal, `${displayPath(file, run.options.workingDirectory)}: ${reason}`);
}

export function logFile(file: string, message: string, run: Run): void {
	if (!run.options.verbose) return;
	run.terminal.err(`${printable(displayPath(file, run.options.workingDirectory))}: ${printable(message)}\n`);
}

export function logVersions(versions: PackageVersions, { options, tally, terminal }: Run): void {
	if (!options.verbose) return;
	const said = describeVersions(versions, ({ uri }) => displayPath(fileURLToPath(uri), options.workingDirectory));
	if (tally.versions.has(said)) return;
	tally.versions.add(said);
	terminal.err(`Versions: ${printable(said)}\n`);
}
