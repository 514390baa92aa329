/** Taking a branch: what a path knows from there on. */
import { classKind } from "../catalog";
import type { Span, Stmt } from "../syntax/facts";
import { excludeOthers } from "./argparse";
import type { Condition } from "./graph";
import { isPeftPath, materialize, refineToPeft } from "./handles";
import { type Context, type Machine, place } from "./machine";
import { TELLING } from "./model-attributes";
import { PATCHED } from "./patches";
import { above, below, between, includes, intersect, isImpossible } from "./ranges";
import {
	bind,
	type Clause,
	type Fact,
	fork,
	getFact,
	getObject,
	type Range,
	resolve,
	type State,
	setFact,
	unknownId,
} from "./state";
import { COUNTER, closedItems, isConsistent, isTrue, literal, rangeOf, truthOf } from "./truth";
import { type Constant, ITEM, keyOf, type SymbolOp, type Value } from "./values";

/** Who asks. */
export interface Asking {
	readonly machine: Machine;
	/** The statement that the test stands in. */
	readonly statement: Stmt | undefined;
}

/** Takes the branch on which `value` is `truth`; false when it cannot be taken. Changes `state`. */
export function assume(state: State, value: Value, truth: boolean, asking: Asking): boolean {
	const decided = truthOf(state, value);
	if (decided !== undefined) return decided === truth;
	const known = resolve(state, value);
	const id = unknownId(known);
	if (id === undefined) return true;
	const fact = getFact(state, id);
	setFact(state, id, { ...fact, truth, none: truth ? false : fact.none });
	if (truth) excludeOthers(state, id);
	return known.k === "symbol" && known.op ? assumeOp(state, known.op, truth, asking) : true;
}

function assumeOp(state: State, op: SymbolOp, truth: boolean, asking: Asking): boolean {
	switch (op.kind) {
		case "not":
			return assume(state, op.of, !truth, asking);
		case "bool":
		case "len":
			return assume(state, op.of, truth, asking);
		case "and":
			return assumeAll(state, op.of, truth, true, asking);
		case "or":
			return assumeAll(state, op.of, truth, false, asking);
		case "compare":
			return assumeCompare(state, op, truth, asking);
		case "iff":
			return assumeIff(state, op, truth, asking);
		case "isinstance":
			return assumeInstance(state, op, truth, asking);
		case "hasattr":
			if (truth && TELLING.includes(op.name)) refine(state, op.of, asking);
			return true;
		case "call":
			setFact(state, op.key, { ...getFact(state, op.key), truth });
			return true;
		default:
			return true;
	}
}

/** `and` is true when all parts are; when it is false, at least one is. Dually `or`. */
function assumeAll(state: State, parts: readonly Value[], truth: boolean, unit: boolean, asking: Asking): boolean {
	if (truth === unit) return parts.every((part) => assume(state, part, unit, asking));
	const open = parts.filter((part) => truthOf(state, part) === undefined);
	const [only] = open;
	if (open.length === 1 && only) return assume(state, only, !unit, asking);
	addClause(
		state,
		open.map((value) => ({ value, truth: !unit })),
	);
	return true;
}

/** Alternatives kept per state; older ones go first. */
const CLAUSES = 24;

/** From here on at least one of the alternatives holds. */
export function addClause(state: State, clause: Clause): void {
	if (clause.length < 2) return;
	const literals = clause.map(({ value, truth }) => literal(value, truth));
	state.clauses = [...state.clauses.slice(1 - CLAUSES), literals];
}

/** Both true or both false; or one of the two and not the other. */
function assumeIff(state: State, { left, right }: SymbolOp & { kind: "iff" }, truth: boolean, asking: Asking): boolean {
	const [x, y] = [truthOf(state, left), truthOf(state, right)];
	if (x !== undefined) return assume(state, right, x === truth, asking);
	if (y !== undefined) return assume(state, left, y === truth, asking);
	for (const one of [true, false]) {
		addClause(state, [
			{ value: left, truth: one },
			{ value: right, truth: one !== truth },
		]);
	}
	return true;
}

