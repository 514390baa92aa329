/** Joining states: fewer that say the same. */
import { BoundExceeded, HARD_STATES, SOFT_STATES } from "./bounds";
import { sameObject } from "./equality";
import type { Condition } from "./graph";
import type { CoreObject, HeapObject } from "./heap";
import { leadsToModel, modelSignature, sharedFrames } from "./models";
import { hull, rangeOfFact } from "./ranges";
import {
	type Clause,
	dropSlotsWhere,
	type Fact,
	frameVars,
	getObject,
	type Owned,
	type State,
	setObject,
	setSlot,
	setVar,
} from "./state";
import { type Constant, ITEM, isPlain, keyOf, sameValue, symbol, type Value } from "./values";

/**
 * Fewer states that say the same. Equal ones become one. Past the soft bound, those in which every variable that leads
 * to a model leads to the same kind of model in the same condition become one; what plain values differ is forgotten.
 */
export function merge(states: readonly State[], site: string): State[] {
	if (states.length < 2) return [...states];
	const distinct: State[] = [];
	for (const state of states) {
		const twin = distinct.find((other) => sameWorld(other, state));
		if (twin) forgetDifferences(twin, state);
		else {
			const close = distinct.find((other) => differsInUnknowns(other, state));
			if (close) joinPlain(close, state, site);
			else distinct.push(state);
		}
	}
	if (distinct.length <= SOFT_STATES) return distinct;
	const joined = new Map<string, State>();
	const shared = sharedFrames(distinct);
	for (const state of distinct) {
		const signature = modelSignature(state, shared);
		const twin = joined.get(signature);
		if (twin) joinPlain(twin, state, site);
		else joined.set(signature, state);
	}
	if (joined.size > HARD_STATES) throw new BoundExceeded(`more than ${HARD_STATES} states`);
	return [...joined.values()];
}

/**
 * States of a loop's pass that part in a guess about its item, and in nothing else than which gradients they gave: to whom
 * the loop gives them depends on the item, so that they are unknown, and the guess is none.
 */
export function mergeGradients(states: readonly State[]): readonly State[] {
	if (states.length < 2) return states;
	const distinct: State[] = [];
	for (const state of states) {
		// Of an item, nothing is asked after its pass.
		dropSlotsWhere(state, (name) => GRADIENT_OF_ITEM.test(name));
		const twin = distinct.find((other) => differInGuess(other, state) && sameWorld(other, state, sameButGradients));
		if (twin === undefined) distinct.push(state);
		else {
			for (const [id, object] of twin.heap.map) {
				const other = getObject(state, id);
				if (object.t === "core" && other?.t === "core" && !sameObject(object, other))
					setObject(twin, id, joinGradients(object, other));
			}
			forgetDifferences(twin, state);
		}
	}
	return distinct;
}

const GRADIENT_OF_ITEM = new RegExp(`${ITEM}.*[.]requires_grad$`);

function differInGuess(a: State, b: State): boolean {
	const common = (x: readonly Condition[], y: readonly Condition[]): boolean =>
		x.length === y.length && commonConditions(x, y).length === x.length;
	return !common(a.passGuesses, b.passGuesses) || !common(a.guesses, b.guesses);
}

function sameButGradients(a: HeapObject, b: HeapObject): boolean {
	return a.t === "core" && b.t === "core" ? sameObject(joinGradients(a, b), joinGradients(b, a)) : sameObject(a, b);
}

/** Where the two differ, the gradient is unknown. */
function joinGradients(a: CoreObject, b: CoreObject): CoreObject {
	const adapters = a.adapters.map((adapter, index) => {
		const other = b.adapters[index];
		const isSame = other?.trainable === adapter.trainable && other.gradient === adapter.gradient;
		return isSame ? adapter : { ...adapter, trainable: "unknown" as const, gradient: undefined };
	});
	const isSame = a.frozen === b.frozen && a.frozenBy === b.frozenBy;
	return { ...a, adapters, ...(!isSame && { frozen: "unknown" as const, frozenBy: undefined }) };
}

/** Same variables, heap and bindings; what is known of unknowns may differ. */
function sameWorld(a: State, b: State, same: (a: HeapObject, b: HeapObject) => boolean = sameObject): boolean {
	return (
		a.laterPass === b.laterPass &&
		sameOwned(a.frames, b.frames, (x, y) => sameOwned(x, y, sameValue)) &&
		sameOwned(a.bindings, b.bindings, sameValue) &&
		sameOwned(a.slots, b.slots, sameValue) &&
		sameOwned(a.heap, b.heap, same)
	);
}

/**
 * The two differ only in values of which no test could make sense: unknowns, numbers, names of other modules, containers
 * of such. Flags (booleans, strings, None) keep states apart, since later branches may ask for them.
 */
