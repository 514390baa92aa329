/** `--fix` and `--diff` for one file. */
import { encodeSource } from "../../workspace/encoding";
import { replaceFile } from "../../workspace/files";
import { splitCells } from "../../workspace/notebook/cells";
import { rewriteNotebook } from "../../workspace/notebook/rewrite";
import type { Linted, Opened } from "../lint";
import { renderDiff } from "../report/diff";
import { displayPath } from "../report/text";
import type { Code } from "./code";
import { fixCode } from "./fix";
import { failFile, type Run } from "./run";
import { codeOf, type Source } from "./targets";

/** Fixes the code, writes or shows it, and says what is left to report. */
export function fixSource(source: Source, opened: Opened, run: Run): Linted {
	const { options, tally } = run;
	const original = opened.lint(options.selection);
	const relint = (code: Code) => opened.lint(options.selection, code);
	const fixed = fixCode(codeOf(source), original, relint, options.unsafeFixes);
	if (fixed.fault !== undefined) failFile(source.name, `internal error, please report it: ${fixed.fault}`, run);
	const problem = keep(source, fixed.code, run);
	if (problem !== undefined) {
		failFile(source.name, problem, run);
		return original;
	}
	tally.fixed += fixed.applied;
	return fixed.result;
}

/** Undefined when the code was shown or written as asked, else why not. */
function keep(source: Source, code: Code, run: Run): string | undefined {
	if (run.options.fix === "diff") {
		showDiff(source, code, run);
		return undefined;
	}
	const text = storedText(source, code);
	if (source.file === undefined) {
		run.terminal.out(text);
		return undefined;
	}
	if (text === source.text) return undefined;
	const problem = write(source, source.file, text);
	if (problem === undefined) run.engine.changed(source.file.path);
	return problem;
}

/** What the file holds when this is its code. */
function storedText({ notebook }: Source, code: Code): string {
	if (notebook === undefined || code.cells === undefined) return code.text;
	return rewriteNotebook(notebook, splitCells({ text: code.text, cells: code.cells }));
}

/** Of a notebook, cell by cell: its JSON is nobody's to read. */
function showDiff(source: Source, { text, cells }: Code, { options, terminal }: Run): void {
	const name = displayPath(source.name, options.workingDirectory);
	const show = (title: string, before: string, after: string): void => {
		if (before !== after) terminal.out(renderDiff(title, before, after, terminal.outColors));
	};
	if (source.notebook === undefined || cells === undefined) {
		show(name, source.text, text);
		return;
	}
	const after = splitCells({ text, cells });
	for (const [index, cell] of source.notebook.cells.entries()) {
		show(`${name}:cell ${cell.number}`, withLineEnd(cell.source), withLineEnd(after[index] ?? ""));
	}
}

/** The last line of a cell has none, and nobody needs to be told. */
function withLineEnd(text: string): string {
	return text === "" || text.endsWith("\n") ? text : `${text}\n`;
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
