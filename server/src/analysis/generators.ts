/** Generators: calling one makes an object, and its body runs when somebody asks it for values. */
import type { CallExpr, Expr, Span } from "../syntax/facts";
import { CALL_DEPTH } from "./bounds";
import { runCall } from "./calls";
import { itemsOf, newList } from "./containers";
import { evaluate } from "./expressions";
import type { GeneratorObject } from "./heap";
import { iterate } from "./loops";
import { type Arguments, type Context, type Machine, NO_ARGUMENTS, type Result, siteKey } from "./machine";
import { boundMethod, readBy } from "./objects";
import { spoil } from "./spoil";
import { getObject, resolve, type State, setObject } from "./state";
import { type FunctionValue, NONE, type RefValue, symbol, type Value } from "./values";

/** What is done with a value that a generator gives: the states in which the generator goes on. */
export type Receive = (state: State, value: Value, index: number) => readonly State[];

export function newGenerator(
	state: State,
	func: FunctionValue,
	args: Arguments,
	call: CallExpr,
	ctx: Context,
): RefValue {
	const id = `generator:${siteKey(ctx, call)}`;
	setObject(state, id, { t: "generator", func, args, call, ctx: { ...ctx }, started: false });
	return { k: "ref", id };
}

/** A generator of the program that nobody has asked yet. */
export function freshGenerator(state: State, given: Value): GeneratorObject | undefined {
	const value = resolve(state, given);
	const object = value.k === "ref" ? getObject(state, value.id) : undefined;
	return object?.t === "generator" && !object.started ? object : undefined;
}

/** Runs the body of a fresh generator; its ends, with what it returns. Undefined where it cannot be followed. */
export function runGenerator(
	machine: Machine,
	state: State,
	generator: RefValue,
	ctx: Context,
	receive: Receive,
): Result[] | undefined {
	const object = freshGenerator(state, generator);
	if (!object || ctx.stack.includes(object.func.def) || ctx.stack.length >= CALL_DEPTH) return undefined;
	setObject(state, generator.id, { ...object, started: true });
	const turns: string[] = [];
	const onYield = (from: State, value: Value, turn: string): readonly State[] => {
		if (!turns.includes(turn)) turns.push(turn);
		return receive(from, value, turns.indexOf(turn));
	};
	const { passes, pass, deliberate } = ctx;
	const at = { ...object.ctx, stack: ctx.stack, passes, pass, deliberate };
	return runCall(machine, state, object.func, object.args, object.call, at, onYield);
}

/** `yield value` and `yield from values`. */
export function evaluateYield(machine: Machine, state: State, expr: Expr & { kind: "yield" }, ctx: Context): Result[] {
	const given = expr.value ? evaluate(machine, state, expr.value, ctx) : [{ state, value: NONE }];
	const sent = symbol(`sent:${siteKey(ctx, expr)}`);
	const { onYield } = ctx;
	if (!onYield) return given.map((result) => ({ state: result.state, value: sent }));
	const turn = `${expr.start}${ctx.passes}`;
	return given.flatMap((result) =>
		expr.from
			? yieldAll(machine, result, expr, onYield, ctx)
			: onYield(result.state, result.value, turn).map((after) => ({ state: after, value: sent })),
	);
}

type Yielding = NonNullable<Context["onYield"]>;

function yieldAll(machine: Machine, given: Result, site: Span, onYield: Yielding, ctx: Context): Result[] {
	const { state, value } = given;
	const inner =
		value.k === "ref" &&
		runGenerator(machine, state, value, ctx, (from, item, index) => onYield(from, item, `${site.start}.${index}`));
	if (inner) return inner;
	let states: readonly State[] = [state];
	for (const pass of iterate(state, value, site, ctx))
		states = states.flatMap((s) => onYield(s, pass.item(s), `${site.start}${pass.ctx.passes}`));
	return states.map((after) => ({ state: after, value: NONE }));
}

/** The first value; none where the generator has none. Where the rest of the body ever runs is not known. */
export function firstYield(machine: Machine, state: State, generator: RefValue, ctx: Context): Result[] | undefined {
	const found: Result[] = [];
	const ends = runGenerator(machine, state, generator, ctx, (from, value) => {
		found.push({ state: from, value });
		return [];
	});
	return ends && found;
}

/** What a `for` goes through: an object of the person's may say itself what that is. */
export function iterated(machine: Machine, state: State, value: Value, ctx: Context): Result[] {
	const iter = boundMethod(state, value, "__iter__");
	return iter ? readBy(machine, state, iter, NO_ARGUMENTS, ctx) : [{ state, value }];
}

/** The values of a generator, or of an object that makes one, as a list; any other value as it is. */
export function drained(machine: Machine, state: State, value: Value, site: Span, ctx: Context): Result[] {
	return iterated(machine, state, value, ctx).flatMap((result) =>
		drain(machine, result.state, result.value, site, ctx),
	);
}

function drain(machine: Machine, state: State, value: Value, site: Span, ctx: Context): Result[] {
	const generator = resolve(state, value);
	const object = freshGenerator(state, generator);
	if (!object || generator.k !== "ref") return [{ state, value }];
	const key = `${siteKey(ctx, site)}:drained`;
	const items = newList(state, [], hasLoop(object), key);
	const ends = runGenerator(machine, state, generator, ctx, (from, item) => {
		const known = itemsOf(from, items) ?? { items: [], open: true };
		newList(from, [...known.items, item], known.open, key);
		return [from];
	});
	if (ends) return ends.map((end) => ({ state: end.state, value: items }));
	spoil(state, [generator], key);
	return [{ state, value }];
}

/** How many values come is not known. */
function hasLoop({ func }: GeneratorObject): boolean {
	return func.def.kind === "def" && func.def.body.some(isLoop);
}

function isLoop(node: unknown): boolean {
	if (Array.isArray(node)) return node.some(isLoop);
	if (!node || typeof node !== "object") return false;
	const { kind } = node as { readonly kind?: string };
	return kind === "for" || kind === "while" || (kind !== "def" && Object.values(node).some(isLoop));
}
