/** What code we cannot see may have done to what it was given. */
import { openContainer } from "./containers";
import { knownModel } from "./handles";
import type { InstanceObject, TrainerObject } from "./heap";
import { leadsToModel } from "./models";
import { scopeNames } from "./names";
import {
	dropSlots,
	forgetAbout,
	frameVars,
	getCore,
	getObject,
	resolve,
	type State,
	setObject,
	setVar,
	unknownId,
} from "./state";
import { havoc } from "./transitions";
import { type FunctionValue, keyOf, type RefValue, symbol, type Value } from "./values";

/**
 * A model keeps its wrappers: only what is inside may have changed. A field, an item or a global that held a model may
 * hold another one. `site` names the call.
 */
export function spoil(state: State, values: readonly Value[], site: string): void {
	for (const given of values) {
		const value = resolve(state, given);
		spoilCore(state, value);
		switch (value.k) {
			case "ref":
				spoilObject(state, value, site);
				break;
			case "tuple":
				spoil(state, value.items, site);
				break;
			case "partial":
				spoil(state, [value.func, ...value.args], site);
				break;
			case "function":
				spoilOuter(state, value, site);
				if (value.self) spoil(state, [value.self], site);
				break;
			case "native":
				// `object.__dict__` is the object's fields.
				if (value.name === "__dict__") spoil(state, [value.self], site);
				break;
			case "symbol":
			case "external": {
				const id = unknownId(value);
				if (id !== undefined) dropSlots(state, `${id}.`);
				break;
			}
			default:
				break;
		}
	}
}

function spoilCore(state: State, value: Value): void {
	const model = knownModel(state, value);
	if (model) setObject(state, model.core, havoc(getCore(state, model.core)));
}

function spoilObject(state: State, value: RefValue, site: string): void {
	const object = getObject(state, value.id);
	switch (object?.t) {
		case "list":
			for (const item of object.items) spoilCore(state, resolve(state, item));
			openContainer(state, value.id);
			return;
		case "dict":
			for (const item of object.entries.values()) spoilCore(state, resolve(state, item));
			openContainer(state, value.id);
			return;
		case "generator":
			spoil(state, [...object.args.positional, ...object.args.keywords.values()], site);
			if (object.func.self) spoil(state, [object.func.self], site);
			setObject(state, value.id, { ...object, started: true });
			return;
		case "instance":
			setObject(state, value.id, { ...object, fields: spoilFields(state, object, site) });
			forgetAbout(state, keyOf(value));
			return;
		case "trainer":
			spoilCore(state, resolve(state, object.model));
			setObject(state, value.id, {
				...object,
				model: symbol(`spoiled:${site}:model`),
				fields: spoilFields(state, object, site),
			});
			return;
		default:
			return;
	}
}

function spoilFields(state: State, object: InstanceObject | TrainerObject, site: string): ReadonlyMap<string, Value> {
	const fields = new Map(object.fields);
	for (const [name, field] of fields) {
		spoilCore(state, resolve(state, field));
		const isFlag = field.k === "constant" || leadsToModel(state, field);
		if (isFlag) fields.set(name, symbol(`spoiled:${site}:${name}`));
	}
	return fields;
}

/** A callback may be called, and write the globals that it declares. */
function spoilOuter(state: State, func: FunctionValue, site: string): void {
	for (const name of scopeNames(func.def).outer.keys()) {
		for (const frame of new Set([...state.frames.map.keys(), ...state.base.frames.keys()]))
			if (frameVars(state, frame).has(name)) setVar(state, frame, name, symbol(`spoiled:${site}:${name}`));
	}
}