function assumeCompare(
	state: State,
	op: SymbolOp & { kind: "compare" },
	truth: boolean,
	{ statement }: Asking,
): boolean {
	const { operator, left, right } = op;
	if (operator === "<") return assumeLess(state, left, right, truth, statement);
	const id = unknownId(left);
	if (id === undefined) return true;
	if ((operator === "==" || operator === "is") && right.k === "constant") {
		if (truth && left.k === "symbol" && left.op?.kind === "count" && typeof right.value === "number")
			return narrow(state, left, between(right.value, right.value));
		return assumeEqual(state, id, [right.value], truth);
	}
	if (operator !== "in") return true;
	const items = closedItems(state, right);
	if (!items) return true;
	const constants = items.flatMap((item) => (item.k === "constant" ? [item.value] : []));
	return constants.length === items.length || !truth ? assumeEqual(state, id, constants, truth) : true;
}

function assumeLess(state: State, left: Value, right: Value, truth: boolean, at: Stmt | undefined): boolean {
	const [a, b] = [rangeOf(state, left), rangeOf(state, right)];
	return truth
		? narrow(state, left, below(b, true, at)) && narrow(state, right, above(a, true, at))
		: narrow(state, left, above(b, false, at)) && narrow(state, right, below(a, false, at));
}

/** The value is a number within the range; false when there is none left that it could be. */
function narrow(state: State, value: Value, by: Range): boolean {
	const id = unknownId(resolve(state, value));
	if (id === undefined || (!by.low && !by.high)) return true;
	const range = intersect(rangeOf(state, value), by);
	if (isImpossible(range)) return false;
	const fact = getFact(state, id);
	const oneOf = fact.oneOf?.filter((one) => typeof one === "number" && includes(range, one));
	if (oneOf?.length === 0) return false;
	setFact(state, id, { ...fact, range, oneOf, none: false });
	if (value.k === "symbol" && value.op?.kind === "count") limitCount(state, value.op.of, range);
	return true;
}

/** At most one of several is true, or at least one. */
function limitCount(state: State, parts: readonly Value[], { low, high }: Range): void {
	if (low && (low.value > 0 || low.open))
		addClause(
			state,
			parts.map((value) => ({ value, truth: true })),
		);
	if (!high || high.value > 2 || (high.value === 2 && !high.open)) return;
	for (const [index, value] of parts.entries()) {
		for (const other of parts.slice(index + 1)) {
			addClause(state, [
				{ value, truth: false },
				{ value: other, truth: false },
			]);
		}
	}
}

/** The unknown is, or is not, one of the constants. */
function assumeEqual(state: State, id: string, constants: readonly Constant[], truth: boolean): boolean {
	const fact = getFact(state, id);
	if (truth) {
		const { range } = fact;
		const isOpen = (one: Constant): boolean =>
			constants.includes(one) &&
			!fact.differs.includes(one) &&
			(range === undefined || (typeof one === "number" && includes(range, one)));
		const oneOf = (fact.oneOf ?? constants).filter(isOpen);
		if (oneOf.length === 0) return false;
		const allTrue = oneOf.every(isTrue) ? true : undefined;
		const allFalse = oneOf.some(isTrue) ? undefined : false;
		setFact(state, id, {
			...fact,
			oneOf,
			none: oneOf.every((one) => one === null) ? true : oneOf.includes(null) ? fact.none : false,
			truth: fact.truth ?? allTrue ?? allFalse,
		});
		if (allTrue) excludeOthers(state, id);
		return true;
	}
	const none = constants.includes(null) ? false : fact.none;
	setFact(state, id, {
		...fact,
		differs: [...fact.differs, ...constants],
		oneOf: fact.oneOf?.filter((one) => !constants.includes(one)),
		none,
	});
	if (constants.includes(null)) excludeOthers(state, id);
	return true;
}

function assumeInstance(state: State, op: SymbolOp & { kind: "isinstance" }, truth: boolean, asking: Asking): boolean {
	const peft = op.classes.every((cls) => cls.k === "external" && classKind(cls.name) === "peft-model");
	if (truth && peft) refine(state, op.of, asking);
	return true;
}

