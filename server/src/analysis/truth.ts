/** Whether a value is true, as far as a state knows; comparisons under canonical names. Nothing here changes a state. */
import { classKind, lookupApi } from "../catalog";
import { SYMBOL_LENGTH } from "./bounds";
import { findMember } from "./classes";
import { itemsOf } from "./containers";
import { isInstance } from "./instances";
import { ANY_NUMBER, between, includes, intersect, isLess, rangeOfFact } from "./ranges";
import {
	type Clause,
	clausesOf,
	type Fact,
	getFact,
	getObject,
	type Range,
	resolve,
	type State,
	unknownId,
} from "./state";
import {
	type Constant,
	constant,
	FALSE,
	keyOf,
	type ObjId,
	type SymbolOp,
	sameValue,
	symbol,
	TRUE,
	type Value,
} from "./values";

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

/** True, false, or not known. */
export function truthOf(state: State, value: Value): boolean | undefined {
	return plainTruth(state, value) ?? truthByClauses(state, value);
}

/** A clause whose other alternatives are all out decides the one that is left. */
function truthByClauses(state: State, given: Value): boolean | undefined {
	if (given.k !== "symbol") return undefined;
	const clauses = clausesOf(state);
	if (clauses.length === 0) return undefined;
	const asked = literal(given, true);
	for (const clause of clauses) {
		const own = clause.find((one) => sameValue(one.value, asked.value));
		if (own && isLastAlternative(state, clause, own)) return own.truth === asked.truth;
	}
	return undefined;
}

/** No list of alternatives has all of them out. */
export function isConsistent(state: State): boolean {
	return clausesOf(state).every((clause) => clause.some(({ value, truth }) => plainTruth(state, value) !== !truth));
}

/** That the value has this truth, said of what it negates or asks for. */
export function literal(value: Value, truth: boolean): Clause[number] {
	const op = value.k === "symbol" ? value.op : undefined;
	if (op?.kind === "not") return literal(op.of, !truth);
	return op?.kind === "bool" ? literal(op.of, truth) : { value, truth };
}

function isLastAlternative(state: State, clause: Clause, own: Clause[number]): boolean {
	return clause.every((other) => other === own || plainTruth(state, other.value) === !other.truth);
}

