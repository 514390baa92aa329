/** One call of a modelled API: its arguments, and the events it makes. */
import type { AdapterName, Param } from "../../catalog/types";
import type { CallExpr } from "../../syntax/facts";
import type { EventId, EventKind } from "../graph";
import { asModel } from "../handles";
import type { CoreObject } from "../heap";
import { type Arguments, type Context, type Machine, siteKey } from "../machine";
import type { CaseParts } from "../recorder";
import { getCore, getObject, resolve, type State, setObject } from "../state";
import { remember } from "../transitions";
import { type HandleValue, isNone, keyOf, type ObjId, symbol, type Value } from "../values";

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

export function argumentKeys(args: Arguments): string {
	const keywords = [...args.keywords].map(([name, value]) => `${name}=${keyOf(value)}`);
	return [...args.positional.map(keyOf), ...keywords].join(",");
}

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
export function isHidden(c: ApiCall, param: Param): boolean {
	return (
		argument(c, param) === undefined && (c.args.openKeywords || (c.args.openPositional && c.params.includes(param)))
	);
}

export function text(value: Value | undefined): string | undefined {
	return value?.k === "constant" && typeof value.value === "string" ? value.value : undefined;
}

export function flag(c: ApiCall, param: Param | undefined, otherwise: boolean): boolean | "unknown" {
	if (param === undefined) return otherwise;
	const value = argument(c, param);
	if (!value) return isHidden(c, param) ? "unknown" : otherwise;
	return value.k === "constant" ? Boolean(value.value) : "unknown";
}

/** Undefined: a name that we cannot read. */
export function adapterName(c: ApiCall, name: AdapterName): string | undefined {
	if (name.param === undefined) return name.default;
	const value = argument(c, name.param);
	if (!value) return isHidden(c, name.param) ? undefined : name.default;
	return isNone(value) ? name.default : text(value);
}

export function namesOf(state: State, value: Value | undefined): readonly string[] | undefined {
	const one = text(value);
	if (one !== undefined) return [one];
	const object = value?.k === "ref" ? getObject(state, value.id) : undefined;
	const items = value?.k === "tuple" ? value.items : object?.t === "list" && !object.open ? object.items : undefined;
	const names = items?.map(text);
	return names?.every((name) => name !== undefined) ? (names as string[]) : undefined;
}

export function unknownResult(c: ApiCall): Value {
	return symbol(`result:${siteKey(c.ctx, c.call)}`);
}

export function modelArgument(c: ApiCall, param: Param): HandleValue | undefined {
	const value = argument(c, param);
	return value && asModel(c.state, value, c.machine);
}

export function newEvent(c: ApiCall, kind: EventKind): EventId {
	return c.machine.recorder.event(kind, c.api, c.call, c.params, c.ctx);
}

export function record(c: ApiCall, event: EventId, what: CaseParts): void {
	c.machine.recorder.addCase(event, c.state, what, c.ctx);
}

type More = Pick<CaseParts, "config" | "source" | "weights" | "optimizer" | "options">;

/** An event that changes the Core of its model and returns nothing to follow. */
export function onModel(
	c: ApiCall,
	param: Param,
	kind: EventKind,
	adapter: string | undefined,
	change: (core: CoreObject, event: EventId, adapter: string | undefined) => CoreObject,
	more: More = {},
): Value {
	const handle = modelArgument(c, param);
	if (handle) happen(c, kind, handle, adapter, change, more);
	return unknownResult(c);
}

export function happen(
	c: ApiCall,
	kind: EventKind,
	handle: HandleValue,
	adapter: string | undefined,
	change: (core: CoreObject, event: EventId, adapter: string | undefined) => CoreObject,
	more: More = {},
): EventId {
	const event = newEvent(c, kind);
	const before = getCore(c.state, handle.core);
	setObject(c.state, handle.core, remember(change(before, event, adapter), event));
	record(c, event, { target: handle, before, adapter, ...more });
	return event;
}
