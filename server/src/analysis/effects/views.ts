/** Other ways to the same model. */

import type { Effect, Param } from "../../catalog/types";
import { asModel, knownModel, markPrepared, wrapPath } from "../handles";
import { siteKey } from "../machine";
import { getCore, resolve, setObject } from "../state";
import { remember, setTrainable, switchOn } from "../transitions";
import { type HandleValue, symbol, tuple, type Value } from "../values";
import { type ApiCall, argument, happen, newEvent, record, unknownResult } from "./call";
import { useOptimizers } from "./training";

export function view(c: ApiCall, param: Param, look: (handle: HandleValue) => HandleValue): Value {
	const value = argument(c, param);
	const handle = value && knownModel(c.state, value);
	return handle ? look(handle) : (value ?? unknownResult(c));
}

export function same(c: ApiCall, effect: Effect & { kind: "same" }): Value {
	const value = argument(c, effect.model);
	if (!value) return unknownResult(c);
	if (effect.what === "kbit-prepare") {
		const handle = asModel(c.state, value, c.machine);
		if (handle)
			happen(c, "kbit-prepare", handle, undefined, (core, event) => setTrainable(core, undefined, false, event));
		return resolve(c.state, value);
	}
	const dtype = effect.what === "dtype" || effect.what === "device" ? dtypeOf(c) : undefined;
	const cast = dtype === undefined ? undefined : knownModel(c.state, resolve(c.state, value));
	if (cast) happen(c, "cast", cast, undefined, (core) => core, { source: dtype });
	return value;
}

const CASTS: ReadonlyMap<string, string> = new Map([
	["half", "float16"],
	["float", "float32"],
	["double", "float64"],
	["bfloat16", "bfloat16"],
]);

/** The type that a call gives to a model's weights, where it names one: `half()`, `to(torch.float16)`. */
function dtypeOf({ api, args, state }: ApiCall): string | undefined {
	const given = [...args.positional, ...args.keywords.values()].map((value) => resolve(state, value));
	const named = given.map((value) =>
		value.k === "external" ? /^torch\.(\w*float\d*|half|double)$/.exec(value.name) : null,
	);
	const name = named.find((match) => match !== null)?.[1];
	return name === undefined ? CASTS.get(api) : (CASTS.get(name) ?? name);
}

export function toggleAdapters(c: ApiCall, effect: Effect & { kind: "toggle-adapters" }): Value {
	const value = argument(c, effect.model);
	const handle = value && knownModel(c.state, value);
	if (handle && effect.enabled) setObject(c.state, handle.core, switchOn(getCore(c.state, handle.core)));
	return unknownResult(c);
}

export function prefix(c: ApiCall, effect: Effect & { kind: "prefix" }): Value {
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

export function prepare(c: ApiCall, effect: Effect & { kind: "prepare" }): Value {
	const given = effect.model === "*" ? c.args.positional : [argument(c, effect.model)];
	for (const value of given) useOptimizers(c, value);
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
	const event = happen(c, "prepare", handle, undefined, (core) =>
		core.env.includes("prepared") ? core : { ...core, env: [...core.env, "prepared"] },
	);
	return value.k === "handle" ? { ...value, path: markPrepared(value.path, event) } : value;
}
