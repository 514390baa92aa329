/** Lists, sets, dicts and tuples of ours: what they hold, and how they change. */
import type { CallExpr } from "../syntax/facts";
import { callParser } from "./argparse";
import { SEQUENCE_ITEMS } from "./bounds";
import { enumMembers } from "./enums";
import type { DictObject, ListObject } from "./heap";
import { type Arguments, type Context, siteKey } from "./machine";
import { tupleFields } from "./records";
import { dropSlots, forgetAbout, getObject, getSlot, resolve, type State, setObject, setSlot } from "./state";
import { computed } from "./truth";
import { type Constant, constant, keyOf, NONE, type ObjId, type SymbolOp, symbol, tuple, type Value } from "./values";

export interface Items {
	readonly items: readonly Value[];
	/** There may be more. */
	readonly open: boolean;
}

const UNKNOWN_ITEMS: Items = { items: [], open: true };

/** What a `for` over the value is given, one after the other; undefined for what is no container of ours. */
export function itemsOf(state: State, given: Value): Items | undefined {
	const value = resolve(state, given);
	if (value.k === "symbol") return itemsOfView(state, value.op);
	const object = value.k === "ref" ? getObject(state, value.id) : undefined;
	if (object?.t === "dict") return { items: [...object.entries.keys()].map(constant), open: object.open };
	if (object?.t === "class") return object.isEnum ? { items: enumMembers(object), open: false } : undefined;
	return listItems(state, value);
}

/** `enumerate(x)` and `zip(x, y)`. */
function itemsOfView(state: State, op: SymbolOp | undefined): Items | undefined {
	if (op?.kind === "enumerate") {
		const inner = itemsOf(state, op.of);
		const { start } = op;
		if (!inner || start.k !== "constant" || typeof start.value !== "number") return undefined;
		const first = start.value;
		return { ...inner, items: inner.items.map((item, index) => tuple([constant(first + index), item])) };
	}
	if (op?.kind !== "zip") return undefined;
	const parts = op.of.map((part) => itemsOf(state, part));
	if (parts.length === 0 || !parts.every((part) => part !== undefined)) return undefined;
	const length = Math.min(...parts.map((part) => part.items.length));
	const items = Array.from({ length }, (_, index) => tuple(parts.map((part) => part.items[index] as Value)));
	return { items, open: !parts.some((part) => !part.open && part.items.length === length) };
}

/** Items of a container, and whether there may be more: all may be unknown. */
export function sequenceItems(state: State, value: Value): Items {
	return itemsOf(state, value) ?? UNKNOWN_ITEMS;
}

/** Items of what can be indexed with numbers. */
export function listItems(state: State, value: Value): Items | undefined {
	if (value.k === "tuple") return { items: value.items, open: false };
	const object = value.k === "ref" ? getObject(state, value.id) : undefined;
	if (object?.t === "list") return object;
	const fields = tupleFields(state, value);
	return fields && { items: fields, open: false };
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
	const items = listItems(state, base);
	if (items && index.k === "constant" && typeof index.value === "number") {
		const position = index.value < 0 && !items.open ? items.items.length + index.value : index.value;
		const item = items.items[position];
		if (item) return resolve(state, item);
	}
	if (base.k === "native" && base.name === "__dict__") return fieldUnder(state, base.self, index);
	const object = base.k === "ref" ? getObject(state, base.id) : undefined;
	if (object?.t === "dict" && index.k === "constant") {
		const item = object.entries.get(index.value);
		if (item) return resolve(state, item);
	}
	// `Optional[X]`, `list[int]`, `Holder[Model]`: the class itself is what matters.
	if (base.k === "external" && /^(typing|builtins|collections)\b/.test(base.name)) return base;
	if (object?.t === "class" && !object.isEnum) return base;
	if (object?.t === "class" && index.k === "constant") return object.attributes.get(String(index.value)) ?? NONE;
	const initial = computed(`${keyOf(base)}[${keyOf(index)}]`);
	return resolve(state, getSlot(state, keyOf(initial)) ?? initial);
}

