/** What a catalogue effect means: one function per kind of effect. */
import type { AdapterName, Effect, Param } from "../catalog/types";
import type { CallExpr } from "../syntax/facts";
import { assume } from "./assume";
import { trainerModel } from "./attributes";
import { truthKey } from "./builtins";
import type { ConfigView, ConstantView, EventId, EventKind } from "./graph";
import { allocateCore, asModel, inside, isPeftPath, knownModel, stripEnvironment, wrapPath } from "./handles";
import type { CoreObject } from "./heap";
import { type Arguments, type Context, type Machine, place, type Result, siteKey } from "./machine";
import { getCore, getObject, resolve, type State, setObject } from "./state";
import {
	activate,
	addWrapper,
	inject,
	loadInto,
	remember,
	setTrainable,
	train,
	unload,
	withoutAdapter,
	write,
} from "./transitions";
import { computed } from "./truth";
import { external, type HandleValue, isNone, keyOf, NONE, type ObjId, symbol, tuple, type Value } from "./values";

/** One call of a modelled API. */
export interface ApiCall {
	readonly machine: Machine;
	readonly state: State;
	/** Canonical name. */
	readonly api: string;
	readonly params: readonly Param[];
	readonly self: Value | undefined;
	readonly args: Arguments;
	readonly call: CallExpr;
	readonly ctx: Context;
	/** The user's object that a base class's constructor fills. */
	readonly into?: ObjId | undefined;
}

/** Results of the call; none when it does not return. */
export function applyEffect(c: ApiCall, effect: Effect): Result[] {
	const value = run(c, effect);
	return value ? [{ state: c.state, value }] : [];
}

