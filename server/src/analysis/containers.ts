/** Lists, sets, dicts and tuples of ours: what they hold, and how they change. */
import type { CallExpr } from "../syntax/facts";
import { callParser } from "./argparse";
import { SEQUENCE_ITEMS } from "./bounds";
import type { DictObject, ListObject } from "./heap";
import { type Arguments, type Context, siteKey } from "./machine";
import { forgetAbout, getObject, getSlot, resolve, type State, setObject } from "./state";
import { computed } from "./truth";
import { type Constant, constant, keyOf, NONE, type ObjId, symbol, tuple, type Value } from "./values";

/** Items of a sequence value, and whether there may be more. */
export function sequenceItems(state: State, given: Value): { items: readonly Value[]; open: boolean } {
	const value = resolve(state, given);
	if (value.k === "tuple") return { items: value.items, open: false };
	const object = value.k === "ref" ? getObject(state, value.id) : undefined;
	return object?.t === "list" ? object : { items: [], open: true };
}

export function listItems(state: State, value: Value): { items: readonly Value[]; open: boolean } | undefined {
	if (value.k === "tuple") return { items: value.items, open: false };
	const object = value.k === "ref" ? getObject(state, value.id) : undefined;
	return object?.t === "list" ? object : undefined;
}

export function newList(state: State, items: readonly Value[], open: boolean, key: string): Value {
	const id = `list:${key}`;
	setObject(state, id, {
		t: "list",
		items: items.slice(0, SEQUENCE_ITEMS),
		open: open || items.length > SEQUENCE_ITEMS,
	});
	return { k: "ref", id };
}

export function newDict(state: State, entries: ReadonlyMap<Constant, Value>, open: boolean, key: string): Value {
	const id = `dict:${key}`;
	setObject(state, id, { t: "dict", entries, open });
	return { k: "ref", id };
}

/** `base[index]` where both are known well enough; an unknown named after them otherwise. */
export function subscript(state: State, base: Value, index: Value): Value {
	const items = base.k === "tuple" || base.k === "ref" ? listItems(state, base) : undefined;
	if (items && index.k === "constant" && typeof index.value === "number") {
		const position = index.value < 0 && !items.open ? items.items.length + index.value : index.value;
		const item = items.items[position];
		if (item) return resolve(state, item);
	}
	const object = base.k === "ref" ? getObject(state, base.id) : undefined;
	if (object?.t === "dict" && index.k === "constant") {
		const item = object.entries.get(index.value);
		if (item) return resolve(state, item);
	}
	// `Optional[X]`, `list[int]`: the class itself is what matters.
	if (base.k === "external" && /^(typing|builtins|collections)\b/.test(base.name)) return base;
	const initial = computed(`${keyOf(base)}[${keyOf(index)}]`);
	return resolve(state, getSlot(state, keyOf(initial)) ?? initial);
}

/** Writes one item; what was known of the container before is not known any more. */
export function setItem(state: State, id: ObjId, index: Value, value: Value): void {
	const object = getObject(state, id);
	if (object?.t === "dict") {
		const known = index.k === "constant";
		const entries = known ? new Map(object.entries).set(index.value, value) : object.entries;
		change(state, id, { ...object, entries, open: object.open || !known, nonEmpty: true });
	}
	if (object?.t === "list") {
		const position = index.k === "constant" && typeof index.value === "number" ? index.value : -1;
		const items = object.items.map((item, i) => (i === position ? value : item));
		change(state, id, position < 0 ? UNKNOWN_LIST : { ...object, items });
	}
}

const UNKNOWN_LIST: ListObject = { t: "list", items: [], open: true };

/** `+=` and `|=` on a container. */
export function growInPlace(state: State, id: ObjId, by: Value): void {
	const object = getObject(state, id);
	if (object?.t === "list") extend(state, id, object, by);
	if (object?.t === "dict") change(state, id, mergeDicts(state, object, by, new Map(), false));
}

function extend(state: State, id: ObjId, list: ListObject, by: Value | undefined): void {
	const more = by ? sequenceItems(state, by) : { items: [], open: true };
	change(state, id, { t: "list", items: [...list.items, ...more.items], open: list.open || more.open });
}

