/**
 * One abstract state of a program: variables, heap, path facts. A state is mutable for its one owner; `fork` gives an
 * independent copy and shares everything until one side writes (copy on write, by owner tokens).
 */
import { BoundExceeded, HARD_STATES, SOFT_STATES } from "./bounds";
import type { Condition } from "./graph";
import type { CoreObject, HeapObject } from "./heap";
import { type Constant, type FrameId, isPlain, NONE, type ObjId, sameValue, symbol, type Value } from "./values";

/** What is known of an unknown on this path. */
export interface Fact {
	readonly truth: boolean | undefined;
	readonly none: boolean | undefined;
	/** Equal to this constant. */
	readonly equals: Constant | undefined;
	readonly differs: readonly Constant[];
}

export const NO_FACT: Fact = { truth: undefined, none: undefined, equals: undefined, differs: [] };

interface Owned<K, V> {
	owner: object;
	readonly map: Map<K, V>;
}

export interface State {
	token: object;
	frames: Owned<FrameId, Owned<string, Value>>;
	heap: Owned<ObjId, HeapObject>;
	facts: Owned<string, Fact>;
	/** Unknowns that turned out to be models, or whose attributes were set. */
	bindings: Owned<string, Value>;
	/** Undecided tests that were taken one way on this path. */
	conditions: readonly Condition[];
	/** False once the path leans on a guess. */
	certain: boolean;
	/** An undecided test on a loop's counter was taken in this pass. */
	counterGuess: boolean;
}

export function emptyState(): State {
	const token = {};
	const owned = <K, V>(): Owned<K, V> => ({ owner: token, map: new Map() });
	return {
		token,
		frames: owned(),
		heap: owned(),
		facts: owned(),
		bindings: owned(),
		conditions: [],
		certain: true,
		counterGuess: false,
	};
}

export function fork(state: State): State {
	state.token = {};
	return { ...state, token: {} };
}

function writable<K, V>(state: State, owned: Owned<K, V>): Owned<K, V> {
	return owned.owner === state.token ? owned : { owner: state.token, map: new Map(owned.map) };
}

// --- variables

export function getVar(state: State, frame: FrameId, name: string): Value | undefined {
	return state.frames.map.get(frame)?.map.get(name);
}

export function setVar(state: State, frame: FrameId, name: string, value: Value): void {
	const current = state.frames.map.get(frame);
	if (current?.map.get(name) === value) return;
	state.frames = writable(state, state.frames);
	const vars = current ? writable(state, current) : { owner: state.token, map: new Map<string, Value>() };
	vars.map.set(name, value);
	state.frames.map.set(frame, vars);
}

export function deleteVar(state: State, frame: FrameId, name: string): void {
	const current = state.frames.map.get(frame);
	if (!current?.map.has(name)) return;
	state.frames = writable(state, state.frames);
	const vars = writable(state, current);
	vars.map.delete(name);
	state.frames.map.set(frame, vars);
}

export function dropFrame(state: State, frame: FrameId): void {
	if (!state.frames.map.has(frame)) return;
	state.frames = writable(state, state.frames);
	state.frames.map.delete(frame);
}

/** Every variable of a frame. */
export function frameVars(state: State, frame: FrameId): ReadonlyMap<string, Value> {
	return state.frames.map.get(frame)?.map ?? new Map();
}

// --- heap

export function getObject(state: State, id: ObjId): HeapObject | undefined {
	return state.heap.map.get(id);
}

export function setObject(state: State, id: ObjId, object: HeapObject): void {
	state.heap = writable(state, state.heap);
	state.heap.map.set(id, object);
}

export function getCore(state: State, id: ObjId): CoreObject {
	const object = state.heap.map.get(id);
	if (object?.t !== "core") throw new Error(`no core ${id}`);
	return object;
}

// --- facts and bindings

export function getFact(state: State, id: string): Fact {
	return state.facts.map.get(id) ?? NO_FACT;
}

export function setFact(state: State, id: string, fact: Fact): void {
	state.facts = writable(state, state.facts);
	state.facts.map.set(id, fact);
}

export function bind(state: State, id: string, value: Value): void {
	state.bindings = writable(state, state.bindings);
	state.bindings.map.set(id, value);
}

