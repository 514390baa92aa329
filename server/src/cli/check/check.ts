/** `peft-lint check`: every target is answered for on its own, so that one bad file takes no other's answer away. */
import { ExitCode } from "../exit-code";
import type { Engine, Opened } from "../lint";
import { renderConcise } from "../report/concise";
import { renderGithub } from "../report/github";
import { renderGitlab } from "../report/gitlab";
import { renderJson } from "../report/json";
import { renderSarif } from "../report/sarif";
import { renderStatistics } from "../report/statistics";
import { plural, summarize } from "../report/summary";
import { renderText } from "../report/text";
import { type Terminal, warn } from "../terminal";
import { fixSource } from "./fix-source";
import type { CheckOptions } from "./options";
import { type FileResult, isViolation } from "./result";
import { failFile, logFile, logVersions, type Run, startRun, warnFile } from "./run";
import { type Source, subjectOf, type Target, targetsOf } from "./targets";

export async function check(options: CheckOptions, engine: Engine, terminal: Terminal): Promise<ExitCode> {
	const run = startRun(options, engine, terminal);
	for await (const target of targetsOf(options)) {
		run.tally.met++;
		await answer(target, run);
	}
	if (run.tally.met === 0) warn(terminal, "no Python files were found under the given paths");
	if (options.verbose) terminal.err(`Checked ${run.tally.checked} of ${plural(run.tally.met, "file")}.\n`);
	conclude(run);
	return exitCode(run);
}

async function answer(target: Target, run: Run): Promise<void> {
	switch (target.kind) {
		case "source":
			await checkSource(target.source, run);
			break;
		case "error":
			failFile(target.path, target.reason, run);
			break;
		case "skipped":
			warnFile(target.path, `${target.reason}; skipped`, run);
			break;
		case "passed-over":
			logFile(target.path, `${target.reason}; passed over`, run);
			break;
	}
}

/** A fault of ours in one file is reported and stays there. */
async function checkSource(source: Source, run: Run): Promise<void> {
	try {
		const opened = await run.engine.open(subjectOf(source));
		if (source.met && !opened.concerns) {
			logFile(source.name, "neither it nor what it imports names a PEFT library; passed over", run);
			return;
		}
		run.tally.checked++;
		checkOpened(source, opened, run);
	} catch (error) {
		const detail = error instanceof Error ? (run.options.verbose ? error.stack : error.message) : String(error);
		failFile(source.name, `internal error, please report it: ${detail}`, run);
	}
}

function checkOpened(source: Source, opened: Opened, run: Run): void {
	const { options, tally } = run;
	const linted = options.fix === "no" ? opened.lint(options.selection) : fixSource(source, opened, run);
	const result = { ...linted, cellNumbers: source.notebook?.cells.map(({ number }) => number) };
	logVersions(opened.versions, run);
	for (const note of opened.notes) logFile(source.name, note, run);
	for (const note of result.graph.notes) logFile(source.name, note.message, run);
	tally.results.push(result);
	if (options.fix !== "diff" && !options.statistics) run.report.write(eachFile(result, run));
}

/** What a format says of a file as soon as it is checked. */
function eachFile(result: FileResult, { options, report }: Run): string {
	switch (options.format) {
		case "text":
			return renderText(result, report.colors, options.workingDirectory);
		case "concise":
			return renderConcise(result, report.colors, options.workingDirectory);
		case "github":
			return renderGithub(result, options.workingDirectory);
		case "json":
		case "gitlab":
		case "sarif":
			return "";
	}
}

/** What a format says when all files are checked. */
function atTheEnd(run: Run): string {
	const { options, report, tally } = run;
	const last = options.quiet ? "" : lastLine(run);
	if (options.statistics) return `${renderStatistics(tally.results, report.colors)}${last}`;
	switch (options.format) {
		case "text":
		case "concise":
			return last;
		case "json":
			return renderJson(tally.results);
		case "gitlab":
			return renderGitlab(tally.results, options.workingDirectory);
		case "sarif":
			return renderSarif(tally.results, options.workingDirectory);
		case "github":
			return "";
	}
}

function conclude(run: Run): void {
	const { options, report, tally, terminal } = run;
	if (options.fix === "diff") {
		if (!options.quiet)
			terminal.err(tally.fixed === 0 ? "No fixes.\n" : `Would fix ${plural(tally.fixed, "finding")}.\n`);
	} else report.write(atTheEnd(run));
}

function lastLine({ tally }: Run): string {
	const fixed = tally.fixed === 0 ? undefined : `Fixed ${plural(tally.fixed, "finding")}.`;
	const found = summarize(tally.results.flatMap((result) => result.findings));
	// "All" would be a lie where a file got no answer.
	const clean = tally.failed || tally.met === 0 ? undefined : "All checks passed.";
	const parts = [fixed, found ?? clean].filter((part) => part !== undefined);
	return parts.length === 0 ? "" : `${parts.join(" ")}\n`;
}

function exitCode({ options, tally }: Run): ExitCode {
	if (tally.failed) return ExitCode.error;
	if (options.exitZero) return ExitCode.clean;
	const found = options.fix === "diff" ? tally.fixed > 0 : tally.results.some((one) => one.findings.some(isViolation));
	return found ? ExitCode.findings : ExitCode.clean;
}
