/** The last line of a text report. */
import type { Severity } from "../../rules/rule";
import { applicabilityOf, type FixableFinding } from "../check/result";

const PLURALS: readonly { readonly severity: Severity; readonly one: string; readonly many: string }[] = [
	{ severity: "error", one: "error", many: "errors" },
	{ severity: "warning", one: "warning", many: "warnings" },
	{ severity: "information", one: "information", many: "information" },
	{ severity: "hint", one: "hint", many: "hints" },
];

/** `Found 1 error, 2 warnings (1 fixable with --fix).`; undefined when nothing was found. */
export function summarize(findings: readonly FixableFinding[]): string | undefined {
	if (findings.length === 0) return undefined;
	const counts = PLURALS.flatMap(({ severity, one, many }) => {
		const count = findings.filter(({ finding }) => finding.severity === severity).length;
		return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
	});
	const safe = findings.filter(({ fix }) => fix !== undefined && applicabilityOf(fix) === "safe").length;
	const unsafe = findings.filter(({ fix }) => fix !== undefined && applicabilityOf(fix) === "unsafe").length;
	const fixable = [
		...(safe === 0 ? [] : [`${safe} fixable with --fix`]),
		...(unsafe === 0 ? [] : [`${unsafe} fixable with --fix --unsafe-fixes`]),
	];
	return `Found ${counts.join(", ")}${fixable.length === 0 ? "" : ` (${fixable.join(", ")})`}.`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
	return `${count} ${count === 1 ? one : many}`;
}
