/** Which words on the command line name a rule. */
import { rules } from "../rules/registry";
import { isSelected } from "../rules/selection";

/** True for a code, a prefix of codes, a name, or `all`: whatever selects at least one rule. */
export function isRuleSelector(word: string): boolean {
	const selection = { select: [word], ignore: [], severity: {} };
	return rules.some((rule) => isSelected({ ...rule.meta, preview: false }, selection));
}
