/** Reading and setting attributes of every kind of value. */
import { classKind, lookupAttribute, lookupMethod } from "../catalog";
import type { MethodSpec, Receiver } from "../catalog/types";
import type { DefStmt } from "../syntax/facts";
import type { ConstantView, PathStep } from "./graph";
import { inside, isPeftPath, refineToPeft } from "./handles";
import type { ClassObject, CoreObject, InstanceObject } from "./heap";
import { type Context, type Machine, NO_ARGUMENTS, type Result } from "./machine";
import { moduleAttribute, moduleFrame } from "./modules";
import { dottedName } from "./names";
import { forgetAbout, getCore, getObject, getSlot, resolve, type State, setObject, setSlot, setVar } from "./state";
import { UNNAMED } from "./transitions";
import { computed } from "./truth";
import {
	type Constant,
	constant,
	external,
	FALSE,
	type FunctionValue,
	type HandleValue,
	keyOf,
	type ObjId,
	type RefValue,
	type Value,
} from "./values";

/** `base.name`. A property of a user's class is called, so the state may fork. */
export function getAttribute(machine: Machine, state: State, given: Value, name: string, ctx: Context): Result[] {
	const base = resolve(state, given);
	switch (base.k) {
		case "external":
			return [{ state, value: resolve(state, externalAttribute(state, base.name, name)) }];
		case "handle":
			return [{ state, value: handleAttribute(state, base, name) }];
		case "ref":
			return refAttribute(machine, state, base, name, ctx);
		case "super":
			return [{ state, value: superAttribute(state, base.owner, base.self, name) }];
		case "symbol":
			return [{ state, value: symbolAttribute(state, base, name) }];
		case "module":
			return [{ state, value: resolve(state, moduleAttribute(machine, state, base.file, name)) }];
		default:
			return [{ state, value: { k: "native", self: base, name } }];
	}
}

function externalAttribute(state: State, module: string, name: string): Value {
	if (name === "TYPE_CHECKING") return FALSE;
	const value = external(`${module}.${name}`);
	return getSlot(state, keyOf(value)) ?? value;
}

/** Methods that only a PeftModel (or its tuner) has: calling one says what the receiver is. */
const ONLY_PEFT: readonly string[] = ["merge_and_unload"];

function symbolAttribute(state: State, base: Value & { k: "symbol" }, name: string): Value {
	const initial = computed(`${base.id}.${name}`);
	const own = resolve(state, getSlot(state, keyOf(initial)) ?? initial);
	if (own.k !== "symbol") return own;
	return ONLY_PEFT.includes(name) ? { k: "native", self: base, name } : own;
}

// --- models

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

