/** Applies fixes to a program until nothing more can be done. Pure: files are written elsewhere. */
import type { ModelGraph } from "../../analysis/graph";
import type { Fix } from "../../rules/rule";
import { interfere } from "../../rules/shared/cells";
import type { Linted } from "../lint";
import { applyEdits, type Code } from "./code";
import { applicabilityOf } from "./result";

/** A fix may make room for another; one that never comes to rest is a fault of ours, and is stopped here. */
export const MAX_FIX_PASSES = 10;

export interface Fixed {
	readonly code: Code;
	/** Fixes that were applied. */
	readonly applied: number;
	/** What is said of the new code. */
	readonly result: Linted;
	/** Why fixing stopped early: a fault of ours. */
	readonly fault: string | undefined;
}

/**
 * `first` is what is said of `original`, and `lint` answers for any other code. With `unsafe`, preferred suggestions are
 * applied as well as safe fixes.
 */
export function fixCode(original: Code, first: Linted, lint: (code: Code) => Linted, unsafe: boolean): Fixed {
	let code = original;
	let result = first;
	let applied = 0;
	for (let pass = 0; pass < MAX_FIX_PASSES; pass++) {
		const wanted = result.findings.flatMap(({ fix }) => (fix && mayApply(fix, unsafe) ? [fix] : []));
		const fixes = compatible(wanted, result.graph);
		if (fixes.length === 0) return { code, applied, result, fault: undefined };
		const next = applyEdits(
			code,
			fixes.flatMap((fix) => fix.edits),
		);
		const after = lint(next);
		if (after.hasError && !result.hasError) {
			return { code, applied, result, fault: "a fix would have broken the syntax and was not applied" };
		}
		code = next;
		result = after;
		applied += fixes.length;
	}
	const left = result.findings.some(({ fix }) => fix !== undefined && mayApply(fix, unsafe));
	return { code, applied, result, fault: left ? `fixes did not settle after ${MAX_FIX_PASSES} passes` : undefined };
}

function mayApply(fix: Fix, unsafe: boolean): boolean {
	const applicability = applicabilityOf(fix);
	return applicability === "safe" || (unsafe && applicability === "unsafe");
}

/** Those, in order, that no earlier one interferes with; the next pass sees the others. */
function compatible(fixes: readonly Fix[], graph: ModelGraph): Fix[] {
	const chosen: Fix[] = [];
	for (const fix of fixes) {
		const taken = chosen.flatMap((other) => other.edits);
		const free = fix.edits.every((edit) => taken.every((other) => !interfere(edit, other, graph)));
		if (free && fix.edits.length > 0) chosen.push(fix);
	}
	return chosen;
}