/** `object.__dict__[name]` */
function fieldUnder(state: State, self: Value, name: Value): Value {
	const object = self.k === "ref" ? getObject(state, self.id) : undefined;
	const field = object?.t === "instance" && name.k === "constant" ? object.fields.get(String(name.value)) : undefined;
	return resolve(state, field ?? computed(`${keyOf(self)}.${keyOf(name)}`));
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
		const position = index.k === "constant" ? indexIn(object, index) : undefined;
		const items = object.items.map((item, i) => (i === position ? value : item));
		change(state, id, position === undefined ? UNKNOWN_LIST : { ...object, items });
	}
	// Under a key that is not known, it is found by the same key until the container changes again.
	if (index.k !== "constant") setSlot(state, itemName({ k: "ref", id }, index), value);
}

/** `del container[index]` */
export function removeItem(state: State, id: ObjId, index: Value): void {
	const object = getObject(state, id);
	if (object?.t === "dict") popKey(state, id, object, index, undefined);
	if (object?.t === "list") popItem(state, id, object, index);
}

function itemName(base: Value, index: Value): string {
	return keyOf(computed(`${keyOf(base)}[${keyOf(index)}]`));
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
	dropSlots(state, `&${id}[`);
	setObject(state, id, object);
}

/** `left | right` of two dicts. */
export function joinDicts(state: State, left: Value, right: Value, key: string): Value | undefined {
	const [a, b] = [left, right].map((value) => (value.k === "ref" ? getObject(state, value.id) : undefined));
	if (a?.t !== "dict" || b?.t !== "dict") return undefined;
	return newDict(state, new Map([...a.entries, ...b.entries]), a.open || b.open, key);
}

/** Code we cannot see had the container: it may hold anything. */
export function openContainer(state: State, id: ObjId): void {
	const object = getObject(state, id);
	if (object?.t === "list") change(state, id, UNKNOWN_LIST);
	if (object?.t === "dict") change(state, id, { t: "dict", entries: new Map(), open: true });
}

const OF_MODULES =
	/^(to|cuda|cpu|half|float|bfloat16|train|eval|requires_grad_|(named_)?(parameters|modules|children))$/;

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
	// The methods of a `ModuleList` or `ModuleDict` say something of what is in it.
	if ((object?.t === "list" || object?.t === "dict") && OF_MODULES.test(name)) return { k: "ref", id };
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
		case "insert": {
			const at = indexIn(list, first);
			const [, item] = args.positional;
			const items = item && at !== undefined ? list.items.toSpliced(at, 0, item) : undefined;
			change(state, id, items ? { ...list, items: items.slice(0, SEQUENCE_ITEMS) } : UNKNOWN_LIST);
			return NONE;
		}
		case "popleft":
		case "pop":
			return popItem(state, id, list, first ?? constant(name === "pop" ? -1 : 0));
		case "clear":
			change(state, id, { t: "list", items: [], open: false });
			return NONE;
		case "index":
		case "count":
		case "copy":
			return undefined;
		default:
			change(state, id, UNKNOWN_LIST);
			return NONE;
	}
}

/** A place counted from the start, or from the end of a list that is known to it. */
function indexIn(list: ListObject, index: Value | undefined): number | undefined {
	if (index?.k !== "constant" || typeof index.value !== "number") return undefined;
	if (index.value >= 0) return index.value;
	return list.open ? undefined : Math.max(0, list.items.length + index.value);
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

function popItem(state: State, id: ObjId, list: ListObject, index: Value): Value | undefined {
	const at = indexIn(list, index);
	const item = at === undefined ? undefined : list.items[at];
	change(state, id, at !== undefined && item ? { ...list, items: list.items.toSpliced(at, 1) } : UNKNOWN_LIST);
	return item && resolve(state, item);
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
