/** Applies fixes to a text until nothing more can be done. Pure: files are written elsewhere. */
import type { Edit, Fix } from "../../rules/rule";
import type { Linted } from "../lint";
import { applicabilityOf } from "./result";

/** A fix may make room for another; one that never comes to rest is a fault of ours, and is stopped here. */
export const MAX_FIX_PASSES = 10;

export interface Fixed {
	readonly text: string;
	/** Fixes that were applied. */
	readonly applied: number;
	/** What is said of the new text. */
	readonly result: Linted;
	/** Why fixing stopped early: a fault of ours. */
	readonly fault: string | undefined;
}

/**
 * `first` is what is said of `original`, and `lint` answers for any other text. With `unsafe`, preferred suggestions are
 * applied as well as safe fixes.
 */
export function fixText(original: string, first: Linted, lint: (text: string) => Linted, unsafe: boolean): Fixed {
	let text = original;
	let result = first;
	let applied = 0;
	for (let pass = 0; pass < MAX_FIX_PASSES; pass++) {
		const fixes = compatible(result.findings.flatMap(({ fix }) => (fix && mayApply(fix, unsafe) ? [fix] : [])));
		if (fixes.length === 0) return { text, applied, result, fault: undefined };
		const next = applyEdits(
			text,
			fixes.flatMap((fix) => fix.edits),
		);
		const after = lint(next);
		if (after.hasError && !result.hasError) {
			return { text, applied, result, fault: "a fix would have broken the syntax and was not applied" };
		}
		text = next;
		result = after;
		applied += fixes.length;
	}
	const left = result.findings.some(({ fix }) => fix !== undefined && mayApply(fix, unsafe));
	return { text, applied, result, fault: left ? `fixes did not settle after ${MAX_FIX_PASSES} passes` : undefined };
}

/** Applies edits that do not overlap. New lines end as the text's own do. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
	const ending = lineEnding(text);
	let out = "";
	let at = 0;
	for (const edit of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
		out += text.slice(at, edit.start) + edit.text.replace(/\r\n|\r|\n/g, ending);
		at = edit.end;
	}
	return out + text.slice(at);
}

function mayApply(fix: Fix, unsafe: boolean): boolean {
	const applicability = applicabilityOf(fix);
	return applicability === "safe" || (unsafe && applicability === "unsafe");
}

/** Those, in order, that no earlier one interferes with; the next pass sees the others. */
function compatible(fixes: readonly Fix[]): Fix[] {
	const chosen: Fix[] = [];
	for (const fix of fixes) {
		const free = fix.edits.every((edit) => chosen.every((other) => other.edits.every((taken) => !touch(edit, taken))));
		if (free && fix.edits.length > 0) chosen.push(fix);
	}
	return chosen;
}

function touch(a: Edit, b: Edit): boolean {
	return a.start <= b.end && b.start <= a.end;
}

/** The first one of the text; the others follow it in all but broken files. */
function lineEnding(text: string): string {
	return /\r\n|\r|\n/.exec(text)?.[0] ?? "\n";
}
