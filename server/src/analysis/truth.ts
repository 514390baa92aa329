/** Tests: what is decided, what a branch then knows, and unknowns computed from unknowns under canonical names. */
import { classKind, lookupApi } from "../catalog";
import { excludeOthers } from "./argparse";
import { SYMBOL_LENGTH } from "./bounds";
import type { Place } from "./graph";
import { isPeftPath, materialize, refineToPeft } from "./handles";
import type { Machine } from "./machine";
import { bind, fork, getFact, getObject, resolve, type State, setFact, unknownId } from "./state";
import { type Constant, constant, FALSE, keyOf, type SymbolOp, sameValue, symbol, TRUE, type Value } from "./values";

/** Marks unknowns that count the passes of a loop. */
export const COUNTER = "counter:";

/** An unknown computed from others; equal operands give the equal unknown. */
export function computed(id: string, op?: SymbolOp): Value {
	return id.length > SYMBOL_LENGTH ? symbol(`long:${hash(id)}`) : symbol(id, op);
}

function hash(text: string): string {
	let h = 5381;
	for (let i = 0; i < text.length; i++) h = (Math.imul(h, 33) ^ text.charCodeAt(i)) | 0;
	return `${h >>> 0}:${text.length}`;
}

// --- truthiness

export function truthOf(state: State, value: Value): boolean | undefined {
	const known = resolve(state, value);
	switch (known.k) {
		case "constant":
			return isTrue(known.value);
		case "tuple":
			return known.items.length > 0;
		case "ref":
			return truthOfObject(state, known.id);
		case "symbol":
			return truthOfUnknown(state, known.id, known.op);
		case "external":
			return truthOfExternal(state, known.name);
		default:
			return true;
	}
}

/** Classes and functions are true; a constant of another module is not known. */
function truthOfExternal(state: State, name: string): boolean | undefined {
	return isKnownExternal(name) ? true : truthOfUnknown(state, `@${name}`, undefined);
}

function isKnownExternal(name: string): boolean {
	return name.startsWith("builtins.") || lookupApi(name) !== undefined || classKind(name) !== undefined;
}

function isTrue(value: Constant): boolean {
	return value !== null && value !== false && value !== 0 && value !== "";
}

function truthOfObject(state: State, id: string): boolean | undefined {
	const object = getObject(state, id);
	if (object?.t === "list") return object.items.length > 0 ? true : object.open ? undefined : false;
	if (object?.t === "dict") return object.entries.size > 0 ? true : object.open ? undefined : false;
	return true;
}

function truthOfUnknown(state: State, id: string, op: SymbolOp | undefined): boolean | undefined {
	const fact = getFact(state, id);
	if (fact.truth !== undefined) return fact.truth;
	if (fact.none) return false;
	if (fact.equals !== undefined) return isTrue(fact.equals);
	return op && truthOfOp(state, op);
}

function truthOfOp(state: State, op: SymbolOp): boolean | undefined {
	switch (op.kind) {
		case "not":
			return negate(truthOf(state, op.of));
		case "bool":
		case "len":
			return truthOf(state, op.of);
		case "and":
			return conjunction(op.of.map((part) => truthOf(state, part)));
		case "or":
			return negate(conjunction(op.of.map((part) => negate(truthOf(state, part)))));
		case "compare":
			return decide(state, op.operator, op.left, op.right);
		case "isinstance":
			return isInstance(state, op.of, op.classes);
		case "hasattr":
			return undefined;
		default:
			return undefined;
	}
}

function negate(value: boolean | undefined): boolean | undefined {
	return value === undefined ? undefined : !value;
}

function conjunction(parts: readonly (boolean | undefined)[]): boolean | undefined {
	if (parts.includes(false)) return false;
	return parts.includes(undefined) ? undefined : true;
}

// --- comparing

export function not(state: State, value: Value): Value {
	const truth = truthOf(state, value);
	if (truth !== undefined) return constant(!truth);
	if (value.k === "symbol" && value.op?.kind === "not") return value.op.of;
	return computed(`!${keyOf(value)}`, { kind: "not", of: value });
}

/** `left operator right` for one Python comparison operator. */
export function compare(state: State, operator: string, left: Value, right: Value): Value {
	switch (operator) {
		case "!=":
		case "<>":
			return not(state, compare(state, "==", left, right));
		case "is not":
			return not(state, compare(state, "is", left, right));
		case "not in":
			return not(state, compare(state, "in", left, right));
		case ">":
			return compare(state, "<", right, left);
		case ">=":
			return not(state, compare(state, "<", left, right));
		case "<=":
			return not(state, compare(state, "<", right, left));
		case "==":
		case "is":
		case "in":
		case "<":
			return comparison(state, operator, resolve(state, left), resolve(state, right));
		default:
			return computed(`(${operator} ${keyOf(left)} ${keyOf(right)})`);
	}
}