/** What an unknown is known to be by now; anything else is itself. */
export function resolve(state: State, value: Value): Value {
	const id = unknownId(value);
	if (id === undefined) return value;
	const bound = state.bindings.map.get(id);
	if (bound) return bound;
	return state.facts.map.get(id)?.none ? NONE : value;
}

/** The name under which facts and bindings of a value are kept: unknowns, and names of other modules. */
export function unknownId(value: Value): string | undefined {
	if (value.k === "symbol") return value.id;
	return value.k === "external" ? `@${value.name}` : undefined;
}

// --- joining

/** Fewer states that say the same: equal ones become one; past the soft bound, those that agree on every model do. */
export function merge(states: readonly State[], site: string): State[] {
	if (states.length < 2) return [...states];
	const distinct: State[] = [];
	for (const state of states) {
		const twin = distinct.find((other) => sameWorld(other, state));
		if (twin) forgetDifferences(twin, state);
		else distinct.push(state);
	}
	if (distinct.length <= SOFT_STATES) return distinct;
	const joined: State[] = [];
	for (const state of distinct) {
		const twin = joined.find((other) => sameModels(other, state));
		if (twin) joinPlain(twin, state, site);
		else joined.push(state);
	}
	if (joined.length > HARD_STATES) throw new BoundExceeded(`more than ${HARD_STATES} states`);
	return joined;
}

/** Same variables, heap and bindings; what is known of unknowns may differ. */
function sameWorld(a: State, b: State): boolean {
	return (
		a.certain === b.certain &&
		a.counterGuess === b.counterGuess &&
		sameOwned(a.frames, b.frames, (x, y) => sameOwned(x, y, sameValue)) &&
		sameOwned(a.bindings, b.bindings, sameValue) &&
		sameOwned(a.heap, b.heap, sameObject)
	);
}

/** Same world up to plain values of variables. */
function sameModels(a: State, b: State): boolean {
	const plainOrSame = (x: Value, y: Value): boolean => (isPlain(x) && isPlain(y)) || sameValue(x, y);
	return (
		a.certain === b.certain &&
		sameOwned(a.frames, b.frames, (x, y) => overlaps(x.map, y.map, plainOrSame)) &&
		overlaps(a.bindings.map, b.bindings.map, plainOrSame) &&
		sameOwned(a.heap, b.heap, (x, y) => sameObject(x, y) || samePlainObject(x, y, plainOrSame))
	);
}

/** Entries of one side only must be plain. */
function overlaps(
	a: ReadonlyMap<string, Value>,
	b: ReadonlyMap<string, Value>,
	same: (x: Value, y: Value) => boolean,
): boolean {
	for (const [key, value] of a) {
		const other = b.get(key);
		if (other ? !same(value, other) : !isPlain(value)) return false;
	}
	for (const [key, value] of b) if (!a.has(key) && !isPlain(value)) return false;
	return true;
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
	intersectFacts(into, from);
	into.conditions = commonConditions(into.conditions, from.conditions);
	if (into.heap.map !== from.heap.map) joinHistories(into, from);
}

function joinPlain(into: State, from: State, site: string): void {
	for (const [frame, vars] of [...into.frames.map]) {
		const others = from.frames.map.get(frame);
		if (!others || others.map === vars.map) continue;
		for (const [name, value] of [...vars.map]) {
			const other = others.map.get(name);
			if (!other || !sameValue(value, other)) setVar(into, frame, name, symbol(`join:${site}:${frame}:${name}`));
		}
	}
	for (const [id, value] of [...into.bindings.map]) {
		const other = from.bindings.map.get(id);
		if (!other || !sameValue(value, other)) {
			into.bindings = writable(into, into.bindings);
			into.bindings.map.delete(id);
		}
	}
	for (const [id, object] of [...into.heap.map]) {
		const other = from.heap.map.get(id);
		if (other && other !== object && !sameObject(object, other))
			setObject(into, id, joinObject(object, other, `${site}:${id}`));
	}
	into.counterGuess ||= from.counterGuess;
	intersectFacts(into, from);
	into.conditions = commonConditions(into.conditions, from.conditions);
}

