/** Evaluates expressions. An expression may fork the state: every result carries its own. */

import { mayExport } from "../catalog";
import type {
	Argument,
	BinaryExpr,
	BoolExpr,
	CallExpr,
	CompareExpr,
	ComprehensionExpr,
	DictExpr,
	Expr,
	FStringExpr,
	NameExpr,
	SequenceExpr,
	SubscriptExpr,
} from "../syntax/facts";
import { getAttribute } from "./attributes";
import { SEQUENCE_ITEMS } from "./bounds";
import { builtinNames } from "./builtin-names";
import { knownModel } from "./handles";
import { iterate } from "./loops";
import { type Arguments, type Context, type Machine, OTHER, place, type Result, siteKey, type Use } from "./machine";
import { namesIn, scopeNames } from "./names";
import { deleteVar, fork, getObject, getSlot, getVar, merge, resolve, type State, setObject, setVar } from "./state";
import { assign } from "./targets";
import { branch, compare, computed, not, truthOf } from "./truth";
import { type Constant, constant, external, keyOf, symbol, tuple, type Value } from "./values";

export function evaluate(machine: Machine, state: State, expr: Expr, ctx: Context, use: Use = OTHER): Result[] {
	switch (expr.kind) {
		case "name":
			return one(state, seen(machine, state, expr, lookup(machine, state, expr, ctx), use, ctx));
		case "attribute":
			return evaluate(machine, state, expr.value, ctx, { kind: "attribute", name: expr.attr.name }).flatMap((base) =>
				getAttribute(machine, base.state, base.value, expr.attr.name, ctx).map((result) => ({
					state: result.state,
					value: seen(machine, result.state, expr, result.value, use, ctx),
				})),
			);
		case "subscript":
			return evaluateSubscript(machine, state, expr, ctx);
		case "call":
			return evaluateCall(machine, state, expr, ctx);
		case "constant":
			return one(state, expr.value === undefined ? symbol(`literal:${siteKey(ctx, expr)}`) : constant(expr.value));
		case "fstring":
			return evaluateFString(machine, state, expr, ctx);
		case "tuple":
		case "list":
		case "set":
			return evaluateSequence(machine, state, expr, ctx);
		case "dict":
			return evaluateDict(machine, state, expr, ctx);
		case "conditional":
			return evaluateConditional(machine, state, expr, ctx);
		case "and":
		case "or":
			return evaluateBool(machine, state, expr, ctx);
		case "not":
			return evaluate(machine, state, expr.operand, ctx).map((r) => ({ state: r.state, value: not(r.state, r.value) }));
		case "unary":
			return evaluate(machine, state, expr.operand, ctx).map((r) => ({
				state: r.state,
				value: unary(expr.operator, r.value),
			}));
		case "binary":
			return evaluateBinary(machine, state, expr, ctx);
		case "compare":
			return evaluateCompare(machine, state, expr, ctx);
		case "lambda":
			return one(state, { k: "function", def: expr, closure: ctx.frame, self: undefined, owner: ctx.owner });
		case "comprehension":
			return evaluateComprehension(machine, state, expr, ctx);
		case "named":
			return evaluate(machine, state, expr.value, ctx).map((r) => {
				const name: NameExpr = { kind: "name", name: expr.target.name, start: expr.target.start, end: expr.target.end };
				assign(machine, r.state, name, r.value, ctx);
				return r;
			});
		case "await":
			return evaluate(machine, state, expr.value, ctx, use);
		case "yield":
			return (expr.value ? evaluate(machine, state, expr.value, ctx) : one(state, constant(null))).map((r) => ({
				state: r.state,
				value: symbol(`sent:${siteKey(ctx, expr)}`),
			}));
		case "starred":
			return evaluate(machine, state, expr.value, ctx);
		case "unknown":
			return one(state, symbol(`broken:${siteKey(ctx, expr)}`));
	}
}

export function one(state: State, value: Value): Result[] {
	return [{ state, value }];
}

