/** Objects of the person's classes: making them, and reading and setting what is in them. */
import { classKind, lookupApi } from "../catalog";
import type { ApiSpec } from "../catalog/types";
import type { CallExpr, NameExpr } from "../syntax/facts";
import {
	classOf,
	externalBases,
	findMember,
	flagsOfClass,
	inheritedMethod,
	isSubclass,
	resolutionOrder,
} from "./classes";
import { applyEffect } from "./effects";
import type { InstanceObject } from "./heap";
import { merge } from "./join";
import { type Arguments, type Context, impliedCall, type Machine, NO_ARGUMENTS, type Result, siteKey } from "./machine";
import { dottedName, setsField } from "./names";
import { makeRecord } from "./records";
import { spoil } from "./spoil";
import { forgetAbout, getObject, resolve, type State, setObject } from "./state";
import { computed } from "./truth";
import {
	constant,
	external,
	type FunctionValue,
	keyOf,
	NONE,
	type ObjId,
	type PropertyValue,
	type RefValue,
	type SuperValue,
	symbol,
	type Value,
} from "./values";

// --- making one

/** Stands for the class of objects that only hold what was put into them. */
export const NAMESPACE: ObjId = "class:namespace";
/** The same for `contextlib.ExitStack`; its fields are what it entered. */
export const EXIT_STACK: ObjId = "class:exit-stack";

export function newObject(state: State, cls: ObjId, fields: ReadonlyMap<string, Value>, key: string): RefValue {
	const id = `object:${key}`;
	setObject(state, id, { t: "instance", cls, fields, core: undefined });
	return { k: "ref", id };
}

/** `super().__new__(cls)`: an object without fields. */
export function bareObject(state: State, args: Arguments, call: CallExpr, ctx: Context): Value {
	const [cls] = args.positional;
	return cls?.k === "ref"
		? newObject(state, cls.id, new Map(), siteKey(ctx, call))
		: symbol(`result:${siteKey(ctx, call)}`);
}

/** The constructor of a trainer that one of the class's bases brings. */
export function trainerBase(state: State, cls: ObjId): ApiSpec | undefined {
	return externalBases(state, cls)
		.map(lookupApi)
		.find((spec) => spec?.effect.kind === "trainer");
}

/** Calls a class of the person's. */
export function instantiate(
	machine: Machine,
	state: State,
	cls: ObjId,
	args: Arguments,
	call: CallExpr,
	ctx: Context,
): Result[] {
	const object = classOf(state, cls);
	if (object?.isEnum) return [{ state, value: args.positional[0] ?? symbol(`result:${siteKey(ctx, call)}`) }];
	const maker = findMember(state, cls, "__new__")?.value;
	const made: Result[] =
		maker?.k === "function"
			? machine.call(state, { ...maker, self: { k: "ref", id: cls } }, args, call, ctx)
			: [{ state, value: newObject(state, cls, new Map(), siteKey(ctx, call)) }];
	return made.flatMap((result) => {
		const self = resolve(result.state, result.value);
		return self.k === "ref" && isObjectOf(result.state, self, cls)
			? initialize(machine, result.state, self, cls, args, call, ctx)
			: [result];
	});
}

function isObjectOf(state: State, { id }: RefValue, cls: ObjId): boolean {
	const object = getObject(state, id);
	return object?.t === "instance" && isSubclass(state, object.cls, { k: "ref", id: cls }) === true;
}

function initialize(
	machine: Machine,
	state: State,
	self: RefValue,
	cls: ObjId,
	args: Arguments,
	call: CallExpr,
	ctx: Context,
): Result[] {
	const init = findMember(state, cls, "__init__")?.value;
	if (init?.k === "function")
		return machine.call(state, { ...init, self }, args, call, ctx).map((r) => ({ state: r.state, value: self }));
	const record = classOf(state, cls)?.record;
	if (record) return makeRecord(machine, state, self, record, args, call, ctx);
	const spec = trainerBase(state, cls);
	if (spec) fillTrainer(machine, state, spec, self, args, call, ctx);
	else takeKeywords(state, self, args, siteKey(ctx, call));
	return [{ state, value: self }];
}

/**
 * The constructor of a library's class makes fields of its keywords: `MyConfig(lora=False)` of a PretrainedConfig. What it is
 * given unseen, or reads from the environment, may be any of the flags that the class has a value for.
 */
export function takeKeywords(state: State, self: RefValue, args: Arguments, site: string): void {
	const object = getObject(state, self.id);
	if (object?.t !== "instance") return;
	const bases = externalBases(state, object.cls).filter((base) => classKind(base) !== "module");
	if (bases.length === 0) return;
	const isOpen = args.openKeywords || args.openPositional || args.positional.length > 0 || bases.some(readsEnvironment);
	const flags = isOpen ? flagsOfClass(state, object.cls) : new Map<string, Value>();
	const given = [...args.keywords].filter(([name]) => findMember(state, object.cls, name) !== undefined);
	const unknown = [...flags].map(([name]) => [name, symbol(`field:${site}:${name}`)] as const);
	setObject(state, self.id, { ...object, fields: new Map([...unknown, ...object.fields, ...given]) });
}