function run(c: ApiCall, effect: Effect): Value | undefined {
	switch (effect.kind) {
		case "create-model":
			return createModel(c, effect);
		case "create-wrapped":
			return createWrapped(c, effect);
		case "copy":
			return copy(c, effect);
		case "wrap":
			return wrap(c, effect);
		case "inject":
			return injectAdapter(c, effect);
		case "load":
			return load(c, effect);
		case "load-adapter":
			return onModel(c, effect.model, "load-adapter", adapterName(c, effect.adapterName), (core, event, name) =>
				loadInto(
					core,
					{
						name,
						origin: "loaded",
						event,
						trainable: flag(c, effect.trainable, false),
						source: text(argument(c, effect.source)),
					},
					effect.activates,
				),
			);
		case "add-adapter":
			return onModel(c, effect.model, "add-adapter", adapterName(c, effect.adapterName), (core, event, name) => {
				const config = configOf(c.state, argument(c, effect.config));
				return loadInto(core, { name, origin: "fresh", event, trainable: effect.activates, config }, effect.activates);
			});
		case "set-adapter":
			return onModel(c, effect.model, "set-adapter", text(argument(c, effect.names)), (core) =>
				activate(core, namesOf(c.state, argument(c, effect.names))),
			);
		case "delete-adapter":
			return onModel(c, effect.model, "delete-adapter", text(argument(c, effect.name)), (core, _, name) =>
				withoutAdapter(core, name),
			);
		case "combine-adapters":
			return onModel(c, effect.model, "combine-adapters", adapterName(c, effect.adapterName), (core, event, name) =>
				loadInto(core, { name, origin: "loaded", event, trainable: false }, false),
			);
		case "write-adapter":
			return onModel(c, effect.model, "write-adapter", adapterName(c, effect.adapterName), (core, _, name) =>
				write(core, name),
			);
		case "merge":
			return onModel(c, effect.model, "merge", undefined, (core) => ({ ...core, merged: true }));
		case "unmerge":
			return onModel(c, effect.model, "unmerge", undefined, (core) => ({ ...core, merged: false }));
		case "unload":
			return unloadModel(c, effect);
		case "unwrap":
			return view(c, effect.model, (handle) => ({ ...handle, path: inside(handle.path) }));
		case "strip":
			return view(c, effect.model, (handle) => ({ ...handle, path: stripEnvironment(handle.path) }));
		case "same":
			return same(c, effect);
		case "prefix":
			return prefix(c, effect);
		case "environment": {
			const result = onModel(c, effect.model, "prefix", undefined, (core) => ({
				...core,
				env: [...core.env, effect.env],
			}));
			return effect.returns === "model" ? (argument(c, effect.model) ?? result) : result;
		}
		case "prepare":
			return prepare(c, effect);
		case "requires-grad":
			return requiresGrad(c, effect);
		case "toggle-adapters":
			return unknownResult(c);
		case "trainer":
			return makeTrainer(c, effect);
		case "trainer-train":
			return onTrainer(c, "train", train, effect.trainer);
		case "trainer-evaluate":
			return onTrainer(c, "run", (core) => core);
		case "trainer-save":
			return onTrainer(c, "save", (core) => core);
		case "optimizer":
			return makeOptimizer(c, effect.params);
		case "optimizer-step":
			return stepOptimizer(c);
		case "checkpointing":
		case "input-grads":
		case "save":
		case "load-state-dict":
		case "run":
		case "context":
			return onModel(c, effect.model, effect.kind, undefined, (core) => core);
		case "resize-embeddings": {
			const result = onModel(c, effect.model, "resize-embeddings", undefined, (core) => core);
			return effect.returns === "first-of-tuple"
				? tuple([argument(c, effect.model) ?? result, unknownResult(c)])
				: result;
		}
		case "read":
			return read(c, effect.model);
		case "config":
			return makeConfig(c, { peftType: effect.peftType, injects: effect.injects, fromCheckpoint: false });
		case "config-from-pretrained":
			return makeConfig(c, { peftType: effect.peftType, injects: effect.injects ?? true, fromCheckpoint: true });
		case "quantization-config":
			return makeConfig(c, { peftType: undefined, injects: false, fromCheckpoint: false });
		case "accelerator": {
			const id = `accelerator:${siteKey(c.ctx, c.call)}`;
			setObject(c.state, id, { t: "accelerator" });
			return { k: "ref", id };
		}
		case "opaque":
			return truthKey(external(c.api), c.args) === undefined
				? unknownResult(c)
				: computed(`call(${c.api},${argumentKeys(c.args)})`);
		case "exit":
			return undefined;
	}
}

export function argumentKeys(args: Arguments): string {
	const keywords = [...args.keywords].map(([name, value]) => `${name}=${keyOf(value)}`);
	return [...args.positional.map(keyOf), ...keywords].join(",");
}

// --- arguments

/** The value given for a parameter; undefined when it is left out (or hidden in `*args`, `**kwargs`). */
export function argument(c: ApiCall, param: Param | undefined): Value | undefined {
	if (param === undefined) return undefined;
	if (param === "self") return c.self && resolve(c.state, c.self);
	const keyword = c.args.keywords.get(param);
	if (keyword) return resolve(c.state, keyword);
	const position = c.params.indexOf(param);
	const star = c.params.indexOf("*");
	if (position < 0 || (star >= 0 && position > star)) return undefined;
	const value = c.args.positional[position];
	return value && resolve(c.state, value);
}

/** The parameter may have been given in a way we cannot see. */
function isHidden(c: ApiCall, param: Param): boolean {
	return (
		argument(c, param) === undefined && (c.args.openKeywords || (c.args.openPositional && c.params.includes(param)))
	);
}

function text(value: Value | undefined): string | undefined {
	return value?.k === "constant" && typeof value.value === "string" ? value.value : undefined;
}

function flag(c: ApiCall, param: Param | undefined, otherwise: boolean): boolean | "unknown" {
	if (param === undefined) return otherwise;
	const value = argument(c, param);
	if (!value) return isHidden(c, param) ? "unknown" : otherwise;
	return value.k === "constant" ? Boolean(value.value) : "unknown";
}

