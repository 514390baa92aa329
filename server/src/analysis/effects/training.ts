/** Trainers, optimizers and gradients. */

import type { Effect, Param } from "../../catalog/types";
import { trainerModel } from "../attributes";
import { callbackFields } from "../callbacks";
import type { EventKind } from "../graph";
import { allocateCore, asModel, isPeftPath, knownModel, UNKNOWN_STEP } from "../handles";
import type { CoreObject } from "../heap";
import { siteKey } from "../machine";
import { getCore, getObject, resolve, type State, setObject } from "../state";
import { setTrainable, train } from "../transitions";
import { type HandleValue, isNone, keyOf, type ObjId, symbol, type Value } from "../values";
import { type ApiCall, argument, flag, happen, isHidden, namesOf, newEvent, record, unknownResult } from "./call";
import { configOf } from "./configs";
import { wrapHandle } from "./wrapping";

export function requiresGrad(c: ApiCall, effect: Effect & { kind: "requires-grad" }): Value {
	const value = argument(c, effect.model);
	const handle = value && knownModel(c.state, value);
	const names = effect.names ? namesOf(c.state, argument(c, effect.names)) : undefined;
	if (handle)
		happen(c, "requires-grad", handle, undefined, (core) => setTrainable(core, names, flag(c, effect.flag, true)));
	return value ?? unknownResult(c);
}

export function makeTrainer(c: ApiCall, effect: Effect & { kind: "trainer" }): Value {
	const id = c.into ?? `trainer:${siteKey(c.ctx, c.call)}`;
	const model = trainerCore(c, effect);
	const given = effect.peftConfig ? argument(c, effect.peftConfig) : undefined;
	const mayWrap =
		given !== undefined ? !isNone(given) : effect.peftConfig !== undefined && isHidden(c, effect.peftConfig);
	let held: Value = model ?? unknownResult(c);
	if (model) {
		const config = configOf(c.state, given);
		const certain = config !== undefined || (given !== undefined && given.k !== "symbol" && given.k !== "external");
		if (!mayWrap || isPeftPath(model.path)) {
			const event = newEvent(c, "trainer");
			record(c, event, { target: model, before: getCore(c.state, model.core), config, result: model });
		} else if (certain) held = wrapHandle(c, "trainer", model, config, "default", "P");
		else {
			// It may have been wrapped or not: nothing is claimed of what the trainer holds.
			const core = getCore(c.state, model.core);
			setObject(c.state, model.core, { ...core, known: false });
			held = { ...model, path: [UNKNOWN_STEP] };
			record(c, newEvent(c, "trainer"), { target: model, before: core });
		}
	}
	storeTrainer(c, id, held);
	return { k: "ref", id };
}

/** The trainer's model argument; a trainer that is given an id makes the model itself. */
function trainerCore(c: ApiCall, effect: Effect & { kind: "trainer" }): HandleValue | undefined {
	const value = argument(c, effect.model);
	if (!value) return undefined;
	if (value.k !== "constant" || typeof value.value !== "string") return asModel(c.state, value, c.machine);
	const id = `core:${siteKey(c.ctx, c.call)}`;
	return allocateCore(
		c.state,
		id,
		{ label: JSON.stringify(value.value), family: "CausalLM", created: undefined },
		c.machine,
	);
}

function storeTrainer(c: ApiCall, id: ObjId, model: Value): void {
	const object = getObject(c.state, id);
	const own = callbackFields(c.state, c.args.keywords.get("callbacks"));
	if (object?.t === "instance")
		setObject(c.state, id, { ...object, fields: new Map([...object.fields, ...own]).set("model", model) });
	else setObject(c.state, id, { t: "trainer", api: c.api, model, fields: own });
}

export function onTrainer(
	c: ApiCall,
	kind: EventKind,
	change: (core: CoreObject) => CoreObject,
	param: Param = "self",
): Value {
	const trainer = argument(c, param);
	const model = trainer && trainerModel(c.state, trainer);
	const handle = model && knownModel(c.state, model);
	if (handle) happen(c, kind, handle, undefined, change);
	return unknownResult(c);
}

export function makeOptimizer(c: ApiCall, param: Param): Value {
	const params = argument(c, param) ?? c.args.positional[0];
	const cores = params ? coresIn(c.state, params) : [];
	for (const core of cores) {
		const handle: HandleValue = { k: "handle", core, path: [], unloadedBy: undefined };
		happen(c, "optimizer", handle, undefined, (object) => object);
	}
	const id = `optimizer:${siteKey(c.ctx, c.call)}`;
	setObject(c.state, id, { t: "optimizer", cores });
	return { k: "ref", id };
}

export function stepOptimizer(c: ApiCall): Value {
	const object = c.self?.k === "ref" ? getObject(c.state, c.self.id) : undefined;
	if (object?.t === "optimizer") {
		for (const core of object.cores) {
			const handle: HandleValue = { k: "handle", core, path: [], unloadedBy: undefined };
			happen(c, "optimizer-step", handle, undefined, train);
		}
	}
	return unknownResult(c);
}

/** Names unknowns that are parameters of a Core, so that an optimizer built over them finds it. */
const PARAMETERS = /params:\{([^}]*)\}/g;

export function read(c: ApiCall, param: Param): Value {
	const value = argument(c, param);
	const handle = value && knownModel(c.state, value);
	if (!handle) return unknownResult(c);
	return symbol(`params:{${handle.core}}@${siteKey(c.ctx, c.call)}`);
}

function coresIn(state: State, value: Value, depth = 0): ObjId[] {
	const handle = knownModel(state, value);
	if (handle) return [handle.core];
	const object = value.k === "ref" ? getObject(state, value.id) : undefined;
	const inner =
		value.k === "tuple"
			? value.items
			: object?.t === "list"
				? object.items
				: object?.t === "dict"
					? [...object.entries.values()]
					: [];
	const named = [...keyOf(value).matchAll(PARAMETERS)].map((match) => match[1] as string);
	const nested = depth < 4 ? inner.flatMap((item) => coresIn(state, resolve(state, item), depth + 1)) : [];
	return [...new Set([...named, ...nested])].filter((id) => getObject(state, id)?.t === "core");
}