/** Both sides of a test, each a list of states. */
export function evaluateTest(machine: Machine, state: State, test: Expr, ctx: Context): { yes: State[]; no: State[] } {
	switch (test.kind) {
		case "not": {
			const { yes, no } = evaluateTest(machine, state, test.operand, ctx);
			return { yes: no, no: yes };
		}
		case "and": {
			const { through, out } = chain(machine, state, test.operands, "yes", ctx);
			return { yes: through, no: out };
		}
		case "or": {
			const { through, out } = chain(machine, state, test.operands, "no", ctx);
			return { yes: out, no: through };
		}
		default: {
			const sides: { yes: State[]; no: State[] } = { yes: [], no: [] };
			for (const result of evaluate(machine, state, test, ctx)) {
				const { yes, no } = branch(result.state, result.value, place(ctx, test), machine);
				if (yes) sides.yes.push(yes);
				if (no) sides.no.push(no);
			}
			return sides;
		}
	}
}

/** Short circuit: states that pass every operand by `side`, and those that leave early. */
function chain(
	machine: Machine,
	state: State,
	operands: readonly Expr[],
	side: "yes" | "no",
	ctx: Context,
): { through: State[]; out: State[] } {
	let through = [state];
	const out: State[] = [];
	for (const operand of operands) {
		const next: State[] = [];
		for (const s of through) {
			const sides = evaluateTest(machine, s, operand, ctx);
			next.push(...sides[side]);
			out.push(...sides[side === "yes" ? "no" : "yes"]);
		}
		through = merge(next, siteKey(ctx, operand));
	}
	const last = operands.at(-1);
	return { through, out: last ? merge(out, siteKey(ctx, last)) : out };
}

/** Evaluates several expressions one after the other. */
export function evaluateAll(
	machine: Machine,
	state: State,
	exprs: readonly Expr[],
	ctx: Context,
	use: Use = OTHER,
): { state: State; values: Value[] }[] {
	let results: { state: State; values: Value[] }[] = [{ state, values: [] }];
	for (const expr of exprs) {
		results = results.flatMap((so) =>
			evaluate(machine, so.state, expr, ctx, use).map((r) => ({ state: r.state, values: [...so.values, r.value] })),
		);
	}
	return results;
}

// --- names

function lookup(machine: Machine, state: State, expr: NameExpr, ctx: Context): Value {
	const { name } = expr;
	let frame: string | undefined = ctx.frame;
	while (frame !== undefined) {
		const value = getVar(state, frame, name);
		if (value) return resolve(state, value);
		if (frame === ctx.frame && ctx.def && scopeNames(ctx.def).locals.has(name))
			return symbol(`unbound:${name}@${ctx.key}`);
		frame = machine.parents.get(frame);
	}
	return resolve(state, lookupOutside(machine, name));
}

/** Star imports, then builtins. */
function lookupOutside(machine: Machine, name: string): Value {
	if (name === "__name__") return constant("__main__");
	const star = machine.stars.find((module) => mayExport(module, name));
	if (star) return external(`${star}.${name}`);
	return builtinNames.has(name) ? external(`builtins.${name}`) : symbol(`free:${name}`);
}

function seen(machine: Machine, state: State, expr: Expr, value: Value, use: Use, ctx: Context): Value {
	const model = knownModel(state, value);
	if (model) machine.recorder.read(state, expr, model, use, ctx);
	return value;
}

// --- calls

function evaluateCall(machine: Machine, state: State, expr: CallExpr, ctx: Context): Result[] {
	return evaluate(machine, state, expr.func, ctx).flatMap((callee) =>
		evaluateArguments(machine, callee.state, expr.args, ctx).flatMap(({ state: ready, args }) =>
			machine.call(ready, callee.value, args, expr, ctx),
		),
	);
}

const ARGUMENT: Use = { kind: "argument" };

function evaluateArguments(
	machine: Machine,
	state: State,
	args: readonly Argument[],
	ctx: Context,
): { state: State; args: Arguments }[] {
	return evaluateAll(
		machine,
		state,
		args.map((arg) => arg.value),
		ctx,
		ARGUMENT,
	).map(({ state: after, values }) => ({
		state: after,
		args: collectArguments(after, args, values),
	}));
}

