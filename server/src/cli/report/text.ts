/** Findings for a person's eye: where, what, the source with its range underlined, how it came to this, what helps. */
import * as path from "node:path";
import type { Severity } from "../../rules/rule";
import { applicabilityOf, type FileResult, type FixableFinding, type RuffApplicability } from "../check/result";
import { type Colors, printable } from "../terminal";
import { renderSnippet, type Snippet } from "./snippet";
import { type Spot, type Spots, spotsIn } from "./spots";

export function renderText(file: FileResult, colors: Colors, workingDirectory: string): string {
	const context: Context = { spots: spotsIn(file), colors, workingDirectory };
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
	readonly spots: Spots;
	readonly colors: Colors;
	readonly workingDirectory: string;
}

function renderFinding({ finding, fix }: FixableFinding, context: Context): string {
	const { colors } = context;
	const paint = paintSeverity(finding.severity, colors);
	const label = colors.bold(paint(`${finding.severity}[${finding.code}]`));
	const spot = context.spots(finding.place);
	const { lines: snippet, gutterWidth } = snippetOf(spot, colors, paint);
	const note = (kind: string, text: string): string =>
		`${" ".repeat(gutterWidth)} ${colors.blue("=")} ${colors.bold(kind)}: ${oneLine(text)}`;
	return [
		`${placeName(spot, context)}: ${label} ${oneLine(finding.message)}`,
		...snippet,
		...finding.timeline.map((entry) =>
			note("note", `${timelinePlace(context.spots(entry.place), spot, context)}: ${entry.message}`),
		),
		...(fix === undefined ? [] : [note("help", `${fix.title}${APPLIED_BY[applicabilityOf(fix)]}`)]),
	].join("\n");
}

const APPLIED_BY: Readonly<Record<RuffApplicability, string>> = {
	safe: " (--fix)",
	unsafe: " (--fix --unsafe-fixes)",
	display: "",
};

function snippetOf({ text, lines, span }: Spot, colors: Colors, paint: (text: string) => string): Snippet {
	const style = { gutter: colors.blue, underline: (carets: string) => colors.bold(paint(carets)) };
	return renderSnippet(text, lines, span, style);
}

/** `train.py:3:5`, `train.ipynb:cell 2:3:5` */
function placeName({ filename, cell, lines, span }: Spot, { colors, workingDirectory }: Context): string {
	const { row, column } = lines.locate(span.start);
	const name = oneLine(displayPath(filename, workingDirectory));
	return `${colors.bold(name)}:${cell === null ? "" : `cell ${cell}:`}${row}:${column}`;
}

function timelinePlace(spot: Spot, of: Spot, context: Context): string {
	if (spot.filename !== of.filename) return placeName(spot, context);
	const line = `line ${spot.lines.locate(spot.span.start).row}`;
	return spot.cell === of.cell ? line : `cell ${spot.cell}, ${line}`;
}

function oneLine(text: string): string {
	return printable(text.replace(/\s*[\r\n]+\s*/g, " "));
}
