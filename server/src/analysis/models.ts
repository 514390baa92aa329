/** Which models the variables of a state lead to. */
import type { HeapObject } from "./heap";
import { getCore, getObject, resolve, type State } from "./state";
import type { FrameId, ObjId, Value } from "./values";

/** Frames that hold the very same variables in all states: they tell nothing apart but the condition of their models. */
export function sharedFrames(states: readonly State[]): ReadonlySet<FrameId> {
	const [first, ...others] = states;
	const shared = new Set<FrameId>();
	for (const [frame, vars] of first?.frames.map ?? [])
		if (others.every((state) => state.frames.map.get(frame)?.map === vars.map)) shared.add(frame);
	return shared;
}

/** The models that a state's variables lead to, and their condition, with Cores numbered as they are met. */
export function modelSignature(state: State, shared: ReadonlySet<FrameId>): string {
	const numbers = new Map<ObjId, number>();
	const parts: string[] = [`${state.laterPass}`];
	for (const [frame, vars] of state.frames.map) {
		if (shared.has(frame)) {
			for (const value of vars.map.values()) if (value.k === "handle") coreNumber(numbers, value.core);
			continue;
		}
		for (const [name, value] of vars.map) {
			const model = describeModels(state, value, numbers);
			if (model !== undefined) parts.push(`${frame}.${name}=${model}`);
		}
	}
	for (const [name, value] of [...state.bindings.map, ...state.slots.map]) {
		const model = describeModels(state, value, numbers);
		if (model !== undefined) parts.push(`${name}=${model}`);
	}
	// What a module holds is reached through none of these variables.
	for (const [id, object] of state.heap.map)
		if (object.t === "core" && state.base.heap.has(id)) coreNumber(numbers, id);
	for (const [id, number] of numbers) parts.push(`#${number}:${coreCondition(state, id)}`);
	return parts.sort().join(";");
}

/** How many objects lie on the way to a model at most. */
const DEPTH = 4;

/** Some way through objects, containers and closures leads from the value to a model. */
export function leadsToModel(state: State, given: Value): boolean {
	const seen = new Set<HeapObject>();
	let level: readonly Value[] = [given];
	for (let depth = 0; depth <= DEPTH + 1 && level.length > 0; depth++) {
		const next: Value[] = [];
		for (const one of level) {
			const value = resolve(state, one);
			if (value.k === "handle") return true;
			const object = value.k === "ref" ? getObject(state, value.id) : undefined;
			if (object?.t === "optimizer" ? object.cores.length > 0 : object?.t === "instance" && object.core) return true;
			if (object && seen.has(object)) continue;
			if (object) seen.add(object);
			next.push(...within(value, object));
		}
		level = next;
	}
	return false;
}

/** A description of the models a value leads to; undefined when it leads to none. */
export function describeModels(
	state: State,
	given: Value,
	numbers: Map<ObjId, number> = new Map(),
): string | undefined {
	return leadsToModel(state, given) ? describe(state, given, numbers, 0) : undefined;
}

function describe(state: State, given: Value, numbers: Map<ObjId, number>, depth: number): string | undefined {
	const value = resolve(state, given);
	if (value.k === "handle")
		return `${coreNumber(numbers, value.core)}:${value.path.map((step) => step.token).join("/")}`;
	if (depth > DEPTH) return undefined;
	const object = value.k === "ref" ? getObject(state, value.id) : undefined;
	if (object?.t === "optimizer") return object.cores.map((core) => `o${coreNumber(numbers, core)}`).join() || undefined;
	const own = object?.t === "instance" && object.core ? `n${coreNumber(numbers, object.core)}` : undefined;
	const found = within(value, object).map((one) => describe(state, one, numbers, depth + 1) ?? "");
	const inner = found.some((one) => one !== "") ? `(${found.join(",")})` : undefined;
	return own === undefined ? inner : `${own}${inner ?? ""}`;
}

const NOTHING: readonly Value[] = [];
const insides = new WeakMap<HeapObject, readonly Value[]>();

/** What a value holds that may lead to a model, in an order that is the same in every state. */
function within(value: Value, object: HeapObject | undefined): readonly Value[] {
	switch (value.k) {
		case "tuple":
			return value.items;
		case "partial":
			return value.args;
		case "function":
			return value.self || value.defaults
				? [...(value.self ? [value.self] : []), ...(value.defaults?.values() ?? [])]
				: NOTHING;
		case "method":
		case "native":
			return [value.self];
		case "ref": {
			if (!object) return NOTHING;
			let inside = insides.get(object);
			if (!inside) {
				inside = heldBy(object);
				insides.set(object, inside);
			}
			return inside;
		}
		default:
			return NOTHING;
	}
}

function heldBy(object: HeapObject): readonly Value[] {
	switch (object.t) {
		case "trainer":
			return [object.model];
		// Places tell models apart: constants keep theirs where there is anything else.
		case "list":
			return object.items.every(isConstant) ? NOTHING : object.items;
		case "dict":
			return [...object.entries.values()].every(isConstant) ? NOTHING : [...object.entries.values()];
		case "generator":
			return [...object.args.positional, ...object.args.keywords.values()];
		case "instance":
			return [...object.fields].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, field]) => field);
		default:
			return NOTHING;
	}
}

function isConstant(value: Value): boolean {
	return value.k === "constant";
}

function coreNumber(numbers: Map<ObjId, number>, id: ObjId): number {
	const known = numbers.get(id);
	if (known !== undefined) return known;
	numbers.set(id, numbers.size);
	return numbers.size - 1;
}

/** Whether all of it is known is not part of it: joined with one that is not, it is not. */
export function coreCondition(state: State, id: ObjId): string {
	const core = getCore(state, id);
	const adapters = core.adapters.map((a) => `${a.name}/${a.origin}/${a.touched}/${a.trainable}`).sort();
	return `${adapters.join()}|${core.active}|${core.merged}|${core.baked.length}|${core.frozen}|${core.wrappers.length}`;
}