function collectArguments(state: State, args: readonly Argument[], values: readonly Value[]): Arguments {
	const positional: Value[] = [];
	const keywords = new Map<string, Value>();
	let openPositional = false;
	let openKeywords = false;
	for (const [index, arg] of args.entries()) {
		const value = values[index] as Value;
		if (arg.kind === "positional") positional.push(value);
		else if (arg.kind === "keyword") keywords.set(arg.name.name, value);
		else if (arg.kind === "star") {
			const { items, open } = sequenceItems(state, value);
			positional.push(...items);
			openPositional ||= open;
		} else {
			const object = value.k === "ref" ? getObject(state, value.id) : undefined;
			if (object?.t === "dict") for (const [key, item] of object.entries) keywords.set(String(key), item);
			openKeywords ||= object?.t !== "dict" || object.open;
		}
	}
	return { positional, keywords, openPositional, openKeywords };
}

/** Items of a sequence value, and whether there may be more. */
export function sequenceItems(state: State, given: Value): { items: readonly Value[]; open: boolean } {
	const value = resolve(state, given);
	if (value.k === "tuple") return { items: value.items, open: false };
	const object = value.k === "ref" ? getObject(state, value.id) : undefined;
	return object?.t === "list" ? object : { items: [], open: true };
}

// --- operators

function evaluateConditional(
	machine: Machine,
	state: State,
	expr: Expr & { kind: "conditional" },
	ctx: Context,
): Result[] {
	const { yes, no } = evaluateTest(machine, state, expr.test, ctx);
	return [
		...yes.flatMap((s) => evaluate(machine, s, expr.then, ctx)),
		...no.flatMap((s) => evaluate(machine, s, expr.otherwise, ctx)),
	];
}

/** Value of `a and b or c`: kept as one unknown where no operand calls anything, forked where one does. */
function evaluateBool(machine: Machine, state: State, expr: BoolExpr, ctx: Context): Result[] {
	const [first, ...rest] = expr.operands;
	if (!first) return one(state, symbol(`broken:${siteKey(ctx, expr)}`));
	const calm = rest.every((operand) => !hasCall(operand));
	return evaluate(machine, state, first, ctx).flatMap((r) => boolStep(machine, r, expr, 1, calm, ctx));
}

function boolStep(machine: Machine, so: Result, expr: BoolExpr, index: number, calm: boolean, ctx: Context): Result[] {
	const operand = expr.operands[index];
	if (!operand) return [so];
	const goesOn = expr.kind === "and";
	const truth = truthOf(so.state, so.value);
	const next = (state: State): Result[] =>
		evaluate(machine, state, operand, ctx).flatMap((r) => boolStep(machine, r, expr, index + 1, calm, ctx));
	if (truth !== undefined) return truth === goesOn ? next(so.state) : [so];
	if (calm && so.value.k === "symbol") {
		const results = evaluate(machine, so.state, operand, ctx);
		const [only] = results;
		if (results.length === 1 && only && (only.value.k === "symbol" || only.value.k === "constant")) {
			const parts = [so.value, only.value];
			const value = computed(`(${expr.kind} ${parts.map(keyOf).join(" ")})`, { kind: expr.kind, of: parts });
			return boolStep(machine, { state: only.state, value }, expr, index + 1, calm, ctx);
		}
		return results.flatMap((r) => [
			{ state: fork(r.state), value: so.value },
			...boolStep(machine, r, expr, index + 1, calm, ctx),
		]);
	}
	const { yes, no } = branch(so.state, so.value, place(ctx, expr.operands[index - 1] ?? expr), machine);
	const stay = goesOn ? no : yes;
	const go = goesOn ? yes : no;
	return [...(stay ? one(stay, resolve(stay, so.value)) : []), ...(go ? next(go) : [])];
}

function hasCall(expr: Expr): boolean {
	switch (expr.kind) {
		case "name":
		case "constant":
		case "lambda":
			return false;
		case "attribute":
			return hasCall(expr.value);
		case "subscript":
			return hasCall(expr.value) || hasCall(expr.index);
		case "not":
		case "unary":
			return hasCall(expr.operand);
		case "and":
		case "or":
			return expr.operands.some(hasCall);
		case "compare":
			return hasCall(expr.left) || expr.rest.some((part) => hasCall(part.right));
		case "binary":
			return hasCall(expr.left) || hasCall(expr.right);
		case "tuple":
		case "list":
			return expr.items.some(hasCall);
		default:
			return true;
	}
}

