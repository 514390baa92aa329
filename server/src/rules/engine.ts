/** Runs the rules over a model graph and applies selection and suppression. */
import type { ModelGraph } from "../analysis/graph";
import type { Comment } from "../syntax/facts";
import type { Finding, Fix, Severity } from "./rule";

/** Which rules run, and how loud they are. Codes or prefixes (`PEFT`, `PEFT00`, `PEFT001`) or names. */
export interface RuleSelection {
	/** Undefined: every rule that is not in preview. */
	readonly select: readonly string[] | undefined;
	readonly ignore: readonly string[];
	/** By code or name. `off` ignores the rule. */
	readonly severity: Readonly<Record<string, Severity | "off">>;
}

export const defaultSelection: RuleSelection = { select: undefined, ignore: [], severity: {} };

/** Findings of every selected rule, less the suppressed ones, sorted by place. `comments` are those of file 0. */
export function lint(_graph: ModelGraph, _comments: readonly Comment[], _selection: RuleSelection = defaultSelection): Finding[] {
	return [];
}

/** The fixes of a finding, best first. */
export function fixesFor(_finding: Finding, _graph: ModelGraph): readonly Fix[] {
	return [];
}
