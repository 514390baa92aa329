/**
 * Findings as workflow commands of GitHub Actions, which shows each beside its line:
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
import type { Severity } from "../../rules/rule";
import type { FileResult } from "../check/result";
import { spotsIn } from "./spots";
import { displayPath } from "./text";

const COMMANDS: Readonly<Record<Severity, string>> = {
	error: "error",
	warning: "warning",
	information: "notice",
	hint: "notice",
};

export function renderGithub(file: FileResult, workingDirectory: string): string {
	const spots = spotsIn(file);
	return file.findings
		.map(({ finding }) => {
			const { filename, cell, lines, span } = spots(finding.place);
			const from = lines.locate(span.start);
			const to = lines.locate(span.end);
			const path = displayPath(filename, workingDirectory).replaceAll("\\", "/");
			// A cell's rows are no rows of the file.
			const rows = cell === null ? { line: from.row, endLine: to.row } : { line: 1 };
			// GitHub takes columns within one line alone.
			const columns = cell === null && from.row === to.row ? { col: from.column, endColumn: to.column } : {};
			const properties = Object.entries({ file: path, ...rows, ...columns, title: `${finding.code} ${finding.name}` });
			const place = `${path}:${cell === null ? "" : `cell ${cell}:`}${from.row}:${from.column}`;
			const said = properties.map(([name, value]) => `${name}=${property(String(value))}`).join(",");
			return `::${COMMANDS[finding.severity]} ${said}::${data(`${place}: ${finding.message}`)}\n`;
		})
		.join("");
}

function data(text: string): string {
	return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
	return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
