/** Models that come into being. */

import type { Effect } from "../../catalog/types";
import { allocateCore, knownModel, wrapPath } from "../handles";
import type { CoreObject } from "../heap";
import { siteKey, textOf } from "../machine";
import { getCore, setObject } from "../state";
import { addWrapper, inject, remember } from "../transitions";
import { isNone, tuple, type Value } from "../values";
import { type ApiCall, adapterName, argument, flag, newEvent, record, text, unknownResult } from "./call";
import { configOf } from "./configs";

const LABEL_LENGTH = 60;

export function label(c: ApiCall): string {
	const source = textOf(c.machine, c.ctx.file).slice(c.call.start, c.call.end).replace(/\s+/g, " ");
	return source.length > LABEL_LENGTH ? `${source.slice(0, LABEL_LENGTH - 1)}…` : source;
}

export function createModel(c: ApiCall, effect: Effect & { kind: "create-model" }): Value {
	const given = argument(c, effect.source);
	const inner = effect.prefix && given && knownModel(c.state, given);
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
	const before = inner && getCore(c.state, inner.core);
	record(c, event, { target: inner, before, result: handle, source: text(given) });
	return effect.returns === "first-of-tuple" ? tuple([handle, unknownResult(c)]) : handle;
}

export function quantization(c: ApiCall, effect: Effect & { kind: "create-model" }): CoreObject["quantized"] {
	const asked = effect.quantization;
	if (!asked) return "none";
	if (asked.unless?.some((parameter) => flag(c, parameter, false) !== false)) return "unknown";
	const bits4 = asked.load4bit ? flag(c, asked.load4bit, asked.default === "4bit") : false;
	if (bits4 === true) return "4bit";
	if (asked.load8bit && flag(c, asked.load8bit, false) === true) return "8bit";
	const config = asked.config ? argument(c, asked.config) : undefined;
	if (!config || isNone(config)) return bits4 === "unknown" ? "unknown" : "none";
	const fields = configOf(c.state, config)?.fields;
	if (fields?.load_in_4bit === true) return "4bit";
	return fields?.load_in_8bit === true ? "8bit" : "unknown";
}

export function createWrapped(c: ApiCall, effect: Effect & { kind: "create-wrapped" }): Value {
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
	record(c, event, { result: handle, adapter, source });
	return handle;
}

export function copy(c: ApiCall, effect: Effect & { kind: "copy" }): Value {
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