function readsEnvironment(base: string): boolean {
	return base === "?" || base.endsWith("Settings");
}

/** The constructor of a library's trainer fills an object of the person's. */
export function fillTrainer(
	machine: Machine,
	state: State,
	{ name, params, effect }: ApiSpec,
	into: RefValue,
	args: Arguments,
	call: CallExpr,
	ctx: Context,
): void {
	applyEffect({ machine, state, api: name, params, self: undefined, args, call, ctx, into: into.id }, effect);
}

// --- reading

/** A method that the object's class defines itself, bound to the object. */
export function boundMethod(state: State, given: Value, name: string): FunctionValue | undefined {
	const self = resolve(state, given);
	const object = self.k === "ref" ? getObject(state, self.id) : undefined;
	const found = object?.t === "instance" ? findMember(state, object.cls, name)?.value : undefined;
	return object?.t === "instance" && found?.k === "function" ? bound(found, self, object.cls) : undefined;
}

export function instanceAttribute(
	machine: Machine,
	state: State,
	self: RefValue,
	object: InstanceObject,
	name: string,
	ctx: Context,
): Result[] {
	const plain = (value: Value): Result[] => [{ state, value: resolve(state, value) }];
	const field = object.fields.get(name);
	if (field) return plain(field);
	if (name === "__class__") return plain({ k: "ref", id: object.cls });
	if (name === "__dict__" || object.cls === EXIT_STACK) return plain({ k: "native", self, name });
	const found = findMember(state, object.cls, name);
	if (found) return bindMember(machine, state, found.value, self, object.cls, name, ctx);
	const spec = inheritedMethod(state, object.cls, name);
	if (spec) return plain({ k: "method", self, spec });
	const fallback = boundMethod(state, self, "__getattr__");
	if (fallback) return readBy(machine, state, fallback, { ...NO_ARGUMENTS, positional: [constant(name)] }, ctx);
	// A method of a base that we cannot see may do anything to the object.
	if (externalBases(state, object.cls).some((base) => classKind(base) !== "module"))
		return plain({ k: "native", self, name });
	return plain(computed(`${keyOf(self)}.${name}`));
}

/** Something of a class, seen through an object of it. */
export function bindMember(
	machine: Machine,
	state: State,
	member: Value,
	self: Value,
	cls: ObjId,
	name: string,
	ctx: Context,
): Result[] {
	if (member.k === "property") return readProperty(machine, state, member, self, name, ctx);
	if (member.k !== "function") return [{ state, value: resolve(state, member) }];
	return [{ state, value: bound(member, self, cls) }];
}

function bound(func: FunctionValue, self: Value, cls: ObjId): FunctionValue {
	if (isDecorated(func, "staticmethod")) return func;
	return { ...func, self: isDecorated(func, "classmethod") ? { k: "ref", id: cls } : self };
}

function isDecorated({ def }: FunctionValue, by: string): boolean {
	return def.kind === "def" && def.decorators.some((decorator) => dottedName(decorator) === by);
}

function readProperty(
	machine: Machine,
	state: State,
	{ getter, cached }: PropertyValue,
	self: Value,
	name: string,
	ctx: Context,
): Result[] {
	if (getter?.k !== "function") return [{ state, value: computed(`${keyOf(self)}.${name}`) }];
	const results = readBy(machine, state, { ...getter, self }, NO_ARGUMENTS, ctx);
	if (cached) for (const result of results) keepField(result.state, self, name, result.value);
	return results;
}

/** Reading the attribute calls a function. That has no call syntax; its place is the definition. */
export function readBy(machine: Machine, state: State, func: FunctionValue, args: Arguments, ctx: Context): Result[] {
	const at = func.file === ctx.file ? ctx : { ...ctx, file: func.file, statement: undefined };
	return machine.call(state, func, args, impliedCall(definitionName(func)), at);
}

/** The name of a function where it is defined. */
export function definitionName({ def }: FunctionValue): NameExpr {
	const { name, start, end } = def.kind === "def" ? def.name : { ...def, name: "lambda" };
	return { kind: "name", name, start, end };
}

export function classAttribute(state: State, cls: RefValue, name: string): Value | undefined {
	const found = findMember(state, cls.id, name)?.value;
	if (found?.k === "function" && isDecorated(found, "classmethod")) return { ...found, self: cls };
	if (found) return found;
	// `MyLlama.from_pretrained` is what its base makes of it.
	const base = externalBases(state, cls.id).find((one) => classKind(one) !== undefined);
	return base ? external(`${base}.${name}`) : undefined;
}