function handleAttribute(state: State, handle: HandleValue, name: string): Value {
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
	if (outer === "?" && lookupMethod("peft-model", name)) return { k: "native", self: handle, name };
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
	return [{ token: "T", event: path[0]?.event }, ...path.slice(1)];
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

// --- objects

function refAttribute(machine: Machine, state: State, base: RefValue, name: string, ctx: Context): Result[] {
	const object = getObject(state, base.id);
	const plain = (value: Value): Result[] => [{ state, value: resolve(state, value) }];
	const fallback = (): Value => computed(`${keyOf(base)}.${name}`);
	switch (object?.t) {
		case "instance":
			return instanceAttribute(machine, state, base, object, name, ctx);
		case "class":
			return plain(classAttribute(state, base.id, name) ?? fallback());
		case "trainer": {
			if (name === "model") return plain(object.model);
			const own = object.fields.get(name);
			if (own) return plain(own);
			const spec = lookupMethod("trainer", name);
			return plain(spec ? { k: "method", self: base, spec } : { k: "native", self: base, name });
		}
		case "optimizer":
		case "accelerator": {
			const spec = lookupMethod(object.t, name);
			return plain(spec ? { k: "method", self: base, spec } : fallback());
		}
		case "config": {
			const value = object.view.fields[name];
			return plain(isConstant(value) ? constant(value) : fallback());
		}
		case "list":
		case "dict":
		case "parser":
			return plain({ k: "native", self: base, name });
		default:
			return plain(fallback());
	}
}

function isConstant(value: ConstantView | undefined): value is string | number | boolean | null {
	return value !== undefined && !Array.isArray(value);
}

function instanceAttribute(
	machine: Machine,
	state: State,
	self: RefValue,
	object: InstanceObject,
	name: string,
	ctx: Context,
): Result[] {
	const field = object.fields.get(name);
	if (field) return [{ state, value: resolve(state, field) }];
	const found = findMember(state, object.cls, name);
	if (found?.value.k === "function") return bindMember(machine, state, found.value, self, object.cls, ctx);
	if (found) return [{ state, value: resolve(state, found.value) }];
	const spec = inheritedMethod(state, object.cls, name);
	if (spec) return [{ state, value: { k: "method", self, spec } }];
	// A method of a base that we cannot see may do anything to the object.
	if (externalBases(state, object.cls).some((base) => classKind(base) !== "module"))
		return [{ state, value: { k: "native", self, name } }];
	return [{ state, value: resolve(state, computed(`${keyOf(self)}.${name}`)) }];
}

/** A function of a class, seen through an instance. */
function bindMember(
	machine: Machine,
	state: State,
	func: FunctionValue,
	self: Value,
	cls: ObjId,
	ctx: Context,
): Result[] {
	const decorators = func.def.kind === "def" ? func.def.decorators.map(dottedName) : [];
	if (decorators.includes("staticmethod")) return [{ state, value: func }];
	if (decorators.includes("classmethod")) return [{ state, value: { ...func, self: { k: "ref", id: cls } } }];
	const bound: FunctionValue = { ...func, self };
	const isProperty = decorators.some((name) => /(^|\.)(cached_)?property$/.test(name));
	if (!isProperty || func.def.kind !== "def") return [{ state, value: bound }];
	const at = func.file === ctx.file ? ctx : { ...ctx, file: func.file, statement: undefined };
	return machine.call(state, bound, NO_ARGUMENTS, propertyCall(func.def), at);
}

/** A property has no call syntax; its place is its definition. */
function propertyCall(def: DefStmt): Parameters<Machine["call"]>[3] {
	const span = { start: def.name.start, end: def.name.end };
	return { kind: "call", ...span, func: { kind: "name", name: def.name.name, ...span }, args: [], argsSpan: span };
}

export interface Member {
	readonly value: Value;
	/** The class that defines it. */
	readonly owner: ObjId;
}

/** Looks a name up in a class and its bases of this program, depth first. */
export function findMember(state: State, cls: ObjId, name: string, depth = 0): Member | undefined {
	const object = getObject(state, cls);
	if (object?.t !== "class" || depth > 20) return undefined;
	const own = object.attributes.get(name);
	if (own) return { value: own, owner: cls };
	for (const base of object.bases) {
		const found = base.k === "ref" ? findMember(state, base.id, name, depth + 1) : undefined;
		if (found) return found;
	}
	return undefined;
}

/** Bases of a class that other libraries define, nearest first. */
export function externalBases(state: State, cls: ObjId, depth = 0): string[] {
	const object = getObject(state, cls);
	if (object?.t !== "class" || depth > 20) return [];
	return object.bases.flatMap((base) => {
		if (base.k === "external") return [base.name];
		return base.k === "ref" ? externalBases(state, base.id, depth + 1) : ["?"];
	});
}

function inheritedMethod(state: State, cls: ObjId, name: string): MethodSpec | undefined {
	for (const receiver of baseReceivers(state, cls)) {
		const spec = lookupMethod(receiver, name);
		if (spec) return spec;
	}
	return undefined;
}

function baseReceivers(state: State, cls: ObjId): Receiver[] {
	return externalBases(state, cls).flatMap((base): Receiver[] => {
		const kind = classKind(base);
		if (kind === "trainer") return ["trainer"];
		if (kind === "peft-model") return ["peft-model", "core"];
		if (kind !== "module") return [];
		return base.startsWith("transformers.") ? ["core"] : ["any-model"];
	});
}

function classAttribute(state: State, cls: ObjId, name: string): Value | undefined {
	const found = findMember(state, cls, name);
	if (found?.value.k === "function" && isClassMethod(found.value))
		return { ...found.value, self: { k: "ref", id: cls } };
	if (found) return found.value;
	// `MyLlama.from_pretrained` is what its base makes of it.
	const base = externalBases(state, cls).find((one) => classKind(one) !== undefined);
	return base ? external(`${base}.${name}`) : undefined;
}

function isClassMethod(func: FunctionValue): boolean {
	return func.def.kind === "def" && func.def.decorators.some((decorator) => dottedName(decorator) === "classmethod");
}

function superAttribute(state: State, owner: ObjId, self: Value, name: string): Value {
	const object = getObject(state, owner);
	if (object?.t === "class") {
		for (const base of object.bases) {
			const found = base.k === "ref" ? findMember(state, base.id, name) : undefined;
			if (found) return found.value.k === "function" ? { ...found.value, self } : found.value;
		}
		const spec = inheritedMethod(state, owner, name);
		if (spec) return { k: "method", self, spec };
	}
	return { k: "native", self: { k: "super", owner, self }, name };
}

// --- setting

export function setAttribute(state: State, given: Value, name: string, value: Value): void {
	const base = resolve(state, given);
	if (base.k === "handle") setHandleAttribute(state, base, name, value);
	if (base.k === "ref") setRefAttribute(state, base, name, value);
	if (base.k === "external") setSlot(state, keyOf(external(`${base.name}.${name}`)), value);
	if (base.k === "symbol") setSlot(state, keyOf(computed(`${base.id}.${name}`)), value);
	if (base.k === "module") setVar(state, moduleFrame(base.file), name, value);
}

function setHandleAttribute(state: State, handle: HandleValue, name: string, value: Value): void {
	const core = getCore(state, handle.core);
	const fields = new Map(core.fields).set(`${handle.path[0]?.token ?? ""}.${name}`, value);
	setObject(state, handle.core, { ...core, fields });
}

function setRefAttribute(state: State, base: RefValue, name: string, value: Value): void {
	const object = getObject(state, base.id);
	switch (object?.t) {
		case "instance":
			forgetAbout(state, `${keyOf(base)}.${name}`);
			setObject(state, base.id, { ...object, fields: new Map(object.fields).set(name, value) });
			return;
		case "class":
			setObject(state, base.id, { ...object, attributes: new Map(object.attributes).set(name, value) });
			return;
		case "trainer":
			if (name === "model") setObject(state, base.id, { ...object, model: value });
			else setObject(state, base.id, { ...object, fields: new Map(object.fields).set(name, value) });
			return;
		case "config": {
			const known = value.k === "constant" ? { [name]: value.value } : {};
			const { [name]: _, ...others } = object.view.fields;
			setObject(state, base.id, { t: "config", view: { ...object.view, fields: { ...others, ...known } } });
			return;
		}
		default:
			return;
	}
}

/** The model a trainer (or an instance of the user's trainer class) trains. */
export function trainerModel(state: State, trainer: Value): Value | undefined {
	const value = resolve(state, trainer);
	const object = value.k === "ref" ? getObject(state, value.id) : undefined;
	if (object?.t === "trainer") return resolve(state, object.model);
	const field = object?.t === "instance" ? object.fields.get("model") : undefined;
	return field && resolve(state, field);
}

/** Whether an attribute is there, where that is certain. */
export function hasAttribute(state: State, given: Value, name: string): boolean | undefined {
	const value = resolve(state, given);
	if (value.k === "constant") return value.value === null ? false : undefined;
	if (value.k === "handle") return handleHas(state, value, name);
	if (value.k !== "ref") return undefined;
	const object = getObject(state, value.id);
	if (object?.t === "instance") return instanceHas(state, object, name);
	return undefined;
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

function handleHas(state: State, handle: HandleValue, name: string): boolean | undefined {
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
	if (name === "module" || name === "_orig_mod")
		return outer === name ? true : core.family === "Unknown" ? undefined : false;
	return undefined;
}

function instanceHas(state: State, object: InstanceObject, name: string): boolean | undefined {
	if (object.fields.has(name) || findMember(state, object.cls, name)) return true;
	const cls = getObject(state, object.cls);
	const closed = cls?.t === "class" && externalBases(state, object.cls).length === 0 && !setsElsewhere(cls, name);
	return closed ? false : undefined;
}

/** Some method of the class sets the field: it may have run before. */
function setsElsewhere(cls: ClassObject, name: string): boolean {
	return [...cls.attributes.values()].some(
		(member) => member.k === "function" && member.def.kind === "def" && mentions(member.def, `self.${name}`),
	);
}

function mentions(def: DefStmt, path: string): boolean {
	return assignedPaths(def).has(path);
}

const assigned = new WeakMap<DefStmt, Set<string>>();

function assignedPaths(def: DefStmt): Set<string> {
	let paths = assigned.get(def);
	if (!paths) {
		paths = new Set();
		collectPaths(def.body, paths);
		assigned.set(def, paths);
	}
	return paths;
}

function collectPaths(node: unknown, paths: Set<string>): void {
	if (Array.isArray(node)) for (const item of node) collectPaths(item, paths);
	else if (node && typeof node === "object") {
		const statement = node as { kind?: string; targets?: readonly Parameters<typeof dottedName>[0][] };
		if (statement.kind === "assign") for (const target of statement.targets ?? []) paths.add(dottedName(target));
		for (const value of Object.values(node)) if (value && typeof value === "object") collectPaths(value, paths);
	}
}
