/** Wrapping, injecting, loading and unloading. */

import type { Effect, Param } from "../../catalog/types";
import { assume } from "../assume";
import type { ConfigView, EventId, EventKind } from "../graph";
import { inside, wrapPath } from "../handles";
import type { CoreObject } from "../heap";
import { getCore, setObject, unknownId } from "../state";
import { addWrapper, inject, loadInto, remember, unload } from "../transitions";
import { compare } from "../truth";
import { type HandleValue, NONE, type Value } from "../values";
import {
	type ApiCall,
	adapterName,
	argument,
	flag,
	happen,
	modelArgument,
	newEvent,
	onModel,
	record,
	text,
	unknownResult,
} from "./call";
import { configOf } from "./configs";

export function wrap(c: ApiCall, effect: Effect & { kind: "wrap" }): Value | undefined {
	const given = modelArgument(c, effect.model);
	if (!given) return unknownResult(c);
	const wrapped = given.path[0]?.token === "P" || given.path[0]?.token === "T";
	if (wrapped && effect.onWrapped === "same") return given;
	// A config of the library's own kind makes a wrapper of its own kind.
	if (effect.foreignConfigs && !configOf(c.state, argument(c, effect.config))) return unknownResult(c);
	const target = wrapped && effect.onWrapped === "merge" ? mergeFirst(c, given) : given;
	const config = effect.config === undefined ? undefined : configOf(c.state, argument(c, effect.config));
	if (!configIsGiven(c, effect)) return undefined;
	return wrapHandle(c, "wrap", target, config, adapterName(c, effect.adapterName), effect.token);
}

/** A wrap that returned had a config: False where there was none. TRL's own wrap takes None. */
function configIsGiven(c: ApiCall, effect: Effect & { kind: "wrap" }): boolean {
	const given = argument(c, effect.config);
	if (given === undefined || unknownId(given) === undefined || effect.onWrapped === "merge") return true;
	return assume(c.state, compare(c.state, "is", given, NONE), false, {
		machine: c.machine,
		statement: c.ctx.statement,
	});
}

function mergeFirst(c: ApiCall, handle: HandleValue): HandleValue {
	const event = happen(c, "unload", handle, undefined, (core, at) => unload(core, at, true));
	return { ...handle, path: inside(handle.path), unloadedBy: event };
}

export function wrapHandle(
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
	setObject(c.state, target.core, remember(addWrapper(core, event, injects, c.ctx.turn), event));
	const result: HandleValue = {
		...target,
		path: wrapPath(target.path, token, event, c.ctx.turn),
		unloadedBy: undefined,
	};
	record(c, event, { target, before, result, adapter, config });
	return result;
}

export function injectAdapter(c: ApiCall, effect: Effect & { kind: "inject" }): Value {
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

export function loadAdapter(c: ApiCall, effect: Effect & { kind: "load-adapter" }): Value {
	const source = text(argument(c, effect.source));
	const trainable = flag(c, effect.trainable, false);
	const change = (core: CoreObject, event: EventId, name: string | undefined): CoreObject =>
		loadInto(core, { name, origin: "loaded", event, trainable, source }, effect.activates);
	return onModel(c, effect.model, "load-adapter", adapterName(c, effect.adapterName), change, { source });
}

export function addAdapter(c: ApiCall, effect: Effect & { kind: "add-adapter" }): Value {
	const config = configOf(c.state, argument(c, effect.config));
	const change = (core: CoreObject, event: EventId, name: string | undefined): CoreObject =>
		loadInto(core, { name, origin: "fresh", event, trainable: effect.activates, config }, effect.activates);
	return onModel(c, effect.model, "add-adapter", adapterName(c, effect.adapterName), change, { config });
}

/** A load that returned had something to load: False where the path says there was nothing. */
function sourceIsGiven(c: ApiCall, param: Param): boolean {
	const source = argument(c, param);
	if (source?.k !== "symbol") return true;
	return assume(c.state, source, true, { machine: c.machine, statement: c.ctx.statement });
}

export function load(c: ApiCall, effect: Effect & { kind: "load" }): Value | undefined {
	const target = modelArgument(c, effect.model);
	const source = text(argument(c, effect.source));
	if (!target) {
		// A path in the model's place: the event has no target.
		if (text(argument(c, effect.model)) !== undefined) record(c, newEvent(c, "load"), { source });
		return unknownResult(c);
	}
	const adapter = adapterName(c, effect.adapterName);
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
	setObject(c.state, target.core, remember(addWrapper(core, event, injects, c.ctx.turn), event));
	const result: HandleValue = { ...target, path: wrapPath(target.path, "P", event, c.ctx.turn), unloadedBy: undefined };
	record(c, event, { target, before, result, adapter, config, source });
	return result;
}

export function unloadModel(c: ApiCall, effect: Effect & { kind: "unload" }): Value {
	const target = modelArgument(c, effect.model);
	if (!target) return unknownResult(c);
	const event = happen(c, "unload", target, undefined, (core, at) => unload(core, at, effect.merge));
	return effect.returns === "none" ? NONE : { ...target, path: inside(target.path), unloadedBy: event };
}
