/** What one file's check came to. */
import type { ModelGraph } from "../../analysis/graph";
import type { Finding, Fix } from "../../rules/rule";

export interface FileResult {
	readonly graph: ModelGraph;
	/** For a notebook: the number of each cell of the graph, counted from 1 over all cells of the file. */
	readonly cellNumbers: readonly number[] | undefined;
	readonly findings: readonly FixableFinding[];
}

export interface FixableFinding {
	readonly finding: Finding;
	/** The remedy that is shown, and applied where it may be. */
	readonly fix: Fix | undefined;
}

/**
 * Ruff's words: `safe` is applied by `--fix`; `unsafe` (our preferred suggestion) by `--fix --unsafe-fixes`; `display`
 * (a suggestion among others) only ever by a person.
 */
export type RuffApplicability = "safe" | "unsafe" | "display";

export function applicabilityOf(fix: Fix): RuffApplicability {
	if (fix.applicability === "safe") return "safe";
	return fix.preferred ? "unsafe" : "display";
}

/** The best fix that changes the checked file alone. `fixes` are best first. */
export function chooseFix(fixes: readonly Fix[]): Fix | undefined {
	const own = fixes.filter((fix) => fix.edits.every((edit) => edit.file === 0));
	return own.find((fix) => fix.applicability === "safe") ?? own.find((fix) => fix.preferred) ?? own[0];
}

/** A hint alone is nothing to fail for. */
export function isViolation({ finding }: FixableFinding): boolean {
	return finding.severity !== "hint";
}