function differsInUnknowns(a: State, b: State): boolean {
	if (a.laterPass !== b.laterPass) return false;
	if (!sameOwned(a.bindings, b.bindings, sameValue)) return false;
	const agree = (x: Value | undefined, y: Value | undefined): boolean =>
		x !== undefined && y !== undefined && sameValue(x, y) ? true : isForgettable(a, x) && isForgettable(b, y);
	return (
		agreeOwned(a.frames, b.frames, (x, y) => x !== undefined && y !== undefined && agreeOwned(x, y, agree)) &&
		agreeOwned(a.slots, b.slots, agree) &&
		agreeHeaps(a, b, agree)
	);
}

function agreeOwned<K, V>(
	a: Owned<K, V>,
	b: Owned<K, V>,
	agree: (x: V | undefined, y: V | undefined) => boolean,
): boolean {
	if (a.map === b.map) return true;
	for (const [key, value] of a.map) {
		const other = b.map.get(key);
		if (value !== other && !agree(value, other)) return false;
	}
	for (const [key, value] of b.map) if (!a.map.has(key) && !agree(undefined, value)) return false;
	return true;
}

/** A module's object that one side changed is compared with what the module left of it. */
function agreeHeaps(a: State, b: State, agree: (x: Value | undefined, y: Value | undefined) => boolean): boolean {
	if (a.heap.map === b.heap.map) return true;
	const ids = new Set([...a.heap.map.keys(), ...b.heap.map.keys()]);
	for (const id of ids) if (!agreeObjects(getObject(a, id), getObject(b, id), agree)) return false;
	return true;
}

/** Objects of one side only are reached through variables of that side only, which are compared themselves. */
function agreeObjects(
	a: HeapObject | undefined,
	b: HeapObject | undefined,
	agree: (x: Value | undefined, y: Value | undefined) => boolean,
): boolean {
	if (!a || !b || a === b || sameObject(a, b)) return true;
	if (a.t === "instance" && b.t === "instance")
		return a.cls === b.cls && a.core === b.core && agreeFields(a.fields, b.fields, agree);
	if (a.t === "list" && b.t === "list") return [...a.items, ...b.items].every((item) => agree(item, undefined));
	if (a.t === "dict" && b.t === "dict")
		return [...a.entries.values(), ...b.entries.values()].every((item) => agree(item, undefined));
	return false;
}

function agreeFields(
	a: ReadonlyMap<string, Value>,
	b: ReadonlyMap<string, Value>,
	agree: (x: Value | undefined, y: Value | undefined) => boolean,
): boolean {
	for (const [name, value] of a) if (!agree(value, b.get(name))) return false;
	for (const [name, value] of b) if (!a.has(name) && !agree(undefined, value)) return false;
	return true;
}

function isForgettable(state: State, value: Value | undefined): boolean {
	if (value === undefined) return true;
	if (value.k === "constant") return typeof value.value === "number";
	if (value.k === "symbol" || value.k === "external") return true;
	if (value.k === "tuple") return value.items.every((item) => isForgettable(state, item));
	if (value.k !== "ref") return false;
	const object = getObject(state, value.id);
	return (object?.t === "list" || object?.t === "dict") && !leadsToModel(state, value);
}

function sameOwned<K, V>(a: Owned<K, V>, b: Owned<K, V>, same: (x: V, y: V) => boolean): boolean {
	if (a.map === b.map) return true;
	if (a.map.size !== b.map.size) return false;
	for (const [key, value] of a.map) {
		const other = b.map.get(key);
		if (other === undefined || (value !== other && !same(value, other))) return false;
	}
	return true;
}

/** Keeps of `into` only what `from` knows as well. Both have the same world. */
function forgetDifferences(into: State, from: State): void {
	keepCommonKnowledge(into, from);
	if (into.heap.map !== from.heap.map) joinHistories(into, from);
}

/** Both lead to the same models: `into` stands for the two. */
function joinPlain(into: State, from: State, site: string): void {
	const differ = (value: Value, other: Value | undefined): boolean => {
		if (other === undefined) return !leadsToModel(into, value);
		return !sameValue(value, other) && !leadsToModel(into, value);
	};
	for (const [frame, vars] of [...into.frames.map]) {
		const others = frameVars(from, frame);
		if (others === vars.map) continue;
		for (const [name, value] of [...vars.map])
			if (differ(value, others.get(name))) setVar(into, frame, name, symbol(`join:${site}:${frame}:${name}`));
	}
	for (const [name, value] of [...into.slots.map])
		if (differ(value, from.slots.map.get(name))) setSlot(into, name, symbol(`join:${site}:${name}`));
	for (const [name, value] of from.slots.map)
		if (!into.slots.map.has(name) && isPlain(value)) setSlot(into, name, symbol(`join:${site}:${name}`));
	for (const [id, object] of [...into.heap.map]) {
		const other = getObject(from, id);
		if (other && other !== object && !sameObject(object, other))
			setObject(into, id, joinObject(object, other, `${site}:${id}`));
	}
	for (const [id, other] of from.heap.map) {
		const left = into.heap.map.has(id) ? undefined : into.base.heap.get(id);
		if (left && !sameObject(left, other)) setObject(into, id, joinObject(left, other, `${site}:${id}`));
	}
	keepCommonKnowledge(into, from);
}

