/** Comprehensions: a loop whose body is one expression. */
import type { ComprehensionExpr, Expr } from "../syntax/facts";
import { newDict, newList } from "./containers";
import { evaluate, evaluateAll } from "./expressions";
import { drained } from "./generators";
import { isCutShort, iterate } from "./loops";
import { type Context, type Machine, type Result, siteKey } from "./machine";
import { namesIn } from "./names";
import { deleteVar, fork, getVar, type State, setVar } from "./state";
import { assign } from "./targets";
import { conjunction, truthOf } from "./truth";
import { type Constant, symbol, type Value } from "./values";

export function evaluateComprehension(machine: Machine, state: State, expr: ComprehensionExpr, ctx: Context): Result[] {
	const [clause] = expr.clauses;
	if (!clause) return [{ state, value: symbol(`broken:${siteKey(ctx, expr)}`) }];
	const names = expr.clauses.flatMap((one) => namesIn(one.target));
	const outer = names.map((name) => [name, getVar(state, ctx.frame, name)] as const);
	return sources(machine, state, clause.iter, ctx).flatMap((source) =>
		comprehensionStates(machine, source, expr, ctx).map((run) => {
			restore(run.state, ctx, outer);
			return { state: run.state, value: collection(run, expr, siteKey(ctx, expr)) };
		}),
	);
}

function sources(machine: Machine, state: State, iter: Expr, ctx: Context): Result[] {
	return evaluate(machine, state, iter, ctx).flatMap((source) =>
		drained(machine, source.state, source.value, iter, ctx),
	);
}

function collection({ state, items, open }: Run, expr: ComprehensionExpr, key: string): Value {
	const values = items.map((item) => item.value);
	if (expr.form !== "dict") return newList(state, values, open, key);
	const entries = new Map<Constant, Value>();
	for (const item of items) if (item.key?.k === "constant") entries.set(item.key.value, item.value);
	return newDict(state, entries, open || items.some((item) => item.key?.k !== "constant"), key);
}

/** What has been collected on one path. */
interface Run {
	readonly state: State;
	readonly items: readonly Item[];
	/** There may be more than the passes that were run show, or fewer. */
	readonly open: boolean;
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

function comprehensionStates(machine: Machine, source: Result, expr: ComprehensionExpr, ctx: Context): Run[] {
	const [clause, ...inner] = expr.clauses;
	if (!clause) return [{ state: source.state, items: [], open: false }];
	const passes = iterate(source.state, source.value, expr, ctx);
	const isCut = isCutShort(source.state, source.value) || passes.some((pass) => !pass.exact);
	let running: Run[] = [{ state: source.state, items: [], open: isCut }];
	for (const pass of passes) {
		running = running.flatMap((so) => {
			assign(machine, so.state, clause.target, pass.item(so.state), pass.ctx);
			const passed = passesFilters(machine, so.state, clause.tests, pass.ctx);
			if (passed === false) return [so];
			// What a pass makes that may not be run stands for the one pass that is.
			const at = passed ? pass.ctx : { ...pass.ctx, turn: ctx.turn };
			return comprehensionElement(machine, so.state, expr, inner, at).map((run) => ({
				state: run.state,
				items: [...so.items, ...run.items],
				open: so.open || run.open || passed === undefined,
			}));
		});
	}
	return running;
}

/** Filters do not fork: an item that may pass is taken to pass, and what it would say of unknowns is forgotten. */
function passesFilters(machine: Machine, state: State, tests: readonly Expr[], ctx: Context): boolean | undefined {
	return conjunction(
		tests.map((test) => {
			const [first] = evaluate(machine, fork(state), test, ctx);
			return first && truthOf(first.state, first.value);
		}),
	);
}

function comprehensionElement(
	machine: Machine,
	state: State,
	expr: ComprehensionExpr,
	inner: ComprehensionExpr["clauses"],
	ctx: Context,
): Run[] {
	const [next] = inner;
	if (next) {
		const nested: ComprehensionExpr = { ...expr, clauses: inner };
		return sources(machine, state, next.iter, ctx).flatMap((source) =>
			comprehensionStates(machine, source, nested, ctx),
		);
	}
	const exprs = expr.key ? [expr.key, expr.element] : [expr.element];
	return evaluateAll(machine, state, exprs, ctx).map((r) => ({
		state: r.state,
		items: [itemOf(r.values)],
		open: false,
	}));
}

function itemOf(values: readonly Value[]): Item {
	const [first, second] = values as [Value, Value | undefined];
	return second ? { key: first, value: second } : { key: undefined, value: first };
}
