/** Findings on one line each, as Ruff's: for a terminal's links, for grep, for tools that read `path:row:column`. */
import { applicabilityOf, type FileResult } from "../check/result";
import { type Colors, printable } from "../terminal";
import { spotsIn } from "./spots";
import { displayPath } from "./text";

export function renderConcise(file: FileResult, colors: Colors, workingDirectory: string): string {
	const spots = spotsIn(file);
	return file.findings
		.map(({ finding, fix }) => {
			const { filename, cell, lines, span } = spots(finding.place);
			const { row, column } = lines.locate(span.start);
			const place = `${printable(displayPath(filename, workingDirectory))}:${cell === null ? "" : `cell ${cell}:`}${row}:${column}`;
			const star = fix !== undefined && applicabilityOf(fix) === "safe" ? " [*]" : "";
			return `${place}: ${colors.bold(finding.code)} ${finding.severity}${star}: ${oneLine(finding.message)}\n`;
		})
		.join("");
}

function oneLine(text: string): string {
	return printable(text.replace(/\s*[\r\n]+\s*/g, " "));
}
