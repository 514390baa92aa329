/**
 * One abstract state of a program: variables, heap, path facts. A state is mutable for its one owner; `fork` gives an
 * independent copy and shares everything until one side writes (copy on write, by owner tokens).
 */
import type { Stmt } from "../syntax/facts";
import type { Condition } from "./graph";
import type { CoreObject, HeapObject } from "./heap";
import { type Constant, type FrameId, keyOf, NONE, type ObjId, type Value } from "./values";

/** What is known of an unknown on this path. */
export interface Fact {
	readonly truth: boolean | undefined;
	readonly none: boolean | undefined;
	/** One of these constants; a single one is what it equals. */
	readonly oneOf: readonly Constant[] | undefined;
	readonly differs: readonly Constant[];
	/** What comparisons with numbers say of it. */
	readonly range: Range | undefined;
}

export interface Range {
	readonly low: Bound | undefined;
	readonly high: Bound | undefined;
}

export interface Bound {
	readonly value: number;
	/** The number itself is not meant. */
	readonly open: boolean;
	/** The statement whose test said so. */
	readonly at: Stmt | undefined;
}

export const NO_FACT: Fact = { truth: undefined, none: undefined, oneOf: undefined, differs: [], range: undefined };

/** A map with one owner; others that share it copy it before they write. */
export interface Owned<K, V> {
	owner: object;
	readonly map: Map<K, V>;
}

/** What imported modules left behind: under every state, which may have its own version of any of it. */
export interface Base {
	frames: ReadonlyMap<FrameId, ReadonlyMap<string, Value>>;
	heap: ReadonlyMap<ObjId, HeapObject>;
	bindings: ReadonlyMap<string, Value>;
	/** What their top levels made sure of: `assert not (LORA and RESUME)`. */
	facts: ReadonlyMap<string, Fact>;
	clauses: readonly Clause[];
	/** Containers that were left empty by the top level that made them: others fill them. */
	registries: ReadonlySet<ObjId>;
}

export interface State {
	token: object;
	readonly base: Base;
	frames: Owned<FrameId, Owned<string, Value>>;
	heap: Owned<ObjId, HeapObject>;
	facts: Owned<string, Fact>;
	/** Unknowns that turned out to be models. */
	bindings: Owned<string, Value>;
	/** Attributes and items set on unknowns, by their name (`args.resume`). */
	slots: Owned<string, Value>;
	/** Undecided tests that were taken one way on this path. */
	conditions: readonly Condition[];
	/** Guesses that this path leans on; what is found on it is not certain. */
	guesses: readonly Condition[];
	/** Guesses about a loop's counter: they hold for this pass, and are guesses for what comes after it. */
	passGuesses: readonly Condition[];
	/** In a second or later pass of a loop: which one is not known. */
	laterPass: boolean;
	/** Alternatives of which at least one holds: what `not (a and b)` leaves behind. */
	clauses: readonly Clause[];
	/** Keys of what was changed since: the facts and clauses of the base do not hold for it. */
	changed: readonly string[];
}

/** At least one of the values has the truth beside it. */
export type Clause = readonly { readonly value: Value; readonly truth: boolean }[];

export function emptyBase(): Base {
	return {
		frames: new Map(),
		heap: new Map(),
		bindings: new Map(),
		facts: new Map(),
		clauses: [],
		registries: new Set(),
	};
}

export function emptyState(base: Base): State {
	const token = {};
	const owned = <K, V>(): Owned<K, V> => ({ owner: token, map: new Map() });
	return {
		token,
		base,
		frames: owned(),
		heap: owned(),
		facts: owned(),
		bindings: owned(),
		slots: owned(),
		conditions: [],
		guesses: [],
		passGuesses: [],
		laterPass: false,
		clauses: [],
		changed: [],
	};
}

export function fork(state: State): State {
	state.token = {};
	return { ...state, token: {} };
}

/** Puts what the state holds under all states. */
export function commit(state: State): void {
	const { base } = state;
	const frames = [...state.frames.map].map(
		([frame, vars]) => [frame, new Map([...(base.frames.get(frame) ?? []), ...vars.map])] as const,
	);
	base.frames = new Map([...base.frames, ...frames]);
	base.heap = new Map([...base.heap, ...state.heap.map]);
	base.bindings = new Map([...base.bindings, ...state.bindings.map]);
	base.facts = new Map([...base.facts, ...state.facts.map]);
	base.clauses = [...base.clauses, ...state.clauses];
}

