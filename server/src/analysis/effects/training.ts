/** Trainers, optimizers and gradients. */

import type { Effect, Param } from "../../catalog/types";
import { trainerModel } from "../attributes";
import { callbackFields } from "../callbacks";
import type { ConfigView, EventKind } from "../graph";
import { allocateCore, asModel, asNetwork, isPeftPath, knownModel, UNKNOWN_STEP } from "../handles";
import type { CoreObject, HeapObject, OptimizerObject } from "../heap";
import { siteKey } from "../machine";
import { getCore, getObject, resolve, type State, setObject } from "../state";
import { setTrainable, train } from "../transitions";
import { decide } from "../truth";
import { type HandleValue, isNone, keyOf, NONE, type ObjId, PARAMETERS, symbol, type Value } from "../values";
import { type ApiCall, argument, flag, happen, isHidden, namesOf, newEvent, record, unknownResult } from "./call";
import { configOf } from "./configs";
import { wrapHandle } from "./wrapping";

export function requiresGrad(c: ApiCall, effect: Effect & { kind: "requires-grad" }): Value {
	const value = argument(c, effect.model);
	const handle = value && knownModel(c.state, value);
	const names = effect.names ? namesOf(c.state, argument(c, effect.names)) : undefined;
	if (handle)
		happen(c, "requires-grad", handle, undefined, (core, event) =>
			setTrainable(core, names, flag(c, effect.flag, true), event),
		);
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
			const before = getCore(c.state, model.core);
			// What becomes of the adapter that is there depends on the version.
			if (mayWrap) setObject(c.state, model.core, { ...before, known: false });
			record(c, event, { target: model, before, config: config ?? unseenConfig(c, given), result: model });
		} else if (certain) held = wrapHandle(c, "trainer", model, config, "default", "P");
		else {
			// It may have been wrapped or not: nothing is claimed of what the trainer holds.
			const core = getCore(c.state, model.core);
			setObject(c.state, model.core, { ...core, known: false });
			held = { ...model, path: [UNKNOWN_STEP] };
			record(c, newEvent(c, "trainer"), { target: model, before: core });
		}
	}
	for (const param of effect.otherModels) refer(c, param);
	useOptimizers(c, argument(c, effect.optimizers));
	storeTrainer(c, id, held, argument(c, "args"));
	return { k: "ref", id };
}

/** A config of which nothing else is known than that it is not None. */
function unseenConfig({ state }: ApiCall, given: Value | undefined): ConfigView | undefined {
	return given !== undefined && decide(state, "is", given, NONE) === false ? UNSEEN_CONFIG : undefined;
}

const UNSEEN_CONFIG: ConfigView = {
	created: undefined,
	peftType: undefined,
	injects: true,
	fromCheckpoint: false,
	fields: {},
	unknown: [],
	open: true,
};

