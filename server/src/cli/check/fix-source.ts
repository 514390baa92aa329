/** `--fix` and `--diff` for one text. */
import { encodeSource } from "../../workspace/encoding";
import { replaceFile } from "../../workspace/files";
import type { Opened } from "../lint";
import { renderDiff } from "../report/diff";
import { displayPath } from "../report/text";
import { fixText } from "./fix";
import type { FileResult } from "./result";
import { failFile, type Run } from "./run";
import type { Source } from "./targets";

/** Fixes the text, writes or shows it, and says what is left to report. */
export function fixSource(source: Source, opened: Opened, run: Run): FileResult {
	const { options, tally } = run;
	const original = opened.lint(options.selection);
	const relint = (text: string) => opened.lint(options.selection, text);
	const fixed = fixText(source.text, original, relint, options.unsafeFixes);
	if (fixed.fault !== undefined) failFile(source.name, `internal error, please report it: ${fixed.fault}`, run);
	const problem = keep(source, fixed.text, run);
	if (problem !== undefined) {
		failFile(source.name, problem, run);
		return original;
	}
	tally.fixed += fixed.applied;
	return fixed.result;
}

/** Undefined when the text was shown or written as asked, else why not. */
function keep(source: Source, text: string, run: Run): string | undefined {
	if (run.options.fix === "diff") {
		showDiff(source, text, run);
		return undefined;
	}
	if (source.file === undefined) {
		run.terminal.out(text);
		return undefined;
	}
	if (text === source.text) return undefined;
	const problem = write(source, source.file, text);
	if (problem === undefined) run.engine.changed(source.file.path);
	return problem;
}

function showDiff(source: Source, text: string, { options, terminal }: Run): void {
	if (text === source.text) return;
	const name = displayPath(source.name, options.workingDirectory);
	terminal.out(renderDiff(name, source.text, text, terminal.outColors));
}

function write(source: Source, file: NonNullable<Source["file"]>, text: string): string | undefined {
	const before = encodeSource(source.text, source.encoding);
	const after = encodeSource(text, source.encoding);
	// An encoding that does not give back the bytes we read would change lines that nobody fixed.
	if (before === undefined || after === undefined || !file.bytes.equals(before)) {
		return `cannot be written back in its encoding (${source.encoding.label}); nothing was changed`;
	}
	const written = replaceFile(file.path, file.bytes, after);
	return written.ok ? undefined : written.reason;
}