/** Undefined: a name that we cannot read. */
function adapterName(c: ApiCall, name: AdapterName): string | undefined {
	if (name.param === undefined) return name.default;
	const value = argument(c, name.param);
	if (!value) return isHidden(c, name.param) ? undefined : name.default;
	return isNone(value) ? name.default : text(value);
}

function namesOf(state: State, value: Value | undefined): readonly string[] | undefined {
	const one = text(value);
	if (one !== undefined) return [one];
	const object = value?.k === "ref" ? getObject(state, value.id) : undefined;
	const items = value?.k === "tuple" ? value.items : object?.t === "list" && !object.open ? object.items : undefined;
	const names = items?.map(text);
	return names?.every((name) => name !== undefined) ? (names as string[]) : undefined;
}

function unknownResult(c: ApiCall): Value {
	return symbol(`result:${siteKey(c.ctx, c.call)}`);
}

function modelArgument(c: ApiCall, param: Param): HandleValue | undefined {
	const value = argument(c, param);
	return value && asModel(c.state, value, c.machine);
}

function newEvent(c: ApiCall, kind: EventKind): EventId {
	return c.machine.recorder.event(kind, c.api, c.call, c.params, c.ctx);
}

interface Happening {
	readonly target?: HandleValue | undefined;
	readonly before?: CoreObject | undefined;
	readonly result?: HandleValue | undefined;
	readonly adapter?: string | undefined;
	readonly config?: ConfigView | undefined;
}

function record(c: ApiCall, event: EventId, what: Happening): void {
	c.machine.recorder.addCase(
		event,
		c.state,
		{ target: what.target, before: what.before, result: what.result, adapter: what.adapter, config: what.config },
		c.ctx,
	);
}

/** An event that changes the Core of its model and returns nothing to follow. */
function onModel(
	c: ApiCall,
	param: Param,
	kind: EventKind,
	adapter: string | undefined,
	change: (core: CoreObject, event: EventId, adapter: string | undefined) => CoreObject,
): Value {
	const handle = modelArgument(c, param);
	if (handle) happen(c, kind, handle, adapter, change);
	return unknownResult(c);
}

function happen(
	c: ApiCall,
	kind: EventKind,
	handle: HandleValue,
	adapter: string | undefined,
	change: (core: CoreObject, event: EventId, adapter: string | undefined) => CoreObject,
): EventId {
	const event = newEvent(c, kind);
	const before = getCore(c.state, handle.core);
	setObject(c.state, handle.core, remember(change(before, event, adapter), event));
	record(c, event, { target: handle, before, adapter });
	return event;
}

// --- models come into being

const LABEL_LENGTH = 60;

function label(c: ApiCall): string {
	const source = c.machine.text.slice(c.call.start, c.call.end).replace(/\s+/g, " ");
	return source.length > LABEL_LENGTH ? `${source.slice(0, LABEL_LENGTH - 1)}…` : source;
}

function createModel(c: ApiCall, effect: Effect & { kind: "create-model" }): Value {
	const given = effect.prefix && effect.source ? argument(c, effect.source) : undefined;
	const inner = given && knownModel(c.state, given);
	const event = newEvent(c, "create");
	const core =
		inner ??
		allocateCore(
			c.state,
			`core:${siteKey(c.ctx, c.call)}`,
			{ label: label(c), family: effect.family, created: event, quantized: quantization(c, effect) },
			c.machine,
		);
	const handle = effect.prefix ? { ...core, path: wrapPath(core.path, effect.prefix, event) } : core;
	record(c, event, { target: inner, before: inner && getCore(c.state, inner.core), result: handle });
	return effect.returns === "first-of-tuple" ? tuple([handle, unknownResult(c)]) : handle;
}

