/** Which rules run, and how loud they are. */
import type { RuleFinding, RuleMeta, Severity } from "./rule";

/** Which rules run, and how loud they are. Codes or prefixes (`PEFT`, `PEFT00`, `PEFT001`) or names, in any case. */
export interface RuleSelection {
	/** Undefined: every rule that is not in preview. */
	readonly select: readonly string[] | undefined;
	readonly ignore: readonly string[];
	/** By code or name. `off` ignores the rule. */
	readonly severity: Readonly<Record<string, Severity | "off">>;
}

export const defaultSelection: RuleSelection = { select: undefined, ignore: [], severity: {} };

const QUIETEST_LOWERED: Severity = "information";
const LOUDNESS: readonly Severity[] = ["error", "warning", "information", "hint"];

/** A rule in preview runs only when its full code or its name is selected. */
export function isSelected(meta: RuleMeta, selection: RuleSelection): boolean {
	if (severityOf(meta, selection) === "off") return false;
	const ignored = specificity(meta, selection.ignore);
	if (selection.select === undefined) return !meta.preview && ignored === 0;
	const selected = specificity(meta, selection.select);
	if (meta.preview && !selection.select.some((selector) => isExactly(meta, selector))) return false;
	return selected > ignored;
}

/**
 * Severity of a finding: what the settings say, else its own, else its rule's. What holds on some paths only is one step
 * quieter, but never falls below information.
 */
export function severityFor(
	meta: RuleMeta,
	{ confidence, severity: own = meta.severity }: Pick<RuleFinding, "confidence" | "severity">,
	selection: RuleSelection,
): Severity {
	const set = severityOf(meta, selection);
	const severity = set === undefined || set === "off" ? own : set;
	if (confidence === "must" || LOUDNESS.indexOf(severity) >= LOUDNESS.indexOf(QUIETEST_LOWERED)) return severity;
	return LOUDNESS[LOUDNESS.indexOf(severity) + 1] ?? severity;
}

/** True for the rule's whole code or its name, in any case. */
export function isExactly(meta: { readonly code: string; readonly name: string }, selector: string): boolean {
	const wanted = selector.trim().toLowerCase();
	return wanted === meta.code.toLowerCase() || wanted === meta.name.toLowerCase();
}

/** What the settings say of the rule. */
function severityOf(meta: RuleMeta, selection: RuleSelection): Severity | "off" | undefined {
	const entries = Object.entries(selection.severity);
	return entries.find(([selector]) => isExactly(meta, selector))?.[1];
}

/** Length of the longest selector that fits, so that the narrower of select and ignore wins; 0 when none fits. */
function specificity(meta: RuleMeta, selectors: readonly string[]): number {
	const lengths = selectors.map((selector) => {
		const wanted = selector.trim().toLowerCase();
		if (wanted === "") return 0;
		if (isExactly(meta, wanted)) return Number.POSITIVE_INFINITY;
		if (wanted === "all") return 1;
		return meta.code.toLowerCase().startsWith(wanted) ? wanted.length : 0;
	});
	return Math.max(0, ...lengths);
}
