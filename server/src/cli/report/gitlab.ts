/** Findings as GitLab's Code Quality report: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format */
import type { Severity } from "../../rules/rule";
import type { FileResult } from "../check/result";
import { fingerprints } from "./fingerprint";
import { type Spot, spotsIn } from "./spots";
import { displayPath } from "./text";

const SEVERITIES: Readonly<Record<Severity, string>> = {
	error: "major",
	warning: "minor",
	information: "info",
	hint: "info",
};

/** The whole report: one array over all files. */
export function renderGitlab(files: readonly FileResult[], workingDirectory: string): string {
	const fingerprint = fingerprints();
	const issues = files.flatMap((file) => {
		const spots = spotsIn(file);
		return file.findings.map(({ finding }) => {
			const spot = spots(finding.place);
			const path = displayPath(spot.filename, workingDirectory).replaceAll("\\", "/");
			return {
				description: `${finding.code}: ${finding.message}`,
				check_name: finding.name,
				fingerprint: fingerprint(path, finding, spot),
				severity: SEVERITIES[finding.severity],
				location: { path, positions: positionsOf(spot) },
			};
		});
	});
	return `${JSON.stringify(issues, undefined, 2)}\n`;
}

/** A cell's rows are no rows of the file. */
function positionsOf({ cell, lines, span }: Spot) {
	if (cell !== null) return { begin: { line: 1, column: 1 }, end: { line: 1, column: 1 } };
	const from = lines.locate(span.start);
	const to = lines.locate(span.end);
	return { begin: { line: from.row, column: from.column }, end: { line: to.row, column: to.column } };
}
