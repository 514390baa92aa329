/** Every rule, sorted by code. The list itself is generated from the folders: `node scripts/registry.mjs`. */
import { rules } from "./registry.generated";
import type { Rule } from "./rule";
import { isExactly } from "./selection";

export { rules };

export function ruleByCode(code: string): Rule | undefined {
	return rules.find((rule) => rule.meta.code === code);
}

/** By code or name, in any case. */
export function findRule(codeOrName: string): Rule | undefined {
	return rules.find((rule) => isExactly(rule.meta, codeOrName));
}