function quantization(c: ApiCall, effect: Effect & { kind: "create-model" }): CoreObject["quantized"] {
	const asked = effect.quantization;
	if (!asked) return "none";
	const bits4 = asked.load4bit ? flag(c, asked.load4bit, asked.default === "4bit") : false;
	if (bits4 === true) return "4bit";
	if (asked.load8bit && flag(c, asked.load8bit, false) === true) return "8bit";
	const config = asked.config ? argument(c, asked.config) : undefined;
	if (!config || isNone(config)) return bits4 === "unknown" ? "unknown" : "none";
	const fields = configOf(c.state, config)?.fields;
	if (fields?.load_in_4bit === true) return "4bit";
	return fields?.load_in_8bit === true ? "8bit" : "unknown";
}

function createWrapped(c: ApiCall, effect: Effect & { kind: "create-wrapped" }): Value {
	const event = newEvent(c, "create");
	const id = `core:${siteKey(c.ctx, c.call)}`;
	const base = allocateCore(c.state, id, { label: label(c), family: effect.family, created: event }, c.machine);
	const adapter = adapterName(c, effect.adapterName);
	const source = text(argument(c, effect.source));
	const core = inject(getCore(c.state, id), {
		name: adapter,
		origin: "loaded",
		event,
		trainable: flag(c, effect.trainable, false),
		source,
	});
	setObject(c.state, id, addWrapper(core, event, true));
	const handle = { ...base, path: wrapPath([], "P", event) };
	record(c, event, { result: handle, adapter });
	return handle;
}

function copy(c: ApiCall, effect: Effect & { kind: "copy" }): Value {
	const value = argument(c, effect.model);
	const handle = value && knownModel(c.state, value);
	// The copy of an unknown is another unknown: what is done to one is not done to the other.
	if (!handle) return effect.deep && value?.k !== "constant" ? unknownResult(c) : (value ?? unknownResult(c));
	if (!effect.deep) return handle;
	const event = newEvent(c, "copy");
	const id = `copy:${siteKey(c.ctx, c.call)}`;
	const before = getCore(c.state, handle.core);
	allocateCore(c.state, id, { label: label(c), family: before.family, created: event }, c.machine);
	const { number } = getCore(c.state, id);
	setObject(c.state, id, remember({ ...before, number, instance: undefined }, event));
	const result = { ...handle, core: id };
	record(c, event, { target: handle, before, result });
	return result;
}

// --- wrapping and loading

function wrap(c: ApiCall, effect: Effect & { kind: "wrap" }): Value {
	const given = modelArgument(c, effect.model);
	if (!given) return unknownResult(c);
	const wrapped = given.path[0]?.token === "P" || given.path[0]?.token === "T";
	if (wrapped && effect.onWrapped === "same") return given;
	// A config of the library's own kind makes a wrapper of its own kind.
	if (effect.foreignConfigs && !configOf(c.state, argument(c, effect.config))) return unknownResult(c);
	const target = wrapped && effect.onWrapped === "merge" ? mergeFirst(c, given) : given;
	const config = effect.config === undefined ? undefined : configOf(c.state, argument(c, effect.config));
	return wrapHandle(c, "wrap", target, config, adapterName(c, effect.adapterName), effect.token);
}

function mergeFirst(c: ApiCall, handle: HandleValue): HandleValue {
	const event = happen(c, "unload", handle, undefined, (core, at) => unload(core, at, true));
	return { ...handle, path: inside(handle.path), unloadedBy: event };
}

function wrapHandle(
	c: ApiCall,
	kind: EventKind,
	target: HandleValue,
	config: ConfigView | undefined,
	adapter: string | undefined,
	token: "P" | "T",
): HandleValue {
	const event = newEvent(c, kind);
	const before = getCore(c.state, target.core);
	const injects = config?.injects ?? true;
	const trainable = config?.fields.inference_mode === true ? false : config?.fromCheckpoint ? "unknown" : true;
	const core = injects ? inject(before, { name: adapter, origin: "fresh", event, trainable, config }) : before;
	setObject(c.state, target.core, remember(addWrapper(core, event, injects), event));
	const result: HandleValue = { ...target, path: wrapPath(target.path, token, event), unloadedBy: undefined };
	record(c, event, { target, before, result, adapter, config });
	return result;
}

