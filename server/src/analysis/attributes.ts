/** Reading and setting attributes of every kind of value. */
import { lookupMethod } from "../catalog";
import type { ConstantView } from "./graph";
import type { Context, Machine, Result } from "./machine";
import { handleAttribute, handleHas, setHandleAttribute, TELLING } from "./model-attributes";
import { moduleAttribute, moduleFrame } from "./modules";
import { classAttribute, instanceAttribute, instanceHas, setField, superAttribute } from "./objects";
import { getObject, getSlot, resolve, type State, setObject, setSlot, setVar } from "./state";
import { computed } from "./truth";
import { typedAttribute } from "./typed";
import { constant, external, FALSE, keyOf, type RefValue, type Value } from "./values";

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
			return superAttribute(machine, state, base, name, ctx);
		case "symbol":
			return typedAttribute(machine, state, base, name, ctx) ?? [{ state, value: symbolAttribute(state, base, name) }];
		case "constant":
			// The value of a member of an enumeration is what the member is to us.
			return [{ state, value: name === "value" ? base : { k: "native", self: base, name } }];
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

function symbolAttribute(state: State, base: Value & { k: "symbol" }, name: string): Value {
	const initial = computed(`${base.id}.${name}`);
	const own = resolve(state, getSlot(state, keyOf(initial)) ?? initial);
	if (own.k !== "symbol") return own;
	return TELLING.includes(name) ? { k: "native", self: base, name } : own;
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
			return plain(classAttribute(state, base, name) ?? fallback());
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
		case "generator":
			return plain({ k: "native", self: base, name });
		default:
			return plain(fallback());
	}
}

function isConstant(value: ConstantView | undefined): value is string | number | boolean | null {
	return value !== undefined && !Array.isArray(value);
}

// --- setting

/** `base.name = value`. A property of a person's class is called. */
export function setAttribute(
	machine: Machine,
	state: State,
	given: Value,
	name: string,
	value: Value,
	ctx: Context,
): void {
	const base = resolve(state, given);
	if (base.k === "handle") setHandleAttribute(state, base, name, value);
	if (base.k === "ref") setRefAttribute(machine, state, base, name, value, ctx);
	if (base.k === "external") setSlot(state, keyOf(external(`${base.name}.${name}`)), value);
	if (base.k === "symbol") setSlot(state, keyOf(computed(`${base.id}.${name}`)), value);
	if (base.k === "module") setVar(state, moduleFrame(base.file), name, value);
}

function setRefAttribute(
	machine: Machine,
	state: State,
	base: RefValue,
	name: string,
	value: Value,
	ctx: Context,
): void {
	const object = getObject(state, base.id);
	switch (object?.t) {
		case "instance":
			setField(machine, state, base, object, name, value, ctx);
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
			const unknown = value.k === "constant" ? object.view.unknown : [...object.view.unknown, name];
			const view = { ...object.view, fields: { ...others, ...known }, unknown };
			setObject(state, base.id, { t: "config", view });
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
	return object?.t === "instance" ? instanceHas(state, object, name) : undefined;
}
