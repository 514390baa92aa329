/** Findings for a person's eye: where, what, the source with its range underlined, how it came to this, what helps. */
import * as path from "node:path";
import type { Place } from "../../analysis/graph";
import type { Severity } from "../../rules/rule";
import { applicabilityOf, type FileResult, type FixableFinding, type RuffApplicability } from "../check/result";
import { type Colors, printable } from "../terminal";
import { renderSnippet } from "./snippet";
import { type SourceLines, sourceLines } from "./source-lines";

export function renderText(file: FileResult, colors: Colors, workingDirectory: string): string {
	const lines = file.graph.sources.map((source) => sourceLines(source.text));
	const context: Context = { file, lines, colors, workingDirectory };
	return file.findings.map((entry) => `${renderFinding(entry, context)}\n\n`).join("");
}

/** Relative where that is shorter to read: below the working directory. */
export function displayPath(file: string, workingDirectory: string): string {
	const relative = path.relative(workingDirectory, file);
	const outside = relative === "" || relative.startsWith("..") || path.isAbsolute(relative);
	return outside || !path.isAbsolute(file) ? file : relative;
}

export function paintSeverity(severity: Severity, colors: Colors): (text: string) => string {
	switch (severity) {
		case "error":
			return colors.red;
		case "warning":
			return colors.yellow;
		case "information":
			return colors.blue;
		case "hint":
			return colors.cyan;
	}
}

interface Context {
	readonly file: FileResult;
	/** By FileId. */
	readonly lines: readonly SourceLines[];
	readonly colors: Colors;
	readonly workingDirectory: string;
}

function renderFinding({ finding, fix }: FixableFinding, context: Context): string {
	const { colors } = context;
	const paint = paintSeverity(finding.severity, colors);
	const label = colors.bold(paint(`${finding.severity}[${finding.code}]`));
	const { snippet, gutterWidth } = snippetOf(finding.place, context, paint);
	const note = (kind: string, text: string): string =>
		`${" ".repeat(gutterWidth)} ${colors.blue("=")} ${colors.bold(kind)}: ${oneLine(text)}`;
	return [
		`${placeName(finding.place, context)}: ${label} ${oneLine(finding.message)}`,
		...snippet,
		...finding.timeline.map((entry) =>
			note("note", `${timelinePlace(entry.place, finding.place, context)}: ${entry.message}`),
		),
		...(fix === undefined ? [] : [note("help", `${fix.title}${APPLIED_BY[applicabilityOf(fix)]}`)]),
	].join("\n");
}

const APPLIED_BY: Readonly<Record<RuffApplicability, string>> = {
	safe: " (--fix)",
	unsafe: " (--fix --unsafe-fixes)",
	display: "",
};

function snippetOf(place: Place, context: Context, paint: (text: string) => string) {
	const source = context.file.graph.sources[place.file];
	const lines = context.lines[place.file];
	if (source === undefined || lines === undefined) return { snippet: [], gutterWidth: 1 };
	const style = { gutter: context.colors.blue, underline: (text: string) => context.colors.bold(paint(text)) };
	const { lines: snippet, gutterWidth } = renderSnippet(source.text, lines, place, style);
	return { snippet, gutterWidth };
}

function placeName(place: Place, context: Context): string {
	const source = context.file.graph.sources[place.file];
	const { row, column } = context.lines[place.file]?.locate(place.start) ?? { row: 1, column: 1 };
	const name = oneLine(displayPath(source?.name ?? "", context.workingDirectory));
	return `${context.colors.bold(name)}:${row}:${column}`;
}

function timelinePlace(place: Place, of: Place, context: Context): string {
	if (place.file !== of.file) return placeName(place, context);
	return `line ${context.lines[place.file]?.locate(place.start).row ?? 1}`;
}

function oneLine(text: string): string {
	return printable(text.replace(/\s*[\r\n]+\s*/g, " "));
}