function injectAdapter(c: ApiCall, effect: Effect & { kind: "inject" }): Value {
	const target = modelArgument(c, effect.model);
	if (!target) return unknownResult(c);
	const event = newEvent(c, "inject");
	const before = getCore(c.state, target.core);
	const config = configOf(c.state, argument(c, effect.config));
	const adapter = adapterName(c, effect.adapterName);
	const core = inject(before, { name: adapter, origin: "fresh", event, trainable: true, config });
	setObject(c.state, target.core, remember(core, event));
	record(c, event, { target, before, result: target, adapter, config });
	return argument(c, effect.model) ?? target;
}

/** A load that returned had something to load: False where the path says there was nothing. */
function sourceIsGiven(c: ApiCall, param: Param): boolean {
	const source = argument(c, param);
	return source?.k !== "symbol" || assume(c.state, source, true, c.machine);
}

function load(c: ApiCall, effect: Effect & { kind: "load" }): Value | undefined {
	const target = modelArgument(c, effect.model);
	if (!target) return unknownResult(c);
	const adapter = adapterName(c, effect.adapterName);
	const source = text(argument(c, effect.source));
	const trainable = flag(c, effect.trainable, false);
	if (target.path[0]?.token === "P" && effect.onWrapped === "load-adapter") {
		happen(c, "load-adapter", target, adapter, (core, at) =>
			loadInto(core, { name: adapter, origin: "loaded", event: at, trainable, source }, true),
		);
		return target;
	}
	if (!sourceIsGiven(c, effect.source)) return undefined;
	const event = newEvent(c, "load");
	const before = getCore(c.state, target.core);
	const config = configOf(c.state, argument(c, "config"));
	const injects = config?.injects ?? true;
	const matches = target.path.every((step) => step.token === "?");
	const origin = matches ? "loaded" : "lost";
	const core = injects ? inject(before, { name: adapter, origin, event, trainable, source, config }) : before;
	setObject(c.state, target.core, remember(addWrapper(core, event, injects), event));
	const result: HandleValue = { ...target, path: wrapPath(target.path, "P", event), unloadedBy: undefined };
	record(c, event, { target, before, result, adapter, config });
	return result;
}

function unloadModel(c: ApiCall, effect: Effect & { kind: "unload" }): Value {
	const target = modelArgument(c, effect.model);
	if (!target) return unknownResult(c);
	const event = happen(c, "unload", target, undefined, (core, at) => unload(core, at, effect.merge));
	return effect.returns === "none" ? NONE : { ...target, path: inside(target.path), unloadedBy: event };
}

// --- views of the same model

function view(c: ApiCall, param: Param, look: (handle: HandleValue) => HandleValue): Value {
	const value = argument(c, param);
	const handle = value && knownModel(c.state, value);
	return handle ? look(handle) : (value ?? unknownResult(c));
}

function same(c: ApiCall, effect: Effect & { kind: "same" }): Value {
	const value = argument(c, effect.model);
	if (!value) return unknownResult(c);
	if (effect.what === "kbit-prepare") {
		const handle = asModel(c.state, value, c.machine);
		if (handle) happen(c, "kbit-prepare", handle, undefined, (core) => setTrainable(core, undefined, false));
		return resolve(c.state, value);
	}
	return value;
}

function prefix(c: ApiCall, effect: Effect & { kind: "prefix" }): Value {
	const value = argument(c, effect.model);
	const target = value && knownModel(c.state, value);
	if (!target) return value?.k === "function" ? value : unknownResult(c);
	const event = newEvent(c, "prefix");
	const before = getCore(c.state, target.core);
	setObject(c.state, target.core, remember({ ...before, env: [...before.env, effect.env] }, event));
	const result = { ...target, path: wrapPath(target.path, effect.token, event) };
	record(c, event, { target, before, result });
	return result;
}

