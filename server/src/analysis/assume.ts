/** Taking a branch: what a path knows from there on. */
import { classKind } from "../catalog";
import { excludeOthers } from "./argparse";
import type { Condition, Place } from "./graph";
import { isPeftPath, materialize, refineToPeft } from "./handles";
import type { Machine } from "./machine";
import { bind, type Clause, fork, getFact, resolve, type State, setFact, unknownId } from "./state";
import { COUNTER, closedItems, ITEM, isTrue, truthOf } from "./truth";
import { type Constant, keyOf, type SymbolOp, type Value } from "./values";

/** Takes the branch on which `value` is `truth`; false when it cannot be taken. Changes `state`. */
export function assume(state: State, value: Value, truth: boolean, machine: Machine): boolean {
	const decided = truthOf(state, value);
	if (decided !== undefined) return decided === truth;
	const known = resolve(state, value);
	const id = unknownId(known);
	if (id === undefined) return true;
	const fact = getFact(state, id);
	setFact(state, id, { ...fact, truth, none: truth ? false : fact.none });
	if (truth) excludeOthers(state, id);
	return known.k === "symbol" && known.op ? assumeOp(state, known.op, truth, machine) : true;
}

function assumeOp(state: State, op: SymbolOp, truth: boolean, machine: Machine): boolean {
	switch (op.kind) {
		case "not":
			return assume(state, op.of, !truth, machine);
		case "bool":
		case "len":
			return assume(state, op.of, truth, machine);
		case "and":
			return assumeAll(state, op.of, truth, true, machine);
		case "or":
			return assumeAll(state, op.of, truth, false, machine);
		case "compare":
			return assumeCompare(state, op, truth);
		case "isinstance":
			return assumeInstance(state, op, truth, machine);
		case "hasattr":
			if (truth && op.name === "merge_and_unload") refine(state, op.of, machine);
			return true;
		case "call":
			setFact(state, op.key, { ...getFact(state, op.key), truth });
			return true;
		default:
			return true;
	}
}

/** `and` is true when all parts are; when it is false, at least one is. Dually `or`. */
function assumeAll(state: State, parts: readonly Value[], truth: boolean, unit: boolean, machine: Machine): boolean {
	if (truth === unit) return parts.every((part) => assume(state, part, unit, machine));
	const open = parts.filter((part) => truthOf(state, part) === undefined);
	const [only] = open;
	if (open.length === 1 && only) return assume(state, only, !unit, machine);
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
	if (clause.length > 1) state.clauses = [...state.clauses.slice(1 - CLAUSES), clause];
}

function assumeCompare(state: State, op: SymbolOp & { kind: "compare" }, truth: boolean): boolean {
	const { operator, left, right } = op;
	const id = unknownId(left);
	if (id === undefined) return true;
	if ((operator === "==" || operator === "is") && right.k === "constant")
		return assumeEqual(state, id, [right.value], truth);
	if (operator !== "in") return true;
	const items = closedItems(state, right);
	if (!items) return true;
	const constants = items.flatMap((item) => (item.k === "constant" ? [item.value] : []));
	return constants.length === items.length || !truth ? assumeEqual(state, id, constants, truth) : true;
}

/** The unknown is, or is not, one of the constants. */
function assumeEqual(state: State, id: string, constants: readonly Constant[], truth: boolean): boolean {
	const fact = getFact(state, id);
	if (truth) {
		const oneOf = (fact.oneOf ?? constants).filter((one) => constants.includes(one) && !fact.differs.includes(one));
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

function assumeInstance(
	state: State,
	op: SymbolOp & { kind: "isinstance" },
	truth: boolean,
	machine: Machine,
): boolean {
	const peft = op.classes.every((cls) => cls.k === "external" && classKind(cls.name) === "peft-model");
	if (truth && peft) refine(state, op.of, machine);
	return true;
}

/** The value is known to be a PeftModel from here on. */
function refine(state: State, value: Value, machine: Machine): void {
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
export function branch(state: State, test: Value, at: Place, machine: Machine): Branches {
	const decided = truthOf(state, test);
	if (decided !== undefined) return decided ? { yes: state, no: undefined } : { yes: undefined, no: state };
	const yes = fork(state);
	const no = state;
	const canYes = assume(yes, test, true, machine);
	const canNo = assume(no, test, false, machine);
	if (canYes && canNo) {
		const kind = guessKind(test);
		follow(yes, { test: at, holds: true }, kind);
		follow(no, { test: at, holds: false }, kind);
	}
	return { yes: canYes ? yes : undefined, no: canNo ? no : undefined };
}

/**
 * Some undecided tests are guesses about what the analysis should know. `model`: a question about a model in our hands.
 * `counter`: which pass of a loop this is, or what its item is.
 */
function guessKind(test: Value): "model" | "counter" | "none" {
	const key = keyOf(test);
	if (key.includes(COUNTER) || key.includes(ITEM)) return "counter";
	return /[<{](core|copy|net|unknown):/.test(key) ? "model" : "none";
}

function follow(state: State, condition: Condition, kind: "model" | "counter" | "none"): void {
	state.conditions = [...state.conditions, condition];
	if (kind === "model" || (kind === "counter" && state.laterPass)) state.guesses = [...state.guesses, condition];
	else if (kind === "counter") state.passGuesses = [...state.passGuesses, condition];
}