function comparison(state: State, operator: "==" | "is" | "in" | "<", left: Value, right: Value): Value {
	const decided = decide(state, operator, left, right);
	if (decided !== undefined) return decided ? TRUE : FALSE;
	const flipped = (operator === "==" || operator === "is") && left.k === "constant";
	const [a, b] = flipped ? [right, left] : [left, right];
	return computed(`(${operator} ${keyOf(a)} ${keyOf(b)})`, { kind: "compare", operator, left: a, right: b });
}

function decide(state: State, operator: "==" | "is" | "in" | "<", l: Value, r: Value): boolean | undefined {
	const left = resolve(state, l);
	const right = resolve(state, r);
	switch (operator) {
		case "==":
		case "is":
			return equal(state, left, right);
		case "in":
			return member(state, left, right);
		case "<":
			if (
				left.k === "constant" &&
				right.k === "constant" &&
				typeof left.value === "number" &&
				typeof right.value === "number"
			)
				return left.value < right.value;
			if (left.k === "constant" && left.value === 0 && right.k === "symbol" && right.op?.kind === "len")
				return truthOf(state, right.op.of);
			return undefined;
	}
}

function equal(state: State, left: Value, right: Value): boolean | undefined {
	if (left.k === "constant" && right.k === "constant") return left.value === right.value;
	if (left.k === "constant") return equalsConstant(state, right, left.value);
	if (right.k === "constant") return equalsConstant(state, left, right.value);
	if (sameValue(left, right)) return true;
	return undefined;
}

function equalsConstant(state: State, value: Value, wanted: Constant): boolean | undefined {
	if (value.k === "external" && isKnownExternal(value.name)) return false;
	const id = unknownId(value);
	if (id === undefined) return false;
	const fact = getFact(state, id);
	if (fact.equals !== undefined) return fact.equals === wanted;
	if (fact.differs.includes(wanted)) return false;
	if (wanted === null && fact.none !== undefined) return fact.none;
	const truth = truthOf(state, value);
	if (truth !== undefined && truth !== isTrue(wanted)) return false;
	// A boolean unknown that is known true equals True; other truthy unknowns may differ.
	return undefined;
}

function member(state: State, left: Value, right: Value): boolean | undefined {
	const items = closedItems(state, right);
	if (!items) return undefined;
	const outcomes = items.map((item) => equal(state, left, resolve(state, item)));
	if (outcomes.includes(true)) return true;
	return outcomes.includes(undefined) ? undefined : false;
}

function closedItems(state: State, value: Value): readonly Value[] | undefined {
	if (value.k === "tuple") return value.items;
	if (value.k !== "ref") return undefined;
	const object = getObject(state, value.id);
	if (object?.t === "list" && !object.open) return object.items;
	if (object?.t === "dict" && !object.open) return [...object.entries.keys()].map(constant);
	return undefined;
}

// --- isinstance

export function isInstance(state: State, value: Value, classes: readonly Value[]): boolean | undefined {
	return negate(conjunction(classes.map((cls) => negate(isInstanceOf(state, resolve(state, value), cls)))));
}

function isInstanceOf(state: State, value: Value, cls: Value): boolean | undefined {
	if (cls.k === "ref") return isInstanceOfUserClass(state, value, cls.id);
	if (cls.k !== "external") return undefined;
	const kind = classKind(cls.name);
	if (value.k === "handle") return isHandleInstance(value, cls.name, kind);
	if (value.k === "constant") {
		if (value.value === null) return cls.name === "builtins.NoneType";
		if (cls.name === "builtins.str") return typeof value.value === "string";
		return kind ? false : undefined;
	}
	if (value.k === "ref" && (kind === "peft-model" || kind === "tuner")) return false;
	return undefined;
}

function isHandleInstance(
	value: Value & { k: "handle" },
	name: string,
	kind: ReturnType<typeof classKind>,
): boolean | undefined {
	const outer = value.path[0]?.token;
	if (name === "builtins.str") return false;
	if (outer === "?") return undefined;
	if (kind === "peft-model") return outer === "P" ? undefinedUnlessPlain(name) : false;
	if (kind === "tuner") return outer === "T" ? undefined : false;
	if (name === "torch.nn.Module" || name === "torch.nn.modules.module.Module") return true;
	if (kind === "module" && outer === "P") return name.startsWith("transformers.") ? false : undefined;
	return undefined;
}