function unary(operator: string, value: Value): Value {
	if (value.k === "constant" && typeof value.value === "number" && operator === "-") return constant(-value.value);
	return computed(`(${operator} ${keyOf(value)})`);
}

function evaluateBinary(machine: Machine, state: State, expr: BinaryExpr, ctx: Context): Result[] {
	return evaluateAll(machine, state, [expr.left, expr.right], ctx).map(({ state: after, values }) => {
		const [left, right] = values as [Value, Value];
		return { state: after, value: binary(after, expr, resolve(after, left), resolve(after, right), ctx) };
	});
}

function binary(state: State, expr: BinaryExpr, left: Value, right: Value, ctx: Context): Value {
	if (left.k === "constant" && right.k === "constant") {
		const folded = fold(expr.operator, left.value, right.value);
		if (folded !== undefined) return constant(folded);
	}
	if (expr.operator === "+") {
		const a = listItems(state, left);
		const b = listItems(state, right);
		if (a && b) return newList(state, [...a.items, ...b.items], a.open || b.open, siteKey(ctx, expr));
	}
	return computed(`(${expr.operator} ${keyOf(left)} ${keyOf(right)})`);
}

function listItems(state: State, value: Value): { items: readonly Value[]; open: boolean } | undefined {
	if (value.k === "tuple") return { items: value.items, open: false };
	const object = value.k === "ref" ? getObject(state, value.id) : undefined;
	return object?.t === "list" ? object : undefined;
}

export function newList(state: State, items: readonly Value[], open: boolean, key: string): Value {
	const id = `list:${key}`;
	setObject(state, id, {
		t: "list",
		items: items.slice(0, SEQUENCE_ITEMS),
		open: open || items.length > SEQUENCE_ITEMS,
	});
	return { k: "ref", id };
}

export function newDict(state: State, entries: ReadonlyMap<Constant, Value>, open: boolean, key: string): Value {
	const id = `dict:${key}`;
	setObject(state, id, { t: "dict", entries, open });
	return { k: "ref", id };
}

function fold(operator: string, left: Constant, right: Constant): Constant | undefined {
	if (typeof left === "string" && typeof right === "string") return operator === "+" ? left + right : undefined;
	if (typeof left !== "number" || typeof right !== "number") return undefined;
	switch (operator) {
		case "+":
			return left + right;
		case "-":
			return left - right;
		case "*":
			return left * right;
		case "%":
			return right === 0 ? undefined : ((left % right) + right) % right;
		default:
			return undefined;
	}
}

function evaluateCompare(machine: Machine, state: State, expr: CompareExpr, ctx: Context): Result[] {
	return evaluateAll(machine, state, [expr.left, ...expr.rest.map((part) => part.right)], ctx).map(
		({ state: after, values }) => {
			const tests = expr.rest.map((part, i) =>
				compare(after, part.operator, values[i] as Value, values[i + 1] as Value),
			);
			const [only, ...more] = tests;
			if (only && more.length === 0) return { state: after, value: only };
			return { state: after, value: computed(`(and ${tests.map(keyOf).join(" ")})`, { kind: "and", of: tests }) };
		},
	);
}

// --- literals and displays

function evaluateFString(machine: Machine, state: State, expr: FStringExpr, ctx: Context): Result[] {
	const inner = expr.parts.filter((part): part is Expr => typeof part !== "string");
	return evaluateAll(machine, state, inner, ctx).map(({ state: after, values }) => {
		let next = 0;
		const parts = expr.parts.map((part) => (typeof part === "string" ? constant(part) : (values[next++] as Value)));
		if (parts.every((part) => part.k === "constant" && typeof part.value !== "boolean"))
			return {
				state: after,
				value: constant(parts.map((part) => (part.k === "constant" ? String(part.value) : "")).join("")),
			};
		return { state: after, value: computed(`f(${parts.map(keyOf).join("")})`) };
	});
}

function evaluateSequence(machine: Machine, state: State, expr: SequenceExpr, ctx: Context): Result[] {
	return evaluateAll(machine, state, expr.items, ctx).map(({ state: after, values }) => {
		const items: Value[] = [];
		let open = expr.kind === "set";
		for (const [index, item] of expr.items.entries()) {
			const value = values[index] as Value;
			if (item.kind !== "starred") items.push(value);
			else {
				const spread = sequenceItems(after, value);
				items.push(...spread.items);
				open ||= spread.open;
			}
		}
		if (expr.kind === "tuple" && !open) return { state: after, value: tuple(items) };
		return { state: after, value: newList(after, items, open, siteKey(ctx, expr)) };
	});
}

