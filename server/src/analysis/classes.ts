/** Classes of the program: what they inherit, what fields they declare, and how names are looked up in them. */
import { classKind, lookupMethod } from "../catalog";
import type { MethodSpec, Receiver } from "../catalog/types";
import type { ClassObject } from "./heap";
import { getObject, resolve, type State } from "./state";
import { type ObjId, sameValue, type Value } from "./values";

export interface Member {
	readonly value: Value;
	/** The class that defines it. */
	readonly owner: ObjId;
}

export function classOf(state: State, cls: ObjId): ClassObject | undefined {
	const object = getObject(state, cls);
	return object?.t === "class" ? object : undefined;
}

// --- inheritance

const DEPTH = 20;
const orders = new WeakMap<ClassObject, readonly Value[]>();

/** The class and all it inherits from, in the order in which Python looks a name up. */
export function resolutionOrder(state: State, cls: Value, depth = 0): readonly Value[] {
	const object = cls.k === "ref" ? classOf(state, cls.id) : undefined;
	if (!object || depth > DEPTH) return [cls];
	let order = orders.get(object);
	if (!order) {
		const bases = object.bases.map((base) => resolve(state, base));
		order = [cls, ...interleave([...bases.map((base) => resolutionOrder(state, base, depth + 1)), bases])];
		orders.set(object, order);
	}
	return order;
}

/** C3: a class comes before its bases, and bases come in the order in which they are written. */
function interleave(given: readonly (readonly Value[])[]): Value[] {
	const merged: Value[] = [];
	let rest = given.filter((order) => order.length > 0);
	while (rest.length > 0) {
		const heads = rest.map((order) => order[0] as Value);
		const isLate = (head: Value): boolean =>
			rest.some((order) => order.some((other, index) => index > 0 && sameValue(other, head)));
		const next = heads.find((head) => !isLate(head)) ?? (heads[0] as Value);
		merged.push(next);
		rest = rest.map((order) => order.filter((other) => !sameValue(other, next))).filter((order) => order.length > 0);
	}
	return merged;
}

/** Looks a name up in a class and its bases of this program; `after`: only behind that class, for `super()`. */
export function findMember(state: State, cls: ObjId, name: string, after?: ObjId): Member | undefined {
	for (const { k, id } of programClasses(state, cls, after)) {
		const value = k === "ref" ? classOf(state, id)?.attributes.get(name) : undefined;
		if (value) return { value, owner: id };
	}
	return undefined;
}

/** What a class and its bases define, the nearest of each name. */
export function membersOf(state: State, cls: ObjId): ReadonlyMap<string, Value> {
	const members = new Map<string, Value>();
	for (const { id } of programClasses(state, cls, undefined).reverse())
		for (const [name, value] of classOf(state, id)?.attributes ?? []) members.set(name, value);
	return members;
}

/** Constants that a class or its bases have for names: what an object without a field of its own has under them. */
export function flagsOfClass(state: State, cls: ObjId): ReadonlyMap<string, Value> {
	const flags = [...membersOf(state, cls)].filter(([, value]) => value.k === "constant");
	return new Map(flags);
}

function programClasses(state: State, cls: ObjId, after: ObjId | undefined): (Value & { k: "ref" })[] {
	const order = resolutionOrder(state, { k: "ref", id: cls });
	const start = after === undefined ? -1 : order.findIndex((one) => one.k === "ref" && one.id === after);
	return order.slice(start + 1).filter((one) => one.k === "ref");
}

/** Whether the first class is the second or inherits from it; undefined where a base is unknown. */
export function isSubclass(state: State, cls: ObjId, of: Value): boolean | undefined {
	const order = resolutionOrder(state, { k: "ref", id: cls });
	if (order.some((one) => sameValue(one, of))) return true;
	return order.every((one) => one.k === "ref" || (one.k === "external" && of.k === "ref")) ? false : undefined;
}

/** Bases that bring no fields, and no methods that matter. */
const BARE = /^(builtins\.object|abc\.ABC|(typing|typing_extensions)\.(Generic|Protocol|NamedTuple|TypedDict))$/;

/** Bases of a class that other libraries define, nearest first. */
export function externalBases(state: State, cls: ObjId): string[] {
	return resolutionOrder(state, { k: "ref", id: cls }).flatMap((one) => {
		if (one.k === "ref" && classOf(state, one.id)) return [];
		return one.k !== "external" ? ["?"] : BARE.test(one.name) ? [] : [one.name];
	});
}

/** A method that a library's base class gives. */
export function inheritedMethod(state: State, cls: ObjId, name: string): MethodSpec | undefined {
	for (const receiver of baseReceivers(state, cls)) {
		const spec = lookupMethod(receiver, name);
		if (spec) return spec;
	}
	return undefined;
}

function baseReceivers(state: State, cls: ObjId): Receiver[] {
	return externalBases(state, cls).flatMap((base): Receiver[] => {
		const kind = classKind(base);
		if (kind === "trainer") return ["trainer"];
		if (kind === "peft-model") return ["peft-model", "core"];
		if (kind !== "module") return [];
		return base.startsWith("transformers.") ? ["core"] : ["any-model"];
	});
}