export function superAttribute(machine: Machine, state: State, base: SuperValue, name: string, ctx: Context): Result[] {
	const { owner, self } = base;
	const cls = classOfSelf(state, base);
	const found = findMember(state, cls, name, owner)?.value;
	if (found) return bindMember(machine, state, found, self, cls, name, ctx);
	const spec = inheritedMethod(state, owner, name);
	return [{ state, value: spec ? { k: "method", self, spec } : { k: "native", self: base, name } }];
}

/** The class whose order `super()` follows: that of the object, which may be of a subclass. */
export function classOfSelf(state: State, { owner, self }: SuperValue): ObjId {
	const value = resolve(state, self);
	const object = value.k === "ref" ? getObject(state, value.id) : undefined;
	if (object?.t === "instance") return object.cls;
	return value.k === "ref" && object?.t === "class" ? value.id : owner;
}

// --- setting

export function setField(
	machine: Machine,
	state: State,
	self: RefValue,
	object: InstanceObject,
	name: string,
	value: Value,
	ctx: Context,
): void {
	const member = findMember(state, object.cls, name)?.value;
	if (member?.k === "property" && !member.cached) callSetter(machine, state, self, member, value, ctx);
	else keepField(state, self, name, value);
}

export function keepField(state: State, self: Value, name: string, value: Value): void {
	const object = self.k === "ref" ? getObject(state, self.id) : undefined;
	if (self.k !== "ref" || object?.t !== "instance") return;
	forgetAbout(state, `${keyOf(self)}.${name}`);
	setObject(state, self.id, { ...object, fields: new Map(object.fields).set(name, value) });
}

/** `object.__setattr__(self, name, value)`: past what the class says of setting. */
export function setPlainly(state: State, self: Value, args: Arguments): Value {
	const [name, value] = args.positional.slice(-2);
	if (name?.k === "constant" && value) keepField(state, resolve(state, self), String(name.value), value);
	return NONE;
}

/** A method of `object.__dict__`; undefined for one that only reads. */
export function callFields(
	state: State,
	self: RefValue,
	name: string,
	args: Arguments,
	site: string,
): Value | undefined {
	const object = getObject(state, self.id);
	if (object?.t !== "instance") return undefined;
	if (name === "get" && args.positional[0]?.k === "constant")
		return object.fields.get(String(args.positional[0].value)) ?? args.positional[1];
	if (/^(get|items|keys|values|copy)$/.test(name)) return undefined;
	const given = name === "update" ? updates(state, args) : undefined;
	if (given) for (const [field, value] of given) keepField(state, self, field, value);
	else spoil(state, [self], site);
	return NONE;
}

/** What `update` is given, where all of it is known. */
function updates(state: State, args: Arguments): ReadonlyMap<string, Value> | undefined {
	const value = args.positional[0] && resolve(state, args.positional[0]);
	const object = value?.k === "ref" ? getObject(state, value.id) : undefined;
	if (args.openKeywords || (value && (object?.t !== "dict" || object.open))) return undefined;
	const entries = object?.t === "dict" ? [...object.entries] : [];
	return new Map([...entries.map(([key, item]) => [String(key), item] as const), ...args.keywords]);
}

function callSetter(
	machine: Machine,
	state: State,
	self: RefValue,
	{ setter }: PropertyValue,
	value: Value,
	ctx: Context,
): void {
	if (setter?.k === "function") writeBy(machine, state, { ...setter, self }, [value], ctx);
}

/**
 * Assigning calls a method. Assignments do not fork: what one does in several ways leaves nothing known of the object.
 */
export function writeBy(
	machine: Machine,
	state: State,
	func: FunctionValue,
	positional: readonly Value[],
	ctx: Context,
): void {
	const results = readBy(machine, state, func, { ...NO_ARGUMENTS, positional }, ctx);
	const site = `set:${siteKey(ctx, func.def)}`;
	const [first, ...others] = merge(
		results.map((result) => result.state),
		site,
	);
	if (!first) return;
	Object.assign(state, first);
	if (others.length > 0 && func.self) spoil(state, [func.self], site);
}

// --- asking

export function instanceHas(state: State, object: InstanceObject, name: string): boolean | undefined {
	if (object.fields.has(name) || findMember(state, object.cls, name)) return true;
	const isClosed = classOf(state, object.cls) && externalBases(state, object.cls).length === 0;
	return isClosed && !setsElsewhere(state, object.cls, name) ? false : undefined;
}

/** Some method of the class sets the field: it may have run before. */
function setsElsewhere(state: State, cls: ObjId, name: string): boolean {
	return resolutionOrder(state, { k: "ref", id: cls }).some((one) => {
		const members = one.k === "ref" ? classOf(state, one.id)?.attributes.values() : undefined;
		return [...(members ?? [])].some((member) => member.k === "function" && setsField(member.def, name));
	});
}
