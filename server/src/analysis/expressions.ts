/** Evaluates expressions. An expression may fork the state: every result carries its own. */

import { mayExport, starNames } from "../catalog";
import type {
	Argument,
	BinaryExpr,
	BoolExpr,
	CallExpr,
	CompareExpr,
	DictExpr,
	Expr,
	FStringExpr,
	NameExpr,
	SequenceExpr,
	SubscriptExpr,
} from "../syntax/facts";
import { addClause, branch } from "./assume";
import { getAttribute } from "./attributes";
import { builtinNames } from "./builtin-names";
import { isPureName } from "./builtins";
import { chooseEntry } from "./choices";
import { evaluateComprehension } from "./comprehensions";
import { newDict, newList, sequenceItems, subscript } from "./containers";
import { functionValue } from "./definitions";
import { evaluateYield } from "./generators";
import { knownModel } from "./handles";
import { merge } from "./join";
import {
	type Arguments,
	type Context,
	type Machine,
	NO_ARGUMENTS,
	OTHER,
	type Result,
	siteKey,
	type Use,
} from "./machine";
import { leftUnchanged, settled } from "./modules";
import { dottedName, scopeNames } from "./names";
import { boundMethod, readBy } from "./objects";
import { binary, unary } from "./operators";
import { type Clause, fork, getObject, getVar, resolve, type State } from "./state";
import { assign } from "./targets";
import { compare, computed, not, truthOf } from "./truth";
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
			return functionValue(machine, state, expr, ctx);
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
			return evaluateYield(machine, state, expr, ctx);
		case "starred":
			return evaluate(machine, state, expr.value, ctx);
		case "unknown":
			return one(state, symbol(`broken:${siteKey(ctx, expr)}`));
	}
}

export function one(state: State, value: Value): Result[] {
	return [{ state, value }];
}

/** Both sides of a test, each a list of states, and the one value that was asked where there is one. */
export interface Sides {
	readonly yes: readonly State[];
	readonly no: readonly State[];
	readonly asked: Clause[number] | undefined;
}

export function evaluateTest(machine: Machine, state: State, test: Expr, ctx: Context): Sides {
	switch (test.kind) {
		case "not": {
			const { yes, no, asked } = evaluateTest(machine, state, test.operand, ctx);
			return { yes: no, no: yes, asked: asked && { ...asked, truth: !asked.truth } };
		}
		case "and": {
			const { through, out } = chain(machine, state, test.operands, "yes", ctx);
			return { yes: through, no: out, asked: undefined };
		}
		case "or": {
			const { through, out } = chain(machine, state, test.operands, "no", ctx);
			return { yes: out, no: through, asked: undefined };
		}
		default: {
			const results = evaluate(machine, state, test, ctx);
			const [only] = results;
			const asked = results.length === 1 && only ? { value: only.value, truth: true } : undefined;
			const sides = results.map((result) => branch(machine, result.state, result.value, test, ctx));
			return { yes: present(sides.map((side) => side.yes)), no: present(sides.map((side) => side.no)), asked };
		}
	}
}

function present(states: readonly (State | undefined)[]): State[] {
	return states.filter((state) => state !== undefined);
}

/**
 * Short circuit: states that pass every operand by `side`, and those that leave early. The ways to leave are one where
 * nothing else tells them apart; that at least one operand let go is kept as a clause.
 */
function chain(
	machine: Machine,
	state: State,
	operands: readonly Expr[],
	side: "yes" | "no",
	ctx: Context,
): { through: State[]; out: State[] } {
	let through = [state];
	const out: State[] = [];
	const alternatives: Clause[number][] = [];
	let isPlain = true;
	for (const operand of operands) {
		const tests = through.map((s) => evaluateTest(machine, s, operand, ctx));
		const [first] = tests;
		if (tests.length === 1 && first?.asked)
			alternatives.push({ ...first.asked, truth: first.asked.truth !== (side === "yes") });
		else isPlain = false;
		out.push(...tests.flatMap((sides) => sides[side === "yes" ? "no" : "yes"]));
		through = merge(
			tests.flatMap((sides) => sides[side]),
			siteKey(ctx, operand),
		);
	}
	if (isPlain) for (const s of out) addClause(s, alternatives);
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
		if (value) return resolve(state, settled(machine, state, value));
		if (frame === ctx.frame && ctx.def && scopeNames(ctx.def).locals.has(name))
			return symbol(`unbound:${name}@${ctx.key}`);
		frame = machine.parents.get(frame);
	}
	const inModule = leftUnchanged(machine, state, ctx.file, name);
	return resolve(state, inModule ? settled(machine, state, inModule) : lookupOutside(machine, name, ctx));
}

/** Star imports, then builtins. */
function lookupOutside(machine: Machine, name: string, ctx: Context): Value {
	const { dotted = "", stars = [] } = machine.files[ctx.file] ?? {};
	if (name === "__name__") return constant(dotted);
	// A name that a module is known to export wins over one that only looks like its kind.
	const star =
		stars.find((module) => starNames(module).includes(name)) ?? stars.find((module) => mayExport(module, name));
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
	const { yes, no } = branch(machine, so.state, so.value, expr.operands[index - 1] ?? expr, ctx);
	const stay = goesOn ? no : yes;
	const go = goesOn ? yes : no;
	return [...(stay ? one(stay, resolve(stay, so.value)) : []), ...(go ? next(go) : [])];
}

function evaluateBinary(machine: Machine, state: State, expr: BinaryExpr, ctx: Context): Result[] {
	return evaluateAll(machine, state, [expr.left, expr.right], ctx).map(({ state: after, values }) => {
		const [left, right] = values as [Value, Value];
		return { state: after, value: binary(after, expr, resolve(after, left), resolve(after, right), ctx) };
	});
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

/** Something in it may have an effect. */
function hasCall(expr: Expr): boolean {
	switch (expr.kind) {
		case "call":
			return !isPureName(dottedName(expr.func)) || expr.args.some((arg) => hasCall(arg.value));
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
		let open = false;
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

/** `sys.modules[__name__]` */
function loadedModule(machine: Machine, base: Value, index: Value): Value | undefined {
	if (base.k !== "external" || base.name !== "sys.modules" || index.k !== "constant") return undefined;
	const file = machine.files.findIndex(({ dotted }) => dotted === index.value);
	return file < 0 ? undefined : { k: "module", file };
}

function evaluateSubscript(machine: Machine, state: State, expr: SubscriptExpr, ctx: Context): Result[] {
	return evaluateAll(machine, state, [expr.value, expr.index], ctx).flatMap(({ state: after, values }) => {
		const [base, index] = values.map((value) => resolve(after, value)) as [Value, Value];
		const module = loadedModule(machine, base, index);
		if (module) return one(after, module);
		const own = boundMethod(after, base, "__getitem__");
		if (own) return readBy(machine, after, own, { ...NO_ARGUMENTS, positional: [index] }, ctx);
		const chosen =
			chooseEntry(machine, after, base, index, undefined, ctx) ?? one(after, subscript(after, base, index));
		return chosen.map((r) => ({ state: r.state, value: seen(machine, r.state, expr, r.value, OTHER, ctx) }));
	});
}