/** The value is known to be a PeftModel from here on. */
function refine(state: State, value: Value, { machine }: Asking): void {
	const known = resolve(state, value);
	const id = unknownId(value);
	if (known.k === "symbol") {
		const handle = materialize(state, known, machine);
		bind(state, known.id, { ...handle, path: refineToPeft(handle.path) });
	} else if (known.k === "handle" && !isPeftPath(known.path) && id !== undefined) {
		bind(state, id, { ...known, path: refineToPeft(known.path) });
	}
}

// --- branching

export interface Branches {
	readonly yes: State | undefined;
	readonly no: State | undefined;
}

/** The two sides of a test; a side is undefined when it cannot be taken. The given state is used up. */
export function branch(machine: Machine, state: State, test: Value, at: Span, ctx: Context): Branches {
	const decided = truthOf(state, test);
	if (decided !== undefined) return decided ? { yes: state, no: undefined } : { yes: undefined, no: state };
	const before = state.facts.map;
	const yes = fork(state);
	const no = state;
	const asking = { machine, statement: ctx.statement };
	const canYes = assume(yes, test, true, asking) && isConsistent(yes);
	const canNo = assume(no, test, false, asking) && isConsistent(no);
	if (canYes && canNo) {
		const kind = guessKind(state, test);
		const given = givenOptions(machine, before);
		for (const [side, holds] of [
			[yes, true],
			[no, false],
		] as const) {
			const isTogether = givenOptions(machine, side.facts.map) > Math.max(given, 1);
			follow(side, { test: place(ctx, at), holds }, isTogether ? "model" : kind);
		}
	}
	return { yes: canYes ? yes : undefined, no: canNo ? no : undefined };
}

/**
 * How many of its options the entered function was given. That a caller gives several of them is a guess, where no call is
 * in sight.
 */
function givenOptions({ optional }: Machine, facts: ReadonlyMap<string, Fact>): number {
	if (optional.length === 0) return 0;
	const given = [...facts].flatMap(([id, { truth, none }]) =>
		(truth === true || none === false) &&
		optional.some((one) => id === one || (one.endsWith("[") && id.startsWith(one)))
			? [id]
			: [],
	);
	return given.length;
}

/**
 * Some undecided tests are guesses about what the analysis should know. `model`: a question about a model in our hands.
 * `counter`: which pass of a loop this is, or what its item is.
 */
function guessKind(state: State, test: Value): "model" | "counter" | "none" {
	const key = keyOf(test);
	if (asksObject(state, test) || asksRegistry(state, test)) return "model";
	if (key.includes(COUNTER) || key.includes(ITEM)) return "counter";
	return /[<{](core|copy|net|unknown):/.test(key) || key.includes(PATCHED) ? "model" : "none";
}

/** An object of ours has its own idea of being true or equal. */
function asksObject(state: State, test: Value): boolean {
	const op = test.k === "symbol" ? test.op : undefined;
	const asked = op?.kind === "compare" ? [op.left, op.right] : op?.kind === "not" ? [op.of] : [test];
	return asked.some((value) => value.k === "ref" && getObject(state, value.id)?.t === "instance");
}

/** What is in a container that others fill, or whether anything is. */
export function asksRegistry(state: State, test: Value): boolean {
	if (test.k === "ref") return state.base.registries.has(test.id);
	const op = test.k === "symbol" ? test.op : undefined;
	switch (op?.kind) {
		case "not":
		case "bool":
		case "len":
			return asksRegistry(state, op.of);
		case "compare":
			return asksRegistry(state, op.right) || (op.operator !== "in" && asksRegistry(state, op.left));
		default:
			return false;
	}
}

function follow(state: State, condition: Condition, kind: "model" | "counter" | "none"): void {
	state.conditions = [...state.conditions, condition];
	if (kind === "model" || (kind === "counter" && state.laterPass)) state.guesses = [...state.guesses, condition];
	else if (kind === "counter") state.passGuesses = [...state.passGuesses, condition];
}
