/** Comprehensions: a loop whose body is one expression. */
import type { ComprehensionExpr, Expr } from "../syntax/facts";
import { newDict, newList } from "./containers";
import { evaluate, evaluateAll } from "./expressions";
import { iterate } from "./loops";
import { type Context, type Machine, type Result, siteKey } from "./machine";
import { namesIn } from "./names";
import { deleteVar, fork, getVar, type State, setVar } from "./state";
import { assign } from "./targets";
import { truthOf } from "./truth";
import { type Constant, symbol, type Value } from "./values";

export function evaluateComprehension(machine: Machine, state: State, expr: ComprehensionExpr, ctx: Context): Result[] {
	const [clause] = expr.clauses;
	if (!clause) return [{ state, value: symbol(`broken:${siteKey(ctx, expr)}`) }];
	const names = expr.clauses.flatMap((one) => namesIn(one.target));
	const outer = names.map((name) => [name, getVar(state, ctx.frame, name)] as const);
	return evaluate(machine, state, clause.iter, ctx).flatMap((source) =>
		comprehensionStates(machine, source, expr, ctx).map(({ state: after, items }) => {
			restore(after, ctx, outer);
			return { state: after, value: collection(after, items, expr, siteKey(ctx, expr)) };
		}),
	);
}

/** There may be more than the passes that were run show. */
function collection(state: State, items: readonly Item[], expr: ComprehensionExpr, key: string): Value {
	if (expr.form !== "dict")
		return newList(
			state,
			items.map((item) => item.value),
			true,
			key,
		);
	const entries = new Map<Constant, Value>();
	for (const item of items) if (item.key?.k === "constant") entries.set(item.key.value, item.value);
	return newDict(state, entries, true, key);
}

interface Item {
	readonly key: Value | undefined;
	readonly value: Value;
}

/** A comprehension's own names end with it. */
function restore(state: State, ctx: Context, outer: readonly (readonly [string, Value | undefined])[]): void {
	for (const [name, value] of outer) {
		if (value) setVar(state, ctx.frame, name, value);
		else deleteVar(state, ctx.frame, name);
	}
}

function comprehensionStates(
	machine: Machine,
	source: Result,
	expr: ComprehensionExpr,
	ctx: Context,
): { state: State; items: Item[] }[] {
	const [clause, ...inner] = expr.clauses;
	if (!clause) return [{ state: source.state, items: [] }];
	let running: { state: State; items: Item[] }[] = [{ state: source.state, items: [] }];
	for (const pass of iterate(source.state, source.value, expr, ctx)) {
		running = running.flatMap((so) => {
			assign(machine, so.state, clause.target, pass.item(so.state), pass.ctx);
			if (!passesFilters(machine, so.state, clause.tests, pass.ctx)) return [so];
			return comprehensionElement(machine, so.state, expr, inner, pass.ctx).map((r) => ({
				state: r.state,
				items: [...so.items, ...r.items],
			}));
		});
	}
	return running;
}

/** Filters do not fork: an item that may pass is taken to pass, and what it would say of unknowns is forgotten. */
function passesFilters(machine: Machine, state: State, tests: readonly Expr[], ctx: Context): boolean {
	return tests.every((test) => {
		const [first] = evaluate(machine, fork(state), test, ctx);
		return !first || truthOf(first.state, first.value) !== false;
	});
}

function comprehensionElement(
	machine: Machine,
	state: State,
	expr: ComprehensionExpr,
	inner: ComprehensionExpr["clauses"],
	ctx: Context,
): { state: State; items: Item[] }[] {
	const [next] = inner;
	if (next) {
		const nested: ComprehensionExpr = { ...expr, clauses: inner };
		return evaluate(machine, state, next.iter, ctx).flatMap((source) =>
			comprehensionStates(machine, source, nested, ctx),
		);
	}
	const exprs = expr.key ? [expr.key, expr.element] : [expr.element];
	return evaluateAll(machine, state, exprs, ctx).map((r) => ({ state: r.state, items: [itemOf(r.values)] }));
}

function itemOf(values: readonly Value[]): Item {
	const [first, second] = values as [Value, Value | undefined];
	return second ? { key: first, value: second } : { key: undefined, value: first };
}