function plainTruth(state: State, value: Value): boolean | undefined {
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

export function isTrue(value: Constant): boolean {
	return value !== null && value !== false && value !== 0 && value !== "";
}

function truthOfObject(state: State, id: string): boolean | undefined {
	const object = getObject(state, id);
	if (object?.t === "instance") return isTruthy(state, object.cls) ? true : undefined;
	if (object?.t === "list") return object.items.length > 0 ? true : undecidedIf(object.open);
	if (object?.t === "dict") return object.entries.size > 0 || object.nonEmpty ? true : undecidedIf(object.open);
	return true;
}

/** Objects are true unless their class says otherwise. */
function isTruthy(state: State, cls: ObjId): boolean {
	return !["__bool__", "__len__"].some((name) => findMember(state, cls, name));
}

function undecidedIf(open: boolean): false | undefined {
	return open ? undefined : false;
}

function truthOfUnknown(state: State, id: string, op: SymbolOp | undefined): boolean | undefined {
	return truthOfFact(getFact(state, id)) ?? (op && truthOfOp(state, op));
}

function truthOfFact(fact: Fact): boolean | undefined {
	if (fact.truth !== undefined) return fact.truth;
	if (fact.none) return false;
	if (fact.oneOf?.every(isTrue) || (fact.range && !includes(fact.range, 0))) return true;
	return fact.oneOf && !fact.oneOf.some(isTrue) ? false : undefined;
}

function truthOfOp(state: State, op: SymbolOp): boolean | undefined {
	switch (op.kind) {
		case "not":
			return negate(plainTruth(state, op.of));
		case "bool":
		case "len":
			return plainTruth(state, op.of);
		case "and":
			return conjunction(op.of.map((part) => plainTruth(state, part)));
		case "or":
			return negate(conjunction(op.of.map((part) => negate(plainTruth(state, part)))));
		case "compare":
			return decide(state, op.operator, op.left, op.right);
		case "iff":
			return agreement(plainTruth(state, op.left), plainTruth(state, op.right));
		case "count":
			return negate(conjunction(op.of.map((part) => negate(plainTruth(state, part)))));
		case "isinstance":
			return isInstance(state, op.of, op.classes);
		case "call":
			return truthOfFact(getFact(state, op.key));
		default:
			return undefined;
	}
}

export function negate(value: boolean | undefined): boolean | undefined {
	return value === undefined ? undefined : !value;
}

export function conjunction(parts: readonly (boolean | undefined)[]): boolean | undefined {
	if (parts.includes(false)) return false;
	return parts.includes(undefined) ? undefined : true;
}

function agreement(a: boolean | undefined, b: boolean | undefined): boolean | undefined {
	return a === undefined || b === undefined ? undefined : a === b;
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

type Comparison = "==" | "is" | "in" | "<";

function comparison(state: State, operator: Comparison, left: Value, right: Value): Value {
	const decided = decide(state, operator, left, right);
	if (decided !== undefined) return decided ? TRUE : FALSE;
	const emptiness = asEmptiness(state, operator, left, right);
	if (emptiness) return emptiness;
	if ((operator === "==" || operator === "is") && comparesTruths(left, right)) return iff(state, left, right);
	const flipped = (operator === "==" || operator === "is") && left.k === "constant";
	const [a, b] = flipped ? [right, left] : [left, right];
	return computed(`(${operator} ${nameOf(a)} ${nameOf(b)})`, { kind: "compare", operator, left: a, right: b });
}

/** Both true or both false: `bool(a) == bool(b)`, `(a is None) == (b is None)`, `flag == True`. */
export function iff(state: State, left: Value, right: Value): Value {
	const [x, y] = [truthOf(state, left), truthOf(state, right)];
	if (x !== undefined && y !== undefined) return constant(x === y);
	if (x !== undefined) return x ? right : not(state, right);
	if (y !== undefined) return y ? left : not(state, left);
	return computed(`(iff ${keyOf(left)} ${keyOf(right)})`, { kind: "iff", left, right });
}

/** Two tests are compared, or a test with something that can only be a flag. */
function comparesTruths(left: Value, right: Value): boolean {
	const isTest = (value: Value): boolean => value.k === "symbol" && isTruth(value);
	const isFlag = (value: Value): boolean => isTruth(value) || (value.k === "symbol" && value.op === undefined);
	return (isTest(left) && isFlag(right)) || (isFlag(left) && isTest(right));
}

const TRUTHS: readonly string[] = ["not", "bool", "compare", "isinstance", "hasattr", "iff"];

/** The value is true or false, and nothing else. */
export function isTruth(value: Value): boolean {
	if (value.k === "constant") return typeof value.value === "boolean";
	const op = value.k === "symbol" ? value.op : undefined;
	if (op?.kind === "and" || op?.kind === "or") return op.of.every(isTruth);
	return op !== undefined && TRUTHS.includes(op.kind);
}

/** Two answers of the same call compare alike. */
function nameOf(value: Value): string {
	return value.k === "symbol" && value.op?.kind === "call" ? value.op.key : keyOf(value);
}

/** `len(x) == 0`, `len(x) < 1`, `0 < len(x)`, `x == []` all ask whether x is empty. */
function asEmptiness(state: State, operator: Comparison, left: Value, right: Value): Value | undefined {
	const measured = (value: Value): Value | undefined =>
		value.k === "symbol" && value.op?.kind === "len" ? value.op.of : undefined;
	const is = (value: Value, wanted: number): boolean => value.k === "constant" && value.value === wanted;
	const filled = (of: Value): Value => computed(`bool(${keyOf(of)})`, { kind: "bool", of });
	const l = measured(left);
	const r = measured(right);
	if (operator === "<" && r && is(left, 0)) return filled(r);
	if (operator === "<" && l && is(right, 1)) return not(state, filled(l));
	if (operator === "==" && l && is(right, 0)) return not(state, filled(l));
	if (operator === "==" && r && is(left, 0)) return not(state, filled(r));
	if (operator === "==" && left.k === "symbol" && isEmptyLiteral(state, right)) return not(state, filled(left));
	return undefined;
}

function isEmptyLiteral(state: State, value: Value): boolean {
	return value.k !== "symbol" && value.k !== "constant" && truthOf(state, value) === false;
}

export function decide(state: State, operator: Comparison, l: Value, r: Value): boolean | undefined {
	const left = settled(state, l);
	const right = settled(state, r);
	switch (operator) {
		case "==":
		case "is":
			return equal(state, left, right);
		case "in":
			return member(state, left, right);
		case "<":
			return isLess(rangeOf(state, left), rangeOf(state, right));
	}
}

/** What is known of a number. */
export function rangeOf(state: State, given: Value): Range {
	const value = resolve(state, given);
	if (value.k === "constant") return typeof value.value === "number" ? between(value.value, value.value) : ANY_NUMBER;
	const id = unknownId(value);
	const fact = id === undefined ? undefined : getFact(state, id);
	const counted = value.k === "symbol" && value.op ? countOf(state, value.op) : undefined;
	const known = (fact && rangeOfFact(fact)) ?? ANY_NUMBER;
	// The only false number is 0.
	const zero = fact?.truth === false && fact.none !== true ? between(0, 0) : ANY_NUMBER;
	return intersect(intersect(known, zero), counted ?? ANY_NUMBER);
}

function countOf(state: State, op: SymbolOp): Range | undefined {
	if (op.kind === "len") {
		const filled = plainTruth(state, op.of);
		return between(filled ? 1 : 0, filled === false ? 0 : undefined);
	}
	if (op.kind !== "count") return undefined;
	const truths = op.of.map((part) => plainTruth(state, part));
	return between(truths.filter((one) => one === true).length, truths.filter((one) => one !== false).length);
}

/** The one constant that an unknown can be. */
function settled(state: State, given: Value): Value {
	const value = resolve(state, given);
	const id = unknownId(value);
	const oneOf = id === undefined ? undefined : getFact(state, id).oneOf;
	return oneOf?.length === 1 ? constant(oneOf[0] as Constant) : value;
}

function equal(state: State, left: Value, right: Value): boolean | undefined {
	if (left.k === "constant" && right.k === "constant") return left.value === right.value;
	if (left.k === "constant") return equalsConstant(state, right, left.value);
	if (right.k === "constant") return equalsConstant(state, left, right.value);
	if (sameValue(left, right)) return true;
	// Two ways to models are the same object where they have the same Core and path.
	return left.k === "handle" && right.k === "handle" && !hasUnknownStep(left) && !hasUnknownStep(right)
		? false
		: undefined;
}

function hasUnknownStep(handle: Value & { k: "handle" }): boolean {
	return handle.path.some((step) => step.token === "?");
}

function equalsConstant(state: State, value: Value, wanted: Constant): boolean | undefined {
	if (value.k === "external" && isKnownExternal(value.name)) return false;
	const id = unknownId(value);
	if (id === undefined) return false;
	const fact = getFact(state, id);
	if (fact.oneOf) {
		if (!fact.oneOf.includes(wanted)) return false;
		if (fact.oneOf.length === 1) return true;
	}
	if (fact.differs.includes(wanted)) return false;
	if (wanted === null && fact.none !== undefined) return fact.none;
	if (fact.range && !(typeof wanted === "number" && includes(fact.range, wanted))) return false;
	if (typeof wanted === "number" && !includes(rangeOf(state, value), wanted)) return false;
	// Not by clauses: one of them may be about this very comparison.
	const truth = plainTruth(state, value);
	return truth !== undefined && truth !== isTrue(wanted) ? false : undefined;
}

function member(state: State, left: Value, right: Value): boolean | undefined {
	const dict = right.k === "ref" ? getObject(state, right.id) : undefined;
	if (dict?.t === "dict" && left.k === "constant" && dict.entries.has(left.value)) return true;
	const items = closedItems(state, right);
	if (!items) return undefined;
	const alternatives = alternativesOf(state, left);
	const constants = items.flatMap((item) => (item.k === "constant" ? [item.value] : []));
	if (alternatives && constants.length === items.length) {
		if (alternatives.every((one) => constants.includes(one))) return true;
		if (!alternatives.some((one) => constants.includes(one))) return false;
	}
	const outcomes = items.map((item) => equal(state, left, resolve(state, item)));
	if (outcomes.includes(true)) return true;
	return outcomes.includes(undefined) ? undefined : false;
}

function alternativesOf(state: State, value: Value): readonly Constant[] | undefined {
	const id = unknownId(value);
	return id === undefined ? undefined : getFact(state, id).oneOf;
}

/** All items of a literal sequence or keys of a dict, when there are no others. */
export function closedItems(state: State, value: Value): readonly Value[] | undefined {
	const known = itemsOf(state, value);
	return known && !known.open ? known.items : undefined;
}