/** Every wrapper is a PeftModel; which PeftModelForX it is depends on the task type. */
function undefinedUnlessPlain(name: string): boolean | undefined {
	return name.endsWith(".PeftModel") ? true : undefined;
}

function isInstanceOfUserClass(state: State, value: Value, cls: string): boolean | undefined {
	if (value.k === "constant" || value.k === "handle") return value.k === "handle" ? undefined : false;
	if (value.k !== "ref") return undefined;
	const object = getObject(state, value.id);
	if (object?.t !== "instance") return undefined;
	if (object.cls === cls) return true;
	const actual = getObject(state, object.cls);
	return actual?.t === "class" && actual.bases.length === 0 ? false : undefined;
}

// --- assuming

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
			return assumeCompare(state, op, truth, machine);
		case "isinstance":
			return assumeInstance(state, op, truth, machine);
		case "hasattr":
			if (truth && op.name === "merge_and_unload") refine(state, op.of, machine);
			return true;
		default:
			return true;
	}
}

/** `and` is true when all parts are; false when all but one are known to be true and that one is false. Dually `or`. */
function assumeAll(state: State, parts: readonly Value[], truth: boolean, unit: boolean, machine: Machine): boolean {
	if (truth === unit) return parts.every((part) => assume(state, part, unit, machine));
	const open = parts.filter((part) => truthOf(state, part) === undefined);
	const [only] = open;
	return open.length === 1 && only ? assume(state, only, !unit, machine) : true;
}

function assumeCompare(state: State, op: SymbolOp & { kind: "compare" }, truth: boolean, machine: Machine): boolean {
	const { operator, left, right } = op;
	const id = unknownId(left);
	if ((operator === "==" || operator === "is") && right.k === "constant" && id !== undefined)
		return assumeEqual(state, id, right.value, truth);
	if (operator === "in" && !truth && id !== undefined) {
		for (const item of closedItems(state, right) ?? [])
			if (item.k === "constant") assumeEqual(state, id, item.value, false);
	}
	if (operator === "<" && left.k === "constant" && left.value === 0 && right.k === "symbol" && right.op?.kind === "len")
		return assume(state, right.op.of, truth, machine);
	return true;
}

function assumeEqual(state: State, id: string, wanted: Constant, truth: boolean): boolean {
	const fact = getFact(state, id);
	if (truth) setFact(state, id, { ...fact, equals: wanted ?? undefined, none: wanted === null, truth: isTrue(wanted) });
	else
		setFact(state, id, {
			...fact,
			differs: [...fact.differs, wanted],
			none: wanted === null ? false : fact.none,
		});
	if (truth ? isTrue(wanted) : wanted === null) excludeOthers(state, id);
	return true;
}

function assumeInstance(
	state: State,
	op: SymbolOp & { kind: "isinstance" },
	truth: boolean,
	machine: Machine,
): boolean {
	if (!truth) return true;
	const peft = op.classes.every((cls) => cls.k === "external" && classKind(cls.name) === "peft-model");
	if (peft) refine(state, op.of, machine);
	return true;
}

/** The value is known to be a PeftModel from here on. */
function refine(state: State, value: Value, machine: Machine): void {
	const known = resolve(state, value);
	if (known.k === "symbol") {
		const handle = materialize(state, known, machine);
		bind(state, known.id, { ...handle, path: refineToPeft(handle.path) });
	} else if (known.k === "handle" && !isPeftPath(known.path) && value.k === "symbol") {
		bind(state, value.id, { ...known, path: refineToPeft(known.path) });
	}
}

// --- branching

/** The two sides of a test; a side is undefined when it cannot be taken. The given state is used up. */
export function branch(
	state: State,
	test: Value,
	at: Place,
	machine: Machine,
): { yes: State | undefined; no: State | undefined } {
	const decided = truthOf(state, test);
	if (decided !== undefined) return decided ? { yes: state, no: undefined } : { yes: undefined, no: state };
	const yes = fork(state);
	const no = state;
	const canYes = assume(yes, test, true, machine);
	const canNo = assume(no, test, false, machine);
	if (canYes && canNo) {
		yes.conditions = [...yes.conditions, { test: at, holds: true }];
		no.conditions = [...no.conditions, { test: at, holds: false }];
		if (keyOf(test).includes(COUNTER)) {
			yes.counterGuess = true;
			no.counterGuess = true;
		}
	}
	return { yes: canYes ? yes : undefined, no: canNo ? no : undefined };
}