function prepare(c: ApiCall, effect: Effect & { kind: "prepare" }): Value {
	const given = effect.model === "*" ? c.args.positional : [argument(c, effect.model)];
	const prepared = given.map((value) => (value ? prepareOne(c, resolve(c.state, value)) : unknownResult(c)));
	if (effect.returns === "first-of-tuple") {
		const more = [1, 2, 3].map((index) => symbol(`result:${siteKey(c.ctx, c.call)}[${index}]`));
		return tuple([prepared[0] ?? unknownResult(c), ...more]);
	}
	if (c.args.openPositional) return unknownResult(c);
	return prepared.length === 1 ? (prepared[0] as Value) : tuple(prepared);
}

/** On one process the same object comes back; keys read through `unwrap_model` are the same either way. */
function prepareOne(c: ApiCall, value: Value): Value {
	const handle = knownModel(c.state, value);
	if (!handle) return value;
	happen(c, "prepare", handle, undefined, (core) =>
		core.env.includes("prepared") ? core : { ...core, env: [...core.env, "prepared"] },
	);
	return value;
}

// --- training

function requiresGrad(c: ApiCall, effect: Effect & { kind: "requires-grad" }): Value {
	const value = argument(c, effect.model);
	const handle = value && knownModel(c.state, value);
	const names = effect.names ? namesOf(c.state, argument(c, effect.names)) : undefined;
	if (handle)
		happen(c, "requires-grad", handle, undefined, (core) => setTrainable(core, names, flag(c, effect.flag, true)));
	return value ?? unknownResult(c);
}

function makeTrainer(c: ApiCall, effect: Effect & { kind: "trainer" }): Value {
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
			held = { ...model, path: [{ token: "?", event: undefined }] };
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
	if (object?.t === "instance")
		setObject(c.state, id, { ...object, fields: new Map(object.fields).set("model", model) });
	else setObject(c.state, id, { t: "trainer", api: c.api, model, fields: new Map() });
}

function onTrainer(
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

function makeOptimizer(c: ApiCall, param: Param): Value {
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

function stepOptimizer(c: ApiCall): Value {
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

function read(c: ApiCall, param: Param): Value {
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

// --- configs

function makeConfig(c: ApiCall, kind: Pick<ConfigView, "peftType" | "fromCheckpoint"> & { injects: boolean }): Value {
	const fields: Record<string, ConstantView> = {};
	const named = [...c.args.keywords, ...c.args.positional.map((value, i) => [c.params[i] ?? "", value] as const)];
	for (const [name, value] of named) {
		const known = constantView(c.state, resolve(c.state, value));
		if (known !== undefined && name) fields[name] = known;
	}
	const id = `config:${siteKey(c.ctx, c.call)}`;
	setObject(c.state, id, { t: "config", view: { created: place(c.ctx, c.call), ...kind, fields } });
	return { k: "ref", id };
}

function constantView(state: State, value: Value): ConstantView | undefined {
	if (value.k === "constant") return value.value;
	// `TaskType.CAUSAL_LM` is its name.
	if (value.k === "external" && /\.TaskType\.\w+$/.test(value.name))
		return value.name.slice(value.name.lastIndexOf(".") + 1);
	const object = value.k === "ref" ? getObject(state, value.id) : undefined;
	const items = value.k === "tuple" ? value.items : object?.t === "list" && !object.open ? object.items : undefined;
	const views = items?.map((item) => constantView(state, resolve(state, item)));
	return views?.every((one) => one !== undefined) ? (views as ConstantView[]) : undefined;
}

function configOf(state: State, value: Value | undefined): ConfigView | undefined {
	const object = value?.k === "ref" ? getObject(state, value.id) : undefined;
	return object?.t === "config" ? object.view : undefined;
}
