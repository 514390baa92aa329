/** Attributes of models: other ways to the same network, methods of the catalogue, and what was set on it. */
import { lookupAttribute, lookupMethod } from "../catalog";
import type { MethodSpec, Receiver } from "../catalog/types";
import type { PathStep } from "./graph";
import { inside, isPeftPath, markPrepared, refineToPeft } from "./handles";
import type { CoreObject } from "./heap";
import { getCore, getObject, resolve, type State, setObject } from "./state";
import { UNNAMED } from "./transitions";
import { computed } from "./truth";
import type { Constant, HandleValue, Value } from "./values";

/** Methods that only a PeftModel (or its tuner) has: calling one says what the receiver is. */
export const ONLY_PEFT: readonly string[] = ["merge_and_unload"];
/** The same of what is asked for by `hasattr`, or entered as a context. */
export const TELLING: readonly string[] = [...ONLY_PEFT, "disable_adapter"];

export function receiverOf(core: CoreObject, path: readonly PathStep[]): Receiver {
	switch (path[0]?.token) {
		case "P":
			return "peft-model";
		case "T":
			return "tuner";
		case undefined:
			return core.family === "Diffusion" ? "diffusion" : "core";
		case "0.auto_model":
			return "sentence-transformer";
		default:
			return "any-model";
	}
}

/** A wrapper hands on what it does not know to what it wraps. */
const FORWARDS: Partial<Record<Receiver, readonly Receiver[]>> = {
	"peft-model": ["peft-model", "core"],
	tuner: ["tuner", "core"],
};

export function modelMethod(receiver: Receiver, name: string): MethodSpec | undefined {
	for (const on of FORWARDS[receiver] ?? [receiver]) {
		const spec = lookupMethod(on, name);
		if (spec) return spec;
	}
	return undefined;
}

export function handleAttribute(state: State, handle: HandleValue, name: string): Value {
	const core = getCore(state, handle.core);
	const outer = handle.path[0]?.token;
	const set = core.fields.get(`${outer ?? ""}.${name}`);
	if (set) return resolve(state, set);
	const receiver = receiverOf(core, handle.path);
	const attribute = lookupAttribute(receiver, name);
	if (attribute) {
		const led = follow(handle, core, attribute.leads, name);
		if (led) return led;
	}
	if (outer === "?" && ONLY_PEFT.includes(name)) {
		const spec = modelMethod("peft-model", name);
		if (spec) return { k: "method", self: { ...handle, path: refineToPeft(handle.path) }, spec };
	}
	const spec = modelMethod(receiver, name);
	if (spec) return { k: "method", self: handle, spec };
	// What accelerate or deepspeed prepared may hold the model under this name, and is not told from it.
	if (name === "module" && core.env.includes("prepared"))
		return { ...handle, path: markPrepared(handle.path, undefined) };
	if (outer === "?" && lookupMethod("peft-model", name)) return { k: "native", self: handle, name };
	if (PEFT_ONLY_NAMES.includes(name) && handleHas(state, handle, name) === false)
		return { k: "native", self: handle, name };
	return ownAttribute(state, handle, core, name);
}

function follow(
	handle: HandleValue,
	core: CoreObject,
	leads: "tuner" | "inside" | "strip" | "model",
	name: string,
): Value | undefined {
	const { path } = handle;
	switch (leads) {
		case "tuner":
			return isPromptLearning(core, path) ? { ...handle, path: inside(path) } : { ...handle, path: asTuner(path) };
		case "inside":
			return { ...handle, path: inside(path), unloadedBy: undefined };
		case "strip":
			return path[0]?.token === name ? { ...handle, path: path.slice(1) } : undefined;
		case "model":
			return undefined;
	}
}

/** A prompt-learning wrapper has no tuner: its base_model is the network. */
function isPromptLearning(core: CoreObject, path: readonly PathStep[]): boolean {
	const made = path[0]?.event;
	return made !== undefined && core.promptWrappers.includes(made);
}

function asTuner(path: readonly PathStep[]): readonly PathStep[] {
	return [{ token: "T", event: path[0]?.event, turn: path[0]?.turn ?? "" }, ...path.slice(1)];
}

/** Something of the network itself: the user's field where it is a user's object, else an unknown named after it. */
function ownAttribute(state: State, handle: HandleValue, core: CoreObject, name: string): Value {
	const instance = core.instance ? getObject(state, core.instance) : undefined;
	const field = instance?.t === "instance" ? instance.fields.get(name) : undefined;
	if (field) return resolve(state, field);
	if (name === "peft_config" && (core.adapters.length > 0 || isPeftPath(handle.path)))
		return adapterConfigs(state, handle, core);
	return resolve(state, computed(`{${handle.core}}.${name}`));
}

/** `model.peft_config` of a model with adapters: a dict that holds something under each name. */
function adapterConfigs(state: State, handle: HandleValue, core: CoreObject): Value {
	const id = `configs:${handle.core}`;
	const entries = new Map<Constant, Value>();
	for (const { name } of core.adapters)
		if (name !== UNNAMED) entries.set(name, computed(`{${handle.core}}.peft_config[${JSON.stringify(name)}]`));
	setObject(state, id, { t: "dict", entries, open: true, nonEmpty: true });
	return { k: "ref", id };
}

export function setHandleAttribute(state: State, handle: HandleValue, name: string, value: Value): void {
	const core = getCore(state, handle.core);
	const fields = new Map(core.fields).set(`${handle.path[0]?.token ?? ""}.${name}`, value);
	// What is put into a network may be a layer, with gradients of its own.
	const frozen = core.frozen === true && mayBeLayer(name, value) ? "unknown" : core.frozen;
	setObject(state, handle.core, { ...core, fields, frozen });
}

function mayBeLayer(name: string, value: Value): boolean {
	return (value.k === "symbol" || value.k === "ref") && !/config|token|device|dtype|state_dict/.test(name);
}

const PEFT_ONLY_NAMES: readonly string[] = [
	"merge_and_unload",
	"unload",
	"get_base_model",
	"print_trainable_parameters",
	"merge_adapter",
	"disable_adapter",
	"add_weighted_adapter",
];
const PEFT_NAMES: readonly string[] = [
	"base_model",
	"active_adapter",
	"active_adapters",
	"modules_to_save",
	"peft_type",
];

/** Whether an attribute is there, where that is certain. */
export function handleHas(state: State, handle: HandleValue, name: string): boolean | undefined {
	const core = getCore(state, handle.core);
	const outer = handle.path[0]?.token;
	if (outer === "?") return undefined;
	if (name === "peft_config") {
		if (outer === "P" || outer === "T" || core.adapters.length > 0) return true;
		return core.known && core.family !== "Unknown" ? false : undefined;
	}
	if (outer === "T" && name === "model") return true;
	if (
		outer === "P" &&
		(PEFT_ONLY_NAMES.includes(name) || PEFT_NAMES.includes(name) || lookupMethod("peft-model", name))
	)
		return true;
	if (outer === undefined && core.family !== "Unknown" && PEFT_ONLY_NAMES.includes(name)) return false;
	if (name === "module" && handle.path[0]?.prepared !== undefined) return undefined;
	if (name === "module" || name === "_orig_mod")
		return outer === name ? true : core.family === "Unknown" ? undefined : false;
	return undefined;
}
