/** Passes through a loop: how many, and what the loop variable is in each. */
import type { Block, Expr, Span, Stmt } from "../syntax/facts";
import { LITERAL_PASSES, LOOP_PASSES, RANGE_PASSES, SEQUENCE_ITEMS } from "./bounds";
import { itemsOf } from "./containers";
import { type Context, siteKey } from "./machine";
import { dottedName } from "./names";
import { getFact, resolve, type State, setFact } from "./state";
import { COUNTER, computed } from "./truth";
import { constant, ITEM, keyOf, symbol, tuple, type Value } from "./values";

export interface Pass {
	readonly ctx: Context;
	/** The item of this pass; may note in the state what is known of it. */
	readonly item: (state: State) => Value;
	/** The pass is certain to happen when the loop is reached. */
	readonly sure: boolean;
	/** The loop is run as it is: it has these passes and no others. */
	readonly exact: boolean;
}

/** The passes of a loop over `iterable` that stands at `site`. */
export function iterate(state: State, iterable: Value, site: Span, ctx: Context, longest = LITERAL_PASSES): Pass[] {
	const source = resolve(state, iterable);
	const count = lengthOf(state, source);
	const bound = isLiteral(state, source) ? longest : RANGE_PASSES;
	// A short loop of known length is run as it is; a longer one as often as shows what the first pass left behind.
	const passes = count === undefined || count > bound ? LOOP_PASSES : count;
	const exact = passes === count;
	return Array.from({ length: passes }, (_, index) => {
		const inner = passContext(ctx, index, exact);
		const sure = count !== undefined;
		return { ctx: inner, sure, exact, item: (s) => itemOf(s, source, { index, exact, site, ctx: inner }) };
	});
}

/** `model.parameters()`, `named_parameters()`: every network has some. */
export function givesParameters(iterable: Expr): boolean {
	return (
		iterable.kind === "call" &&
		iterable.func.kind === "attribute" &&
		/^(?:named_)?parameters$/.test(iterable.func.attr.name)
	);
}

/** A literal sequence, or something that runs beside one. */
function isLiteral(state: State, source: Value): boolean {
	const op = source.k === "symbol" ? source.op : undefined;
	if (op?.kind === "enumerate") return isLiteral(state, resolve(state, op.of));
	if (op?.kind === "zip") return op.of.some((part) => isLiteral(state, resolve(state, part)));
	return itemsOf(state, source)?.open === false;
}

/** The loop is over a literal that has more items than are run: what it ends with is a guess. */
export function isCutShort(state: State, iterable: Value, longest = LITERAL_PASSES): boolean {
	const source = resolve(state, iterable);
	return isLiteral(state, source) && (lengthOf(state, source) ?? 0) > longest;
}

/** Items that a loop with this body is run over one by one: many, where all it does is to hand them on. */
export function longestRun(body: Block): number {
	const isShort = body.length <= 2 && body.every((one) => one.kind === "expr" || one.kind === "assign");
	return isShort && body.every(handsOn) ? SEQUENCE_ITEMS : LITERAL_PASSES;
}

/** `setattr(self, key, value)`, `result[key] = value` */
function handsOn(statement: Stmt): boolean {
	if (statement.kind !== "expr" && statement.kind !== "assign") return false;
	const { value } = statement;
	if (value.kind === "call") return /^(setattr|print|(\w+\.)+(append|update|add))$/.test(dottedName(value.func));
	return statement.kind === "assign" && (value.kind === "name" || value.kind === "constant");
}

/** `exact`: the pass is sure to happen, and in this place. */
export function passContext(ctx: Context, index: number, exact = false): Context {
	return {
		...ctx,
		passes: `${ctx.passes}.${index}`,
		pass: index > 0 ? 1 : ctx.pass,
		turn: exact ? `${ctx.turn}.${index}` : ctx.turn,
	};
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
	const op = value.k === "symbol" ? value.op : undefined;
	if (op?.kind === "enumerate") return lengthOf(state, resolve(state, op.of));
	if (op?.kind === "zip") {
		const known = op.of.map((part) => lengthOf(state, resolve(state, part))).filter((n) => n !== undefined);
		return known.length > 0 ? Math.min(...known) : undefined;
	}
	if (op?.kind === "range") return lengthOfRange(op.args.map((arg) => resolve(state, arg)));
	const known = itemsOf(state, value);
	return known && !known.open ? known.items.length : undefined;
}

function lengthOfRange([a, b, ...more]: readonly Value[]): number | undefined {
	if (more.length > 0 || a?.k !== "constant" || typeof a.value !== "number") return undefined;
	if (!b) return Math.max(0, a.value);
	return b.k === "constant" && typeof b.value === "number" ? Math.max(0, b.value - a.value) : undefined;
}

/** One pass of a loop at a place. */
interface Turn {
	readonly index: number;
	readonly exact: boolean;
	readonly site: Span;
	readonly ctx: Context;
}

function itemOf(state: State, source: Value, turn: Turn): Value {
	const op = source.k === "symbol" ? source.op : undefined;
	switch (op?.kind) {
		case "enumerate":
			return tuple([counter(state, op.start, turn), itemOf(state, resolve(state, op.of), turn)]);
		case "zip":
			return tuple(op.of.map((part) => itemOf(state, resolve(state, part), turn)));
		case "range":
			return counter(state, op.args.length > 1 ? (op.args[0] as Value) : constant(0), turn);
		default: {
			const known = itemsOf(state, source)?.items[turn.index];
			return resolve(state, known ?? computed(`${ITEM}${keyOf(source)}#${siteKey(turn.ctx, turn.site)}`));
		}
	}
}

/** In a loop that is not run as it is, the first pass has the start, and a later one some other number. */
function counter(state: State, start: Value, { index, exact, site, ctx }: Turn): Value {
	const first = start.k === "constant" ? start.value : undefined;
	if (exact && typeof first === "number") return constant(first + index);
	const value = symbol(`${COUNTER}${siteKey(ctx, site)}`);
	const fact = getFact(state, value.id);
	if (first === undefined) return value;
	if (index === 0) setFact(state, value.id, { ...fact, oneOf: [first], truth: first !== 0 });
	else setFact(state, value.id, { ...fact, differs: [first], ...(first === 0 ? { truth: true } : {}) });
	return value;
}
