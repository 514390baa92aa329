/** `match`: cases are tried in order; what cannot be decided matches or does not. */
import type { MatchStmt, Pattern } from "../syntax/facts";
import { branch } from "./assume";
import { evaluateTest } from "./expressions";
import { merge } from "./join";
import { type Context, type Machine, type Outcome, siteKey } from "./machine";
import { patternNames } from "./names";
import { type State, setVar } from "./state";
import { execute } from "./statements";
import { compare, computed } from "./truth";
import { keyOf, symbol, type Value } from "./values";

export function runMatch(machine: Machine, states: readonly State[], statement: MatchStmt, ctx: Context): Outcome[] {
	const subjects = states.flatMap((state) => machine.evaluate(state, statement.subject, ctx));
	const groups = new Map<string, { readonly value: Value; readonly states: State[] }>();
	for (const { state, value } of subjects) {
		const group = groups.get(keyOf(value)) ?? { value, states: [] };
		group.states.push(state);
		groups.set(keyOf(value), group);
	}
	return [...groups.values()].flatMap((group) => runCases(machine, group.states, group.value, statement, ctx));
}

function runCases(
	machine: Machine,
	states: readonly State[],
	subject: Value,
	statement: MatchStmt,
	ctx: Context,
): Outcome[] {
	const out: Outcome[] = [];
	let rest = states;
	for (const one of statement.cases) {
		const left: State[] = [];
		const taken: State[] = [];
		for (const s of rest) {
			const sides = matchPattern(machine, s, subject, one.pattern, ctx);
			left.push(...sides.no);
			for (const matched of sides.yes) {
				const guarded = one.guard ? evaluateTest(machine, matched, one.guard, ctx) : { yes: [matched], no: [] };
				left.push(...guarded.no);
				taken.push(...guarded.yes);
			}
		}
		out.push(...execute(machine, merge(taken, siteKey(ctx, one.pattern)), one.body, ctx));
		rest = merge(left, siteKey(ctx, one.pattern));
	}
	return [...out, ...rest.map((state): Outcome => ({ kind: "next", state }))];
}

function matchPattern(
	machine: Machine,
	state: State,
	subject: Value,
	pattern: Pattern,
	ctx: Context,
): { yes: State[]; no: State[] } {
	switch (pattern.kind) {
		case "wildcard":
			return { yes: [state], no: [] };
		case "capture":
			setVar(state, ctx.frame, pattern.name.name, subject);
			return { yes: [state], no: [] };
		case "as": {
			const sides = matchPattern(machine, state, subject, pattern.pattern, ctx);
			for (const s of sides.yes) setVar(s, ctx.frame, pattern.name.name, subject);
			return sides;
		}
		case "or": {
			const yes: State[] = [];
			let no = [state];
			for (const part of pattern.patterns) {
				const sides = no.map((s) => matchPattern(machine, s, subject, part, ctx));
				yes.push(...sides.flatMap((side) => side.yes));
				no = sides.flatMap((side) => side.no);
			}
			return { yes: merge(yes, siteKey(ctx, pattern)), no };
		}
		case "value": {
			const sides: { yes: State[]; no: State[] } = { yes: [], no: [] };
			for (const result of machine.evaluate(state, pattern.value, ctx)) {
				const test = compare(result.state, "==", subject, result.value);
				const { yes, no } = branch(machine, result.state, test, pattern, ctx);
				if (yes) sides.yes.push(yes);
				if (no) sides.no.push(no);
			}
			return sides;
		}
		case "unknown": {
			const test = computed(`match:${keyOf(subject)}:${siteKey(ctx, pattern)}`);
			const { yes, no } = branch(machine, state, test, pattern, ctx);
			for (const name of patternNames(pattern))
				if (yes) setVar(yes, ctx.frame, name, symbol(`matched:${name}:${siteKey(ctx, pattern)}`));
			return { yes: yes ? [yes] : [], no: no ? [no] : [] };
		}
	}
}
