/** Passes through a loop: how many, and what the loop variable is in each. */
import type { Span } from "../syntax/facts";
import { LITERAL_PASSES, LOOP_PASSES } from "./bounds";
import { type Context, type Machine, siteKey } from "./machine";
import { getFact, getObject, resolve, type State, setFact } from "./state";
import { COUNTER, closedItems, computed, ITEM } from "./truth";
import { type Constant, constant, keyOf, symbol, tuple, type Value } from "./values";

export interface Pass {
	readonly ctx: Context;
	/** The item of this pass; may note in the state what is known of it. */
	readonly item: (state: State) => Value;
	/** The pass is certain to happen when the loop is reached. */
	readonly sure: boolean;
}

/** The passes of a loop over `iterable` that stands at `site`. */
export function iterate(_machine: Machine, state: State, iterable: Value, site: Span, ctx: Context): Pass[] {
	const source = resolve(state, iterable);
	const count = lengthOf(state, source);
	const passes = passesOf(count, isLiteral(state, source) ? LITERAL_PASSES : LOOP_PASSES);
	return Array.from({ length: passes }, (_, index) => {
		const inner = passContext(ctx, index);
		return { ctx: inner, sure: count !== undefined, item: (s) => itemOf(s, source, index, site, inner) };
	});
}

/** A short loop of known length is run as it is; a longer one as often as shows what the first pass left behind. */
function passesOf(count: number | undefined, bound: number): number {
	if (count === undefined) return LOOP_PASSES;
	return count <= bound ? count : Math.min(count, LOOP_PASSES);
}

/** A literal sequence, or something that runs beside one. */
function isLiteral(state: State, source: Value): boolean {
	if (source.k === "symbol" && source.op?.kind === "enumerate") return isLiteral(state, resolve(state, source.op.of));
	if (source.k === "symbol" && source.op?.kind === "zip")
		return source.op.of.some((part) => isLiteral(state, resolve(state, part)));
	return closedItems(state, source) !== undefined;
}

/** The loop is over a literal that has more items than are run: what it ends with is a guess. */
export function isCutShort(state: State, iterable: Value): boolean {
	const source = resolve(state, iterable);
	return isLiteral(state, source) && (lengthOf(state, source) ?? 0) > LITERAL_PASSES;
}

export function passContext(ctx: Context, index: number): Context {
	return { ...ctx, passes: `${ctx.passes}.${index}`, pass: index > 0 ? 1 : ctx.pass };
}

/** Guesses of one pass do not stand for the next. */
export function enterPass(state: State, index: number): void {
	settleGuesses(state);
	state.laterPass ||= index > 0;
}

/** What was guessed of a pass is a guess for all that comes after it. */
export function settleGuesses(state: State): void {
	if (state.passGuesses.length === 0) return;
	state.guesses = [...state.guesses, ...state.passGuesses];
	state.passGuesses = [];
}

function lengthOf(state: State, value: Value): number | undefined {
	if (value.k === "tuple") return value.items.length;
	if (value.k === "symbol") return lengthOfSymbol(state, value);
	const object = value.k === "ref" ? getObject(state, value.id) : undefined;
	if (object?.t === "list" && !object.open) return object.items.length;
	if (object?.t === "dict" && !object.open) return object.entries.size;
	return undefined;
}

function lengthOfSymbol(state: State, value: Value & { k: "symbol" }): number | undefined {
	const op = value.op;
	if (op?.kind === "enumerate") return lengthOf(state, resolve(state, op.of));
	if (op?.kind === "zip")
		return op.of.map((part) => lengthOf(state, resolve(state, part))).find((n) => n !== undefined);
	if (op?.kind === "range") {
		const [a, b, ...more] = op.args.map((arg) => resolve(state, arg));
		if (more.length > 0 || !a || a.k !== "constant" || typeof a.value !== "number") return undefined;
		if (!b) return Math.max(0, a.value);
		return b.k === "constant" && typeof b.value === "number" ? Math.max(0, b.value - a.value) : undefined;
	}
	return undefined;
}

function itemOf(state: State, source: Value, index: number, site: Span, ctx: Context): Value {
	if (source.k === "symbol" && source.op) {
		const op = source.op;
		if (op.kind === "enumerate")
			return tuple([
				counter(state, op.start, index, site, ctx),
				itemOf(state, resolve(state, op.of), index, site, ctx),
			]);
		if (op.kind === "zip") return tuple(op.of.map((part) => itemOf(state, resolve(state, part), index, site, ctx)));
		if (op.kind === "range")
			return counter(state, op.args.length > 1 ? (op.args[0] as Value) : constant(0), index, site, ctx);
	}
	return resolve(state, knownItem(state, source, index) ?? computed(`${ITEM}${keyOf(source)}#${siteKey(ctx, site)}`));
}

function knownItem(state: State, source: Value, index: number): Value | undefined {
	if (source.k === "tuple") return source.items[index];
	const object = source.k === "ref" ? getObject(state, source.id) : undefined;
	if (object?.t === "list") return object.items[index];
	if (object?.t === "dict") return constantAt(object.entries, index);
	return undefined;
}

function constantAt(entries: ReadonlyMap<Constant, Value>, index: number): Value | undefined {
	const key = [...entries.keys()][index];
	return key === undefined ? undefined : constant(key);
}

/** The first pass has the start; a later one has some other number. */
function counter(state: State, start: Value, index: number, site: Span, ctx: Context): Value {
	const value = symbol(`${COUNTER}${siteKey(ctx, site)}`);
	const first = start.k === "constant" ? start.value : undefined;
	const fact = getFact(state, value.id);
	if (first === undefined) return value;
	if (index === 0) setFact(state, value.id, { ...fact, oneOf: [first], truth: first !== 0 });
	else setFact(state, value.id, { ...fact, differs: [first], ...(first === 0 ? { truth: true } : {}) });
	return value;
}
