/** Which models the variables of a state lead to. */
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
			const model = leadsToModel(state, value, numbers);
			if (model !== undefined) parts.push(`${frame}.${name}=${model}`);
		}
	}
	for (const [name, value] of [...state.bindings.map, ...state.slots.map]) {
		const model = leadsToModel(state, value, numbers);
		if (model !== undefined) parts.push(`${name}=${model}`);
	}
	// What a module holds is reached through none of these variables.
	for (const [id, object] of state.heap.map)
		if (object.t === "core" && state.base.heap.has(id)) coreNumber(numbers, id);
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
			return inner([...(value.self ? [value.self] : []), ...(value.defaults?.values() ?? [])]);
		case "method":
			return inner([value.self]);
		case "native":
			return inner([value.self]);
		case "ref": {
			const object = getObject(state, value.id);
			if (object?.t === "trainer") return inner([object.model]);
			if (object?.t === "list") return inner(object.items);
			if (object?.t === "dict") return inner(object.entries.values());
			if (object?.t === "optimizer")
				return object.cores.map((core) => `o${coreNumber(numbers, core)}`).join() || undefined;
			if (object?.t === "generator") return inner([...object.args.positional, ...object.args.keywords.values()]);
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

/** Whether all of it is known is not part of it: joined with one that is not, it is not. */
export function coreCondition(state: State, id: ObjId): string {
	const core = getCore(state, id);
	const adapters = core.adapters.map((a) => `${a.name}/${a.origin}/${a.touched}/${a.trainable}`).sort();
	return `${adapters.join()}|${core.active}|${core.merged}|${core.baked.length}|${core.frozen}|${core.wrappers.length}`;
}
