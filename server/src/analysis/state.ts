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
	/** Unknowns that turned out to be models. */
	bindings: Owned<string, Value>;
	/** Attributes and items set on unknowns, by their name (`args.resume`). */
	slots: Owned<string, Value>;
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
		slots: owned(),
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

export function getSlot(state: State, name: string): Value | undefined {
	return state.slots.map.get(name);
}

export function setSlot(state: State, name: string, value: Value): void {
	state.slots = writable(state, state.slots);
	state.slots.map.set(name, value);
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

/** Same variables, heap and bindings; what is known of unknowns may differ. */
function sameWorld(a: State, b: State): boolean {
	return (
		a.certain === b.certain &&
		a.counterGuess === b.counterGuess &&
		sameOwned(a.frames, b.frames, (x, y) => sameOwned(x, y, sameValue)) &&
		sameOwned(a.bindings, b.bindings, sameValue) &&
		sameOwned(a.slots, b.slots, sameValue) &&
		sameOwned(a.heap, b.heap, sameObject)
	);
}

/**
 * The two differ only in values of which no test could make sense: unknowns, numbers, names of other modules, containers
 * of such. Flags (booleans, strings, None) keep states apart, since later branches may ask for them.
 */
function differsInUnknowns(a: State, b: State): boolean {
	if (a.certain !== b.certain || a.counterGuess !== b.counterGuess) return false;
	if (!sameOwned(a.bindings, b.bindings, sameValue)) return false;
	const agree = (x: Value | undefined, y: Value | undefined): boolean =>
		x !== undefined && y !== undefined && sameValue(x, y) ? true : isForgettable(a, x) && isForgettable(b, y);
	return (
		agreeOwned(a.frames, b.frames, (x, y) => x !== undefined && y !== undefined && agreeOwned(x, y, agree)) &&
		agreeOwned(a.slots, b.slots, agree) &&
		agreeOwned(a.heap, b.heap, (x, y) => agreeObjects(x, y, agree))
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
	return (object?.t === "list" || object?.t === "dict") && leadsToModel(state, value) === undefined;
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

/** Both lead to the same models: `into` stands for the two. */
function joinPlain(into: State, from: State, site: string): void {
	const differ = (value: Value, other: Value | undefined): boolean => {
		if (other === undefined) return leadsToModel(into, value) === undefined;
		return !sameValue(value, other) && leadsToModel(into, value) === undefined;
	};
	for (const [frame, vars] of [...into.frames.map]) {
		const others = from.frames.map.get(frame);
		if (others?.map === vars.map) continue;
		for (const [name, value] of [...vars.map])
			if (differ(value, others?.map.get(name))) setVar(into, frame, name, symbol(`join:${site}:${frame}:${name}`));
	}
	for (const [name, value] of [...into.slots.map])
		if (differ(value, from.slots.map.get(name))) setSlot(into, name, symbol(`join:${site}:${name}`));
	for (const [name, value] of from.slots.map)
		if (!into.slots.map.has(name) && isPlain(value)) setSlot(into, name, symbol(`join:${site}:${name}`));
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

function joinObject(a: HeapObject, b: HeapObject, site: string): HeapObject {
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

// --- what leads to a model

/** Frames that hold the very same variables in all states: they tell nothing apart but the condition of their models. */
function sharedFrames(states: readonly State[]): ReadonlySet<FrameId> {
	const [first, ...others] = states;
	const shared = new Set<FrameId>();
	for (const [frame, vars] of first?.frames.map ?? [])
		if (others.every((state) => state.frames.map.get(frame)?.map === vars.map)) shared.add(frame);
	return shared;
}

/** The models that a state's variables lead to, and their condition, with Cores numbered as they are met. */
function modelSignature(state: State, shared: ReadonlySet<FrameId>): string {
	const numbers = new Map<ObjId, number>();
	const parts: string[] = [`${state.certain}`];
	for (const [frame, vars] of state.frames.map) {
		if (shared.has(frame)) {
			for (const value of vars.map.values()) if (value.k === "handle") coreNumber(numbers, value.core);
			continue;
		}
		for (const [name, value] of vars.map) {
			const model = leadsToModel(state, value, numbers);
			if (model !== undefined) parts.push(`${frame}.${name}=${model}`);
		}
	}
	for (const [name, value] of [...state.bindings.map, ...state.slots.map]) {
		const model = leadsToModel(state, value, numbers);
		if (model !== undefined) parts.push(`${name}=${model}`);
	}
	for (const [id, number] of numbers) parts.push(`#${number}:${coreCondition(state, id)}`);
	return parts.sort().join(";");
}

const SIGNATURE_DEPTH = 4;

/** A description of the models a value leads to; undefined when it leads to none. */
export function leadsToModel(
	state: State,
	given: Value,
	numbers: Map<ObjId, number> = new Map(),
	depth = 0,
): string | undefined {
	const value = resolve(state, given);
	if (value.k === "handle")
		return `${coreNumber(numbers, value.core)}:${value.path.map((step) => step.token).join("/")}`;
	if (depth > SIGNATURE_DEPTH) return undefined;
	const inner = (values: Iterable<Value>): string | undefined => {
		const found = [...values].map((one) => leadsToModel(state, one, numbers, depth + 1) ?? "");
		return found.some((one) => one !== "") ? `(${found.join(",")})` : undefined;
	};
	switch (value.k) {
		case "tuple":
			return inner(value.items);
		case "partial":
			return inner(value.args);
		case "function":
		case "method":
			return value.self && inner([value.self]);
		case "native":
			return inner([value.self]);
		case "ref": {
			const object = getObject(state, value.id);
			if (object?.t === "trainer") return inner([object.model]);
			if (object?.t === "list") return inner(object.items);
			if (object?.t === "dict") return inner(object.entries.values());
			if (object?.t === "optimizer")
				return object.cores.map((core) => `o${coreNumber(numbers, core)}`).join() || undefined;
			if (object?.t !== "instance") return undefined;
			if (object.core) return `n${coreNumber(numbers, object.core)}${inner(object.fields.values()) ?? ""}`;
			return inner([...object.fields.entries()].sort().map(([, field]) => field));
		}
		default:
			return undefined;
	}
}

function coreNumber(numbers: Map<ObjId, number>, id: ObjId): number {
	const known = numbers.get(id);
	if (known !== undefined) return known;
	numbers.set(id, numbers.size);
	return numbers.size - 1;
}

function coreCondition(state: State, id: ObjId): string {
	const core = getCore(state, id);
	const adapters = core.adapters.map((a) => `${a.name}/${a.origin}/${a.touched}/${a.trainable}`).sort();
	return `${adapters.join()}|${core.active}|${core.known}|${core.merged}|${core.baked.length}|${core.frozen}|${core.wrappers.length}`;
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
		case "parser":
		case "namespace":
			return b.t === a.t && a.exclusive.join("|") === b.exclusive.join("|");
		case "accelerator":
			return b.t === "accelerator";
	}
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
