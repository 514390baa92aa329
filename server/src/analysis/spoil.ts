/** What code we cannot see may have done to what it was given. */
import type { DefStmt, LambdaExpr } from "../syntax/facts";
import { findMember, flagsOfClass } from "./classes";
import { openContainer } from "./containers";
import { knownModel } from "./handles";
import type { InstanceObject, TrainerObject } from "./heap";
import { leadsToModel } from "./models";
import { CHANGED, moduleFrame } from "./modules";
import { scopeNames, touchedNames } from "./names";
import {
	dropSlots,
	forgetAbout,
	frameVars,
	getCore,
	getObject,
	getVar,
	resolve,
	type State,
	setObject,
	setVar,
	unknownId,
} from "./state";
import { havoc } from "./transitions";
import { type FrameId, type FunctionValue, keyOf, type ObjId, type RefValue, symbol, type Value } from "./values";

/**
 * A model keeps its wrappers: only what is inside may have changed. A field, an item, a global or a class attribute that held
 * a model or a flag may hold another one, and so may those of what the values lead to. `site` names the call.
 */
export function spoil(state: State, values: readonly Value[], site: string): void {
	const reach: Reach = { state, site, seen: new Set() };
	for (const value of values) spoilValue(reach, value, 0);
}

interface Reach {
	readonly state: State;
	readonly site: string;
	/** Objects that were met. */
	readonly seen: Set<ObjId>;
}

/** How many objects lie on the way to a changed one at most. */
const DEPTH = 4;

function spoilValue(reach: Reach, given: Value, depth: number): void {
	const { state, site } = reach;
	const value = resolve(state, given);
	spoilCore(state, value);
	if (depth > DEPTH) return;
	const further = (values: Iterable<Value>): void => {
		for (const one of values) spoilValue(reach, one, depth);
	};
	switch (value.k) {
		case "ref":
			if (reach.seen.has(value.id)) return;
			reach.seen.add(value.id);
			spoilObject(reach, value, depth + 1);
			return;
		case "tuple":
			further(value.items);
			return;
		case "partial":
			further([value.func, ...value.args]);
			return;
		case "function":
			spoilOuter(state, value, site);
			if (value.self) further([value.self]);
			further(changedThrough(state, value));
			return;
		case "native":
			// `object.__dict__` is the object's fields.
			if (value.name === "__dict__") further([value.self]);
			return;
		case "module":
			spoilModule(state, moduleFrame(value.file), site);
			return;
		case "symbol":
		case "external": {
			const id = unknownId(value);
			if (id !== undefined) dropSlots(state, `${id}.`);
			return;
		}
		default:
			return;
	}
}

/** Its flags may be others; those that its top level has yet to set as well. */
function spoilModule(state: State, frame: FrameId, site: string): void {
	for (const [name, value] of [...frameVars(state, frame)])
		if (value.k === "constant") setVar(state, frame, name, symbol(`spoiled:${site}:${frame}.${name}`));
	setVar(state, frame, CHANGED, symbol(`spoiled:${site}`));
}

function spoilCore(state: State, value: Value): void {
	const model = knownModel(state, value);
	if (model) setObject(state, model.core, havoc(getCore(state, model.core)));
}

function spoilObject(reach: Reach, value: RefValue, depth: number): void {
	const { state, site } = reach;
	const object = getObject(state, value.id);
	const further = (values: Iterable<Value>): void => {
		for (const one of values) spoilValue(reach, one, depth);
	};
	switch (object?.t) {
		case "list":
			further(object.items);
			openContainer(state, value.id);
			return;
		case "dict":
			further(object.entries.values());
			openContainer(state, value.id);
			return;
		case "generator":
			further([...object.args.positional, ...object.args.keywords.values()]);
			if (object.func.self) further([object.func.self]);
			setObject(state, value.id, { ...object, started: true });
			return;
		case "instance":
			further(object.fields.values());
			setObject(state, value.id, { ...object, fields: spoilFields(state, object, site) });
			forgetAbout(state, keyOf(value));
			return;
		case "trainer":
			further([object.model, ...object.fields.values()]);
			setObject(state, value.id, {
				...object,
				model: symbol(`spoiled:${site}:model`),
				fields: spoilFields(state, object, site),
			});
			return;
		case "class":
			// Members of an enumeration stay what they are.
			if (!object.isEnum)
				setObject(state, value.id, { ...object, attributes: spoilFlags(object.attributes, value.id, site) });
			return;
		default:
			return;
	}
}

/** The object's own fields, and those that only its class has a value for. */
function spoilFields(state: State, object: InstanceObject | TrainerObject, site: string): ReadonlyMap<string, Value> {
	const fields = new Map(object.fields);
	for (const [name, field] of fields)
		if (field.k === "constant" || leadsToModel(state, field)) fields.set(name, symbol(`spoiled:${site}:${name}`));
	if (object.t === "instance")
		for (const name of flagsOfClass(state, object.cls).keys())
			if (!fields.has(name)) fields.set(name, symbol(`spoiled:${site}:${name}`));
	return fields;
}

function spoilFlags(attributes: ReadonlyMap<string, Value>, cls: ObjId, site: string): ReadonlyMap<string, Value> {
	return new Map(
		[...attributes].map(([name, value]) =>
			value.k === "constant" ? [name, symbol(`spoiled:${site}:${cls}.${name}`)] : [name, value],
		),
	);
}

/** A callback may be called, and write what it declares of the variables around it. */
function spoilOuter(state: State, func: FunctionValue, site: string): void {
	for (const [name, kind] of scopeNames(func.def).outer) {
		const frames =
			kind === "global"
				? [moduleFrame(func.file)]
				: [...new Set([...state.frames.map.keys(), ...state.base.frames.keys()])].filter((frame) =>
						frameVars(state, frame).has(name),
					);
		for (const frame of frames) setVar(state, frame, name, symbol(`spoiled:${site}:${name}`));
	}
}

/** Methods of containers that leave them what they are. */
const READS = /^(get|items|keys|values|copy|index|count)$/;

/** Objects of ours that a callback closes over and changes: `lambda: session.unwrap()`. */
function changedThrough(state: State, { def, closure }: FunctionValue): readonly Value[] {
	const own = scopeNames(def).locals;
	return touchedNames(def).flatMap(({ name, attribute, called }): Value[] => {
		const value = own.has(name) ? undefined : getVar(state, closure, name);
		const object = value?.k === "ref" ? getObject(state, value.id) : undefined;
		if (value && (value.k === "symbol" || object?.t === "list" || object?.t === "dict"))
			return called && READS.test(attribute) ? [] : [value];
		if (!value || object?.t !== "instance") return [];
		const method = called ? findMember(state, object.cls, attribute)?.value : undefined;
		return method?.k === "function" && !setsFields(state, object.cls, method.def) ? [] : [value];
	});
}

/** The method sets a field of its object, itself or by a method of the object that it calls. */
function setsFields(state: State, cls: ObjId, def: DefStmt | LambdaExpr, depth = 0): boolean {
	return touchedNames(def).some(({ name, attribute, called }) => {
		if (name !== def.params[0]?.name.name) return false;
		const method = called ? findMember(state, cls, attribute)?.value : undefined;
		if (!called || method?.k !== "function") return !called;
		return depth < DEPTH && setsFields(state, cls, method.def, depth + 1);
	});
}