function evaluateDict(machine: Machine, state: State, expr: DictExpr, ctx: Context): Result[] {
	const exprs = expr.entries.flatMap((entry) => (entry.key ? [entry.key, entry.value] : [entry.value]));
	return evaluateAll(machine, state, exprs, ctx).map(({ state: after, values }) => {
		const entries = new Map<Constant, Value>();
		let open = false;
		let index = 0;
		for (const entry of expr.entries) {
			const key = entry.key ? (values[index++] as Value) : undefined;
			const value = values[index++] as Value;
			if (key?.k === "constant") entries.set(key.value, value);
			else {
				const object = !key && value.k === "ref" ? getObject(after, value.id) : undefined;
				if (object?.t === "dict") for (const [k, v] of object.entries) entries.set(k, v);
				open ||= object?.t !== "dict" || object.open;
			}
		}
		return { state: after, value: newDict(after, entries, open, siteKey(ctx, expr)) };
	});
}

function evaluateSubscript(machine: Machine, state: State, expr: SubscriptExpr, ctx: Context): Result[] {
	return evaluateAll(machine, state, [expr.value, expr.index], ctx).map(({ state: after, values }) => {
		const [base, index] = values as [Value, Value];
		const value = seen(machine, after, expr, subscript(after, resolve(after, base), resolve(after, index)), OTHER, ctx);
		return { state: after, value };
	});
}

/** `base[index]` where both are known well enough; an unknown named after them otherwise. */
export function subscript(state: State, base: Value, index: Value): Value {
	const items = base.k === "tuple" || base.k === "ref" ? listItems(state, base) : undefined;
	if (items && index.k === "constant" && typeof index.value === "number") {
		const position = index.value < 0 && !items.open ? items.items.length + index.value : index.value;
		const item = items.items[position];
		if (item) return resolve(state, item);
	}
	const object = base.k === "ref" ? getObject(state, base.id) : undefined;
	if (object?.t === "dict" && index.k === "constant") {
		const item = object.entries.get(index.value);
		if (item) return resolve(state, item);
	}
	// `Optional[X]`, `list[int]`: the class itself is what matters.
	if (base.k === "external" && /^(typing|builtins|collections)\b/.test(base.name)) return base;
	const initial = computed(`${keyOf(base)}[${keyOf(index)}]`);
	return resolve(state, getSlot(state, keyOf(initial)) ?? initial);
}

// --- comprehensions

function evaluateComprehension(machine: Machine, state: State, expr: ComprehensionExpr, ctx: Context): Result[] {
	const [clause] = expr.clauses;
	if (!clause) return one(state, symbol(`broken:${siteKey(ctx, expr)}`));
	const names = expr.clauses.flatMap((one) => namesIn(one.target));
	const outer = names.map((name) => [name, getVar(state, ctx.frame, name)] as const);
	return evaluate(machine, state, clause.iter, ctx).flatMap((source) =>
		comprehensionStates(machine, source, expr, ctx).map(({ state: after, items }) => {
			restore(after, ctx, outer);
			return { state: after, value: newList(after, items, true, siteKey(ctx, expr)) };
		}),
	);
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
): { state: State; items: Value[] }[] {
	const [clause, ...inner] = expr.clauses;
	if (!clause) return [{ state: source.state, items: [] }];
	let running: { state: State; items: Value[] }[] = [{ state: source.state, items: [] }];
	for (const pass of iterate(machine, source.state, source.value, expr, ctx)) {
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
): { state: State; items: Value[] }[] {
	const [next] = inner;
	if (next) {
		const nested: ComprehensionExpr = { ...expr, clauses: inner };
		return evaluate(machine, state, next.iter, ctx).flatMap((source) =>
			comprehensionStates(machine, source, nested, ctx),
		);
	}
	const exprs = expr.key ? [expr.key, expr.element] : [expr.element];
	return evaluateAll(machine, state, exprs, ctx).map((r) => ({ state: r.state, items: r.values.slice(-1) }));
}
