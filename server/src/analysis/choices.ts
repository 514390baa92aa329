/** A literal dict of functions or models that is asked under a key that is not known: any of them may be meant. */
import { assume } from "./assume";
import { LITERAL_PASSES } from "./bounds";
import type { Context, Machine, Result } from "./machine";
import { leadsToModel } from "./models";
import { fork, getObject, resolve, type State } from "./state";
import { compare, isConsistent } from "./truth";
import { constant, type Value } from "./values";

/** One result for each entry, on the path where the key is its key; `otherwise` is what `get` gives for no key. */
export function chooseEntry(
	machine: Machine,
	state: State,
	base: Value,
	key: Value,
	otherwise: Value | undefined,
	ctx: Context,
): Result[] | undefined {
	const dict = base.k === "ref" ? getObject(state, base.id) : undefined;
	if (dict?.t !== "dict" || dict.open || key.k !== "symbol" || dict.entries.size > LITERAL_PASSES) return undefined;
	const entries = [...dict.entries].map(([name, value]) => [name, resolve(state, value)] as const);
	if (!entries.some(([, value]) => isWorthIt(state, value))) return undefined;
	const asking = { machine, statement: ctx.statement };
	const takes = (s: State, test: Value, truth: boolean): boolean => assume(s, test, truth, asking) && isConsistent(s);
	const results: Result[] = [];
	for (const [name, value] of entries) {
		const test = compare(state, "==", key, constant(name));
		const chosen = fork(state);
		if (takes(chosen, test, true)) results.push({ state: chosen, value });
		if (!takes(state, test, false)) return results;
	}
	return otherwise ? [...results, { state, value: otherwise }] : results;
}

function isWorthIt(state: State, value: Value): boolean {
	return value.k === "function" || value.k === "partial" || leadsToModel(state, value);
}