function mergeDicts(
	state: State,
	dict: DictObject,
	by: Value | undefined,
	keywords: ReadonlyMap<string, Value>,
	open: boolean,
): DictObject {
	const entries = new Map(dict.entries);
	const given = by?.k === "ref" ? getObject(state, by.id) : undefined;
	if (given?.t === "dict") for (const [k, v] of given.entries) entries.set(k, v);
	for (const [k, v] of keywords) entries.set(k, v);
	const isOpen = dict.open || open || (by !== undefined && (given?.t !== "dict" || given.open));
	return { ...dict, entries, open: isOpen };
}

function change(state: State, id: ObjId, object: ListObject | DictObject): void {
	forgetAbout(state, `&${id}`);
	setObject(state, id, object);
}

/** Code we cannot see had the container: it may hold anything. */
export function openContainer(state: State, id: ObjId): void {
	const object = getObject(state, id);
	if (object?.t === "list") change(state, id, UNKNOWN_LIST);
	if (object?.t === "dict") change(state, id, { t: "dict", entries: new Map(), open: true });
}

/** A method of a list or dict of ours; undefined when it is something else. */
export function callContainer(
	state: State,
	id: ObjId,
	name: string,
	args: Arguments,
	call: CallExpr,
	ctx: Context,
): Value | undefined {
	const object = getObject(state, id);
	if (object?.t === "list") return callList(state, id, object, name, args);
	if (object?.t === "dict") return callDict(state, id, object, name, args, siteKey(ctx, call));
	if (object?.t === "parser") return callParser(state, id, object, name, args, call, ctx);
	return undefined;
}

function callList(state: State, id: ObjId, list: ListObject, name: string, args: Arguments): Value | undefined {
	const [first] = args.positional;
	switch (name) {
		case "append":
		case "add":
			if (first) change(state, id, { ...list, items: [...list.items, first].slice(0, SEQUENCE_ITEMS) });
			return NONE;
		case "extend":
		case "update":
			extend(state, id, list, first);
			return NONE;
		case "pop": {
			const last = list.open || first ? undefined : list.items.at(-1);
			change(state, id, last ? { ...list, items: list.items.slice(0, -1) } : UNKNOWN_LIST);
			return last;
		}
		case "index":
		case "count":
		case "copy":
			return undefined;
		default:
			change(state, id, UNKNOWN_LIST);
			return NONE;
	}
}

function callDict(
	state: State,
	id: ObjId,
	dict: DictObject,
	name: string,
	args: Arguments,
	key: string,
): Value | undefined {
	const [first, fallback] = args.positional;
	switch (name) {
		case "get": {
			if (first?.k !== "constant") return undefined;
			const found = dict.entries.get(first.value);
			if (found) return resolve(state, found);
			return dict.open ? undefined : (fallback ?? NONE);
		}
		case "items":
			return newList(
				state,
				[...dict.entries].map(([k, v]) => tuple([constant(k), v])),
				dict.open,
				`${key}:items`,
			);
		case "values":
			return newList(state, [...dict.entries.values()], dict.open, `${key}:values`);
		case "keys":
			return newList(state, [...dict.entries.keys()].map(constant), dict.open, `${key}:keys`);
		case "update":
			change(state, id, mergeDicts(state, dict, first, args.keywords, args.openKeywords));
			return NONE;
		case "pop":
			return popKey(state, id, dict, first, fallback);
		case "copy":
			return newDict(state, dict.entries, dict.open, key);
		case "clear":
			change(state, id, { t: "dict", entries: new Map(), open: false });
			return NONE;
		default:
			change(state, id, { t: "dict", entries: new Map(), open: true });
			return symbol(`result:${key}`);
	}
}

function popKey(
	state: State,
	id: ObjId,
	dict: DictObject,
	key: Value | undefined,
	fallback: Value | undefined,
): Value | undefined {
	if (key?.k !== "constant") {
		change(state, id, { t: "dict", entries: new Map(), open: true });
		return undefined;
	}
	const entries = new Map(dict.entries);
	const found = entries.get(key.value);
	entries.delete(key.value);
	change(state, id, { t: "dict", entries, open: dict.open });
	return found ?? (dict.open ? undefined : fallback);
}