function intersectFacts(into: State, from: State): void {
	if (into.facts.map === from.facts.map) return;
	const kept = new Map<string, Fact>();
	for (const [id, fact] of into.facts.map) {
		const other = from.facts.map.get(id);
		if (!other) continue;
		kept.set(id, {
			truth: fact.truth === other.truth ? fact.truth : undefined,
			none: fact.none === other.none ? fact.none : undefined,
			equals: fact.equals === other.equals ? fact.equals : undefined,
			differs: fact.differs.filter(
				(value) => other.differs.includes(value) || (other.equals !== undefined && other.equals !== value),
			),
		});
	}
	into.facts = { owner: into.token, map: kept };
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

// --- equality of objects

function sameObject(a: HeapObject, b: HeapObject): boolean {
	if (a === b) return true;
	switch (a.t) {
		case "core":
			return b.t === "core" && sameCore(a, b);
		case "instance":
			return b.t === "instance" && a.cls === b.cls && a.core === b.core && sameMap(a.fields, b.fields);
		case "class":
			return b.t === "class" && a.def === b.def && sameMap(a.attributes, b.attributes);
		case "trainer":
			return b.t === "trainer" && a.api === b.api && sameValue(a.model, b.model) && sameMap(a.fields, b.fields);
		case "optimizer":
			return b.t === "optimizer" && a.cores.join() === b.cores.join();
		case "config":
			return b.t === "config" && a.view === b.view;
		case "list":
			return b.t === "list" && a.open === b.open && sameItems(a.items, b.items);
		case "dict":
			return b.t === "dict" && a.open === b.open && sameMap(a.entries, b.entries);
		case "accelerator":
			return b.t === "accelerator";
	}
}

function samePlainObject(a: HeapObject, b: HeapObject, same: (x: Value, y: Value) => boolean): boolean {
	if (a.t === "instance" && b.t === "instance")
		return a.cls === b.cls && a.core === b.core && overlaps(a.fields, b.fields, same);
	if (a.t === "list" && b.t === "list") return a.items.every(isPlain) && b.items.every(isPlain);
	if (a.t === "dict" && b.t === "dict") return [...a.entries.values(), ...b.entries.values()].every(isPlain);
	return a.t === "config" && b.t === "config";
}

function joinObject(a: HeapObject, b: HeapObject, site: string): HeapObject {
	if (a.t === "instance" && b.t === "instance") {
		const fields = new Map(a.fields);
		for (const [name, value] of fields) {
			const other = b.fields.get(name);
			if (!other || !sameValue(value, other)) fields.set(name, symbol(`join:${site}:${name}`));
		}
		for (const name of b.fields.keys()) if (!fields.has(name)) fields.set(name, symbol(`join:${site}:${name}`));
		return { ...a, fields };
	}
	if (a.t === "list") return { t: "list", items: [], open: true };
	if (a.t === "dict") return { t: "dict", entries: new Map(), open: true };
	return a;
}

function sameCore(a: CoreObject, b: CoreObject): boolean {
	return (
		a.known === b.known &&
		a.merged === b.merged &&
		a.frozen === b.frozen &&
		a.instance === b.instance &&
		a.quantized === b.quantized &&
		a.baked.join() === b.baked.join() &&
		a.env.join() === b.env.join() &&
		a.active?.join() === b.active?.join() &&
		a.wrappers.join() === b.wrappers.join() &&
		[...a.stale].join() === [...b.stale].join() &&
		a.adapters.length === b.adapters.length &&
		a.adapters.every((adapter, index) => sameAdapter(adapter, b.adapters[index])) &&
		sameMap(a.fields, b.fields)
	);
}

function sameAdapter(a: CoreObject["adapters"][number], b: CoreObject["adapters"][number] | undefined): boolean {
	return (
		b !== undefined &&
		(a === b ||
			(a.name === b.name &&
				a.origin === b.origin &&
				a.event === b.event &&
				a.touched === b.touched &&
				a.trainable === b.trainable &&
				a.source === b.source))
	);
}

function sameMap<K>(a: ReadonlyMap<K, Value>, b: ReadonlyMap<K, Value>): boolean {
	if (a === b) return true;
	if (a.size !== b.size) return false;
	for (const [key, value] of a) {
		const other = b.get(key);
		if (!other || !sameValue(value, other)) return false;
	}
	return true;
}

function sameItems(a: readonly Value[], b: readonly Value[]): boolean {
	return a.length === b.length && a.every((item, index) => sameValue(item, b[index] as Value));
}