function writable<K, V>(state: State, owned: Owned<K, V>): Owned<K, V> {
	return owned.owner === state.token ? owned : { owner: state.token, map: new Map(owned.map) };
}

// --- variables

export function getVar(state: State, frame: FrameId, name: string): Value | undefined {
	const own = state.frames.map.get(frame);
	return own ? own.map.get(name) : state.base.frames.get(frame)?.get(name);
}

export function setVar(state: State, frame: FrameId, name: string, value: Value): void {
	if (getVar(state, frame, name) === value) return;
	ownVars(state, frame).set(name, value);
}

/** The variables of a frame, for this state alone to write. */
function ownVars(state: State, frame: FrameId): Map<string, Value> {
	const current = state.frames.map.get(frame);
	state.frames = writable(state, state.frames);
	const vars = current
		? writable(state, current)
		: { owner: state.token, map: new Map(state.base.frames.get(frame) ?? []) };
	state.frames.map.set(frame, vars);
	return vars.map;
}

export function deleteVar(state: State, frame: FrameId, name: string): void {
	if (getVar(state, frame, name) !== undefined) ownVars(state, frame).delete(name);
}

export function dropFrame(state: State, frame: FrameId): void {
	if (!state.frames.map.has(frame)) return;
	state.frames = writable(state, state.frames);
	state.frames.map.delete(frame);
}

/** Every variable of a frame. */
export function frameVars(state: State, frame: FrameId): ReadonlyMap<string, Value> {
	return state.frames.map.get(frame)?.map ?? state.base.frames.get(frame) ?? new Map();
}

// --- heap

export function getObject(state: State, id: ObjId): HeapObject | undefined {
	return state.heap.map.get(id) ?? state.base.heap.get(id);
}

export function setObject(state: State, id: ObjId, object: HeapObject): void {
	state.heap = writable(state, state.heap);
	state.heap.map.set(id, object);
}

export function getCore(state: State, id: ObjId): CoreObject {
	const object = getObject(state, id);
	if (object?.t !== "core") throw new Error(`no core ${id}`);
	return object;
}

// --- facts and bindings

export function getFact(state: State, id: string): Fact {
	return state.facts.map.get(id) ?? factBelow(state, id) ?? NO_FACT;
}

function factBelow(state: State, id: string): Fact | undefined {
	const fact = state.base.facts.size === 0 ? undefined : state.base.facts.get(id);
	return fact && !isChanged(state, id) ? fact : undefined;
}

function isChanged(state: State, id: string): boolean {
	return state.changed.some((key) => id.includes(key));
}

/** Alternatives of which at least one holds, those that the imported modules made sure of included. */
export function clausesOf(state: State): readonly Clause[] {
	const { clauses } = state.base;
	if (clauses.length === 0) return state.clauses;
	return [...clauses.filter((clause) => !clause.some(({ value }) => isChanged(state, keyOf(value)))), ...state.clauses];
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
	const bound = state.bindings.map.get(id) ?? state.base.bindings.get(id);
	if (bound) return bound;
	return getFact(state, id).none ? NONE : value;
}

/** The name under which facts and bindings of a value are kept: unknowns, and names of other modules. */
export function unknownId(value: Value): string | undefined {
	if (value.k === "symbol") return value.id;
	return value.k === "external" ? `@${value.name}` : undefined;
}

/** Forgets what was known of everything computed from the object or unknown with this key: it was changed. */
export function forgetAbout(state: State, key: string): void {
	const stale = [...state.facts.map.keys()].filter((id) => id.includes(key));
	if (stale.length > 0) {
		state.facts = writable(state, state.facts);
		for (const id of stale) state.facts.map.delete(id);
	}
	state.clauses = state.clauses.filter((clause) => !clause.some(({ value }) => keyOf(value).includes(key)));
	const { facts, clauses } = state.base;
	if (facts.size + clauses.length > 0 && !state.changed.includes(key)) state.changed = [...state.changed, key];
}

/** Forgets the attributes and items that were set on an unknown. */
export function dropSlots(state: State, prefix: string): void {
	dropSlotsWhere(state, (name) => name.startsWith(prefix));
}

export function dropSlotsWhere(state: State, isStale: (name: string) => boolean): void {
	const stale = [...state.slots.map.keys()].filter(isStale);
	if (stale.length === 0) return;
	state.slots = writable(state, state.slots);
	for (const name of stale) state.slots.map.delete(name);
}
