/** Handles and their paths: the algebra of docs/architecture.md, and how values become models. */
import { lookupApi } from "../catalog";
import type { Family, PathToken } from "../catalog/types";
import { PATH_STEPS } from "./bounds";
import type { EventId, PathStep } from "./graph";
import type { CoreObject } from "./heap";
import { type Machine, textOf } from "./machine";
import { bind, getObject, resolve, type State, setObject } from "./state";
import type { ExternalValue, HandleValue, ObjId, RefValue, SymbolValue, Value } from "./values";

export const UNKNOWN_STEP: PathStep = { token: "?", event: undefined, turn: "" };

const ENVIRONMENT: readonly string[] = ["_orig_mod", "module", "_fsdp_wrapped_module"];

/** Some step of the path is PEFT's own wrapper or its tuner. */
export function isPeftPath(path: readonly PathStep[]): boolean {
	return path.some((step) => step.token === "P" || step.token === "T");
}

export function refineToPeft(path: readonly PathStep[]): readonly PathStep[] {
	return path[0]?.token === "P" ? path : [{ token: "P", event: undefined, turn: "" }, ...path];
}

export function wrapPath(path: readonly PathStep[], token: PathToken, event: EventId, turn = ""): readonly PathStep[] {
	return [{ token, event, turn }, ...path].slice(0, PATH_STEPS);
}

/** What the outermost wrapper wraps. */
export function inside(path: readonly PathStep[]): readonly PathStep[] {
	return path[0]?.token === "?" ? path : path.slice(1);
}

/** Takes compile and distribution wrappers off the outside. */
export function stripEnvironment(path: readonly PathStep[]): readonly PathStep[] {
	let index = 0;
	while (index < path.length && ENVIRONMENT.includes(path[index]?.token ?? "")) index++;
	return markPrepared(path.slice(index), undefined);
}

/** Around a PeftModel that was prepared there may be one wrapper more, or none: the path stays as it is. */
export function markPrepared(path: readonly PathStep[], event: EventId | undefined): readonly PathStep[] {
	const [outermost, ...rest] = path;
	if (outermost?.token !== "P" || outermost.prepared === event) return path;
	return [{ ...outermost, prepared: event }, ...rest];
}

export interface NewCore {
	readonly label: string;
	readonly family: Family;
	readonly created: EventId | undefined;
	readonly quantized?: CoreObject["quantized"];
	readonly instance?: ObjId;
	/** False: what was injected before we saw it is unknown. */
	readonly known?: boolean;
}

export function allocateCore(state: State, id: ObjId, core: NewCore, machine: Machine): HandleValue {
	const number = machine.recorder.core(id, { created: core.created, label: core.label, family: core.family });
	setObject(state, id, {
		t: "core",
		number,
		family: core.family,
		adapters: [],
		active: [],
		known: core.known ?? true,
		merged: false,
		baked: [],
		frozen: false,
		frozenBy: undefined,
		quantized: core.quantized ?? "none",
		env: [],
		wrappers: [],
		history: core.created === undefined ? [] : [core.created],
		stale: new Map(),
		turns: new Map(),
		promptWrappers: [],
		instance: core.instance,
		fields: new Map(),
	});
	return { k: "handle", core: id, path: [], unloadedBy: undefined };
}

/** An unknown that was used as a model is one: from here on it has a Core, how deep inside is unknown. */
export function materialize(state: State, value: SymbolValue | ExternalValue, machine: Machine): HandleValue {
	const name = value.k === "symbol" ? value.id : `@${value.name}`;
	const id = `unknown:${name}`;
	const label = value.k === "symbol" ? readable(value.id, machine) : value.name;
	const handle = getObject(state, id)
		? ({ k: "handle", core: id, path: [], unloadedBy: undefined } as const)
		: allocateCore(state, id, { label, family: "Unknown", created: undefined }, machine);
	const open: HandleValue = { ...handle, path: [UNKNOWN_STEP] };
	bind(state, name, open);
	return open;
}

/** What a person would call an unknown: the parameter or the call it came from, with the attributes on the way. */
function readable(id: string, machine: Machine): string {
	const attributes = /(?:\.[A-Za-z_]\w*)*$/.exec(id)?.[0] ?? "";
	const name = /^(?:param|free|unbound):(\w+)/.exec(id)?.[1];
	if (name !== undefined) return `${name}${attributes}`;
	const [, file = "0", at] = /^result:(?:(\d+):)?(\d+)@/.exec(id) ?? [];
	const text = textOf(machine, Number(file));
	const called = at === undefined ? undefined : /^[\w.]+/.exec(text.slice(Number(at), Number(at) + 80))?.[0];
	return called === undefined ? "a model" : `${called}(…)${attributes}`;
}

/** The value as a model, when it can be one; a call that takes a model makes it one. */
export function asModel(state: State, given: Value, machine: Machine): HandleValue | undefined {
	const value = resolve(state, given);
	switch (value.k) {
		case "handle":
			return value;
		case "symbol":
			return materialize(state, value, machine);
		case "external":
			return lookupApi(value.name) ? undefined : materialize(state, value, machine);
		case "ref":
			return asNetwork(state, value, machine);
		default:
			return undefined;
	}
}

/** The value as a model when it is known to be one already. */
export function knownModel(state: State, given: Value): HandleValue | undefined {
	const value = resolve(state, given);
	if (value.k === "handle") return value;
	if (value.k !== "ref") return undefined;
	const object = getObject(state, value.id);
	if (object?.t === "instance" && object.core)
		return { k: "handle", core: object.core, path: [], unloadedBy: undefined };
	return undefined;
}

/** An instance of a user's class that is used as a network. */
export function asNetwork(state: State, value: RefValue, machine: Machine): HandleValue | undefined {
	const object = getObject(state, value.id);
	if (object?.t !== "instance") return undefined;
	if (object.core) return { k: "handle", core: object.core, path: [], unloadedBy: undefined };
	const cls = getObject(state, object.cls);
	const label = cls?.t === "class" ? `${cls.def.name.name}()` : "object";
	const id = `net:${value.id}`;
	const core: NewCore = { label, family: "Unknown", created: undefined, instance: value.id };
	const handle = allocateCore(state, id, core, machine);
	setObject(state, value.id, { ...object, core: id });
	return handle;
}