/** Another model than the one that is trained. */
function refer(c: ApiCall, param: Param): void {
	const value = argument(c, param);
	const handle = value && knownModel(c.state, value);
	if (handle)
		record(c, newEvent(c, "reference"), { target: handle, before: getCore(c.state, handle.core), source: param });
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

function storeTrainer(c: ApiCall, id: ObjId, model: Value, args: Value | undefined): void {
	const object = getObject(c.state, id);
	const own = new Map(callbackFields(c.state, c.args.keywords.get("callbacks")));
	if (configOf(c.state, args)) own.set("args", args as Value);
	if (object?.t === "instance")
		setObject(c.state, id, { ...object, fields: new Map([...object.fields, ...own]).set("model", model) });
	else setObject(c.state, id, { t: "trainer", api: c.api, model, fields: own });
}

export function onTrainer(
	c: ApiCall,
	kind: EventKind,
	change: (core: CoreObject) => CoreObject,
	param: Param = "self",
	source?: string,
): Value {
	const trainer = argument(c, param);
	const model = trainer && trainerModel(c.state, trainer);
	const handle = model && knownModel(c.state, model);
	const options = trainer && configOf(c.state, fieldOf(c.state, trainer, "args"));
	if (handle) happen(c, kind, handle, undefined, change, { source, options });
	return unknownResult(c);
}

/** A field of a trainer, or of an object of the person's own trainer class. */
function fieldOf(state: State, trainer: Value, name: string): Value | undefined {
	const object = trainer.k === "ref" ? getObject(state, trainer.id) : undefined;
	const field = object?.t === "trainer" || object?.t === "instance" ? object.fields.get(name) : undefined;
	return field && resolve(state, field);
}

export function makeOptimizer(c: ApiCall, param: Param): Value {
	const params = argument(c, param) ?? c.args.positional[0];
	const cores = params ? coresIn(c, params) : [];
	const event = newEvent(c, "optimizer");
	for (const core of cores) {
		const handle: HandleValue = { k: "handle", core, path: [], unloadedBy: undefined };
		happen(c, "optimizer", handle, undefined, (object) => object);
	}
	const id = `optimizer:${siteKey(c.ctx, c.call)}`;
	const alone = cores.length === 1 && params !== undefined && holdsOnlyParameters(c.state, params);
	setObject(c.state, id, { t: "optimizer", view: { made: event, alone }, cores });
	return { k: "ref", id };
}

/** `add_param_group`: what it trains is not told from how it was made any more. */
export function addToOptimizer(c: ApiCall): Value {
	const object = c.self?.k === "ref" ? getObject(c.state, c.self.id) : undefined;
	if (c.self?.k === "ref" && object?.t === "optimizer") setObject(c.state, c.self.id, { ...object, cores: [] });
	return unknownResult(c);
}

/** Optimizers, alone or in a tuple, that are given to what will call their `step()`. */
export function useOptimizers(c: ApiCall, given: Value | undefined): void {
	if (!given) return;
	const value = resolve(c.state, given);
	for (const item of value.k === "tuple" ? value.items.map((one) => resolve(c.state, one)) : [value]) {
		const object = item.k === "ref" ? getObject(c.state, item.id) : undefined;
		if (object?.t === "optimizer") onOptimizer(c, "optimizer-use", object, (core) => core);
	}
}

function onOptimizer(
	c: ApiCall,
	kind: EventKind,
	{ cores, view }: OptimizerObject,
	change: (core: CoreObject) => CoreObject,
): void {
	for (const core of cores) {
		const handle: HandleValue = { k: "handle", core, path: [], unloadedBy: undefined };
		happen(c, kind, handle, undefined, change, { optimizer: view });
	}
}

export function stepOptimizer(c: ApiCall): Value {
	const object = c.self?.k === "ref" ? getObject(c.state, c.self.id) : undefined;
	if (object?.t === "optimizer") onOptimizer(c, "optimizer-step", object, train);
	return unknownResult(c);
}

/** Unknowns that are parameters of a Core tell of it, so that an optimizer built over them finds it. */
const PARAMETERS_OF = new RegExp(`${PARAMETERS}\\{([^}]*)\\}`, "g");

export function read(c: ApiCall, param: Param): Value {
	const value = argument(c, param);
	const handle = value && knownModel(c.state, value);
	// An object of the person's becomes a network where an optimizer is built over it.
	const id = handle?.core ?? (value?.k === "ref" ? value.id : undefined);
	return id === undefined ? unknownResult(c) : symbol(`${PARAMETERS}{${id}}@${siteKey(c.ctx, c.call)}`);
}

/** Nothing in the value can be anything else than parameters of models that we follow. */
function holdsOnlyParameters(state: State, given: Value, depth = 0): boolean {
	const value = resolve(state, given);
	if (value.k === "constant" || value.k === "handle") return true;
	if (value.k === "symbol") return value.id.includes(PARAMETERS) && !/result:|\(\+ /.test(value.id);
	const object = value.k === "ref" ? getObject(state, value.id) : undefined;
	const inner = partsOf(value, object);
	return inner.length > 0 && depth < 4 && inner.every((item) => holdsOnlyParameters(state, item, depth + 1));
}

/** What a container holds, as far as it is known. */
function partsOf(value: Value, object: HeapObject | undefined): readonly Value[] {
	if (value.k === "tuple") return value.items;
	if (object?.t === "list") return object.items;
	return object?.t === "dict" ? [...object.entries.values()] : [];
}

/** The Core whose parameters these are: a Core itself, or that of an object of the person's, from here on. */
function coreOf(c: ApiCall, id: string): ObjId | undefined {
	return getObject(c.state, id)?.t === "core" ? id : asNetwork(c.state, { k: "ref", id }, c.machine)?.core;
}

/** Models whose parameters are somewhere in a value. */
function coresIn(c: ApiCall, value: Value, depth = 0): ObjId[] {
	const { state } = c;
	const handle = knownModel(state, value);
	if (handle) return [handle.core];
	const object = value.k === "ref" ? getObject(state, value.id) : undefined;
	const inner = partsOf(value, object);
	const named = [...keyOf(value).matchAll(PARAMETERS_OF)].map((match) => coreOf(c, match[1] as string));
	const nested = depth < 4 ? inner.flatMap((item) => coresIn(c, resolve(state, item), depth + 1)) : [];
	return [...new Set([...named, ...nested])].filter((id) => id !== undefined);
}