/** What one of two joined paths knows and the other does not is not known. A guess taken both ways is none. */
export function keepCommonKnowledge(into: State, from: State): void {
	intersectFacts(into, from);
	into.conditions = commonConditions(into.conditions, from.conditions);
	into.guesses = commonConditions(into.guesses, from.guesses);
	into.passGuesses = commonConditions(into.passGuesses, from.passGuesses);
	if (into.changed !== from.changed) into.changed = [...new Set([...into.changed, ...from.changed])];
	if (into.clauses !== from.clauses) {
		const keys = new Set(from.clauses.map(clauseKey));
		into.clauses = into.clauses.filter((clause) => keys.has(clauseKey(clause)));
	}
}

function clauseKey(clause: Clause): string {
	return clause.map(({ value, truth }) => `${truth}${keyOf(value)}`).join("|");
}

function intersectFacts(into: State, from: State): void {
	if (into.facts.map === from.facts.map) return;
	const kept = new Map<string, Fact>();
	for (const [id, fact] of into.facts.map) {
		const other = from.facts.map.get(id);
		if (other) kept.set(id, commonFact(fact, other));
	}
	into.facts = { owner: into.token, map: kept };
}

/** Longest list of alternatives that a join keeps. */
const ALTERNATIVES = 8;

function commonFact(a: Fact, b: Fact): Fact {
	if (a === b) return a;
	const either = a.oneOf && b.oneOf ? [...new Set([...a.oneOf, ...b.oneOf])] : undefined;
	const excludes = (fact: Fact, value: Constant): boolean =>
		fact.differs.includes(value) || (fact.oneOf !== undefined && !fact.oneOf.includes(value));
	return {
		truth: a.truth === b.truth ? a.truth : undefined,
		none: a.none === b.none ? a.none : undefined,
		oneOf: either && either.length <= ALTERNATIVES ? either : undefined,
		differs: [...new Set([...a.differs, ...b.differs])].filter((value) => excludes(a, value) && excludes(b, value)),
		range: hull(rangeOfFact(a), rangeOfFact(b)),
	};
}

function commonConditions(a: readonly Condition[], b: readonly Condition[]): readonly Condition[] {
	if (a === b) return a;
	return a.filter((x) =>
		b.some((y) => y === x || (y.test.start === x.test.start && y.test.file === x.test.file && y.holds === x.holds)),
	);
}

/** Two equal heaps may differ in the order of harmless events: keep one history, the longer. */
function joinHistories(into: State, from: State): void {
	for (const [id, object] of into.heap.map) {
		const other = from.heap.map.get(id);
		if (object.t === "core" && other?.t === "core" && other.history.length > object.history.length)
			setObject(into, id, { ...object, history: other.history });
	}
}

function joinObject(a: HeapObject, b: HeapObject, site: string): HeapObject {
	if (a.t === "core" && b.t === "core") return { ...a, known: a.known && b.known };
	if (a.t === "instance" && b.t === "instance") return { ...a, fields: joinFields(a.fields, b.fields, site) };
	if (a.t === "trainer" && b.t === "trainer") return { ...a, fields: joinFields(a.fields, b.fields, site) };
	if (a.t === "list" && a.items.every(isPlain)) return { t: "list", items: [], open: true };
	if (a.t === "dict" && [...a.entries.values()].every(isPlain)) return { t: "dict", entries: new Map(), open: true };
	return a;
}

function joinFields(
	a: ReadonlyMap<string, Value>,
	b: ReadonlyMap<string, Value>,
	site: string,
): ReadonlyMap<string, Value> {
	const fields = new Map(a);
	for (const [name, value] of fields) {
		const other = b.get(name);
		if (isPlain(value) && (!other || !sameValue(value, other))) fields.set(name, symbol(`join:${site}:${name}`));
	}
	for (const [name, value] of b)
		if (!fields.has(name) && isPlain(value)) fields.set(name, symbol(`join:${site}:${name}`));
	return fields;
}
