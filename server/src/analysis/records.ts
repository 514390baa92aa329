/** Classes that are lists of fields: dataclasses and their kin, named tuples, typed dicts. */
import type { CallExpr, ClassStmt, Expr } from "../syntax/facts";
import { classOf } from "./classes";
import { newDict } from "./containers";
import type { RecordField, RecordSpec } from "./heap";
import { type Arguments, type Context, type Machine, NO_ARGUMENTS, type Result, siteKey } from "./machine";
import { dottedName } from "./names";
import { boundMethod } from "./objects";
import { getObject, resolve, type State, setObject } from "./state";
import { type Constant, constant, external, type RefValue, symbol, tuple, type Value } from "./values";

const MAKES_RECORD =
	/(^|\.)dataclass$|^attrs?\.(s|attrs|define|frozen|mutable)$|^pydantic\.(main\.)?BaseModel$|^typing(_extensions)?\.(NamedTuple|TypedDict)$/;
const FIELD = /^(dataclasses\.field|attrs?\.(ib|attrib|field)|pydantic\.(fields\.)?Field)$/;

/** `field(…)` in the body of a class: kept as it is until the class is made. */
export function fieldCall(name: string, args: Arguments): Value | undefined {
	if (!FIELD.test(name)) return undefined;
	const [first] = args.positional;
	const keywords = first ? new Map([["default", first] as const, ...args.keywords]) : args.keywords;
	return { k: "partial", func: external(name), args: [], keywords };
}

/** What the class says of its fields, given the names of its decorators and bases; else what it inherits. */
export function recordOf(
	state: State,
	def: ClassStmt,
	bases: readonly Value[],
	names: readonly string[],
	attributes: ReadonlyMap<string, Value>,
): RecordSpec | undefined {
	const inherited = bases.flatMap((base) => (base.k === "ref" ? (classOf(state, base.id)?.record ?? []) : []));
	const makers = names.filter((name) => MAKES_RECORD.test(name));
	const isModel = bases.some((base) => base.k === "external" && /BaseModel$/.test(base.name));
	const extendsModel = inherited.length > 0 && makers.length === 0 && !attributes.has("__init__");
	if (makers.length === 0 && !isModel) return extendsModel ? inherited[0] : undefined;
	const fields = new Map(inherited.flatMap((spec) => spec.fields).map((field) => [field.name, field] as const));
	for (const name of annotatedNames(def)) fields.set(name, fieldOf(name, attributes.get(name)));
	return { kind: kindOf(makers) ?? inherited[0]?.kind ?? "object", fields: [...fields.values()] };
}

function kindOf(makers: readonly string[]): RecordSpec["kind"] | undefined {
	if (makers.some((name) => name.endsWith("NamedTuple"))) return "tuple";
	return makers.some((name) => name.endsWith("TypedDict")) ? "dict" : undefined;
}

function annotatedNames(def: ClassStmt): string[] {
	return def.body.flatMap((statement) => {
		const target = statement.kind === "assign" ? statement.targets[0] : undefined;
		if (statement.kind === "annotation" && statement.target.kind === "name" && isField(statement.annotation))
			return [statement.target.name];
		return statement.kind === "assign" &&
			statement.annotation &&
			target?.kind === "name" &&
			isField(statement.annotation)
			? [target.name]
			: [];
	});
}

function isField(annotation: Expr): boolean {
	const name = dottedName(annotation.kind === "subscript" ? annotation.value : annotation);
	return !/(^|\.)(ClassVar|KW_ONLY)$/.test(name);
}

function fieldOf(name: string, value: Value | undefined): RecordField {
	if (value?.k !== "partial" || value.func.k !== "external" || !FIELD.test(value.func.name))
		return { name, default: value, factory: undefined, isParameter: true };
	const init = value.keywords.get("init");
	return {
		name,
		default: value.keywords.get("default"),
		factory: value.keywords.get("default_factory") ?? value.keywords.get("factory"),
		isParameter: !(init?.k === "constant" && init.value === false),
	};
}

/** In the class itself a field is its default. */
export function withoutFieldCalls(attributes: ReadonlyMap<string, Value>): ReadonlyMap<string, Value> {
	const plain = new Map(attributes);
	for (const [name, value] of attributes) {
		if (value.k !== "partial" || value.func.k !== "external" || !FIELD.test(value.func.name)) continue;
		const given = value.keywords.get("default");
		if (given) plain.set(name, given);
		else plain.delete(name);
	}
	return plain;
}

// --- making one

/** Calls the constructor that a record's fields stand for: an object with the fields set, or a dict. */
export function makeRecord(
	machine: Machine,
	state: State,
	self: RefValue,
	record: RecordSpec,
	args: Arguments,
	call: CallExpr,
	ctx: Context,
): Result[] {
	const fields = new Map<string, Value>();
	let position = 0;
	for (const field of record.fields) {
		const positional = field.isParameter ? args.positional[position++] : undefined;
		const given = field.isParameter ? (positional ?? args.keywords.get(field.name)) : undefined;
		const value = given ?? leftOut(machine, state, self, field, args, call, ctx);
		if (value) fields.set(field.name, value);
	}
	if (record.kind === "dict")
		return [{ state, value: newDict(state, new Map<Constant, Value>(fields), args.openKeywords, siteKey(ctx, call)) }];
	const object = getObject(state, self.id);
	if (object?.t !== "instance") return [{ state, value: self }];
	setObject(state, self.id, { ...object, fields });
	return afterwards(machine, state, self, call, ctx);
}

function leftOut(
	machine: Machine,
	state: State,
	self: RefValue,
	field: RecordField,
	args: Arguments,
	call: CallExpr,
	ctx: Context,
): Value | undefined {
	const unknown = symbol(`field:${self.id}.${field.name}`);
	if (field.isParameter && (args.openKeywords || args.openPositional)) return unknown;
	if (!field.factory) return field.default;
	const [made, ...more] = machine.call(state, field.factory, NO_ARGUMENTS, call, ctx);
	return made && more.length === 0 && made.state === state ? made.value : unknown;
}

/** `__post_init__` of dataclasses, and the names that attrs and pydantic have for it. */
function afterwards(machine: Machine, state: State, self: RefValue, call: CallExpr, ctx: Context): Result[] {
	const hook = ["__post_init__", "__attrs_post_init__", "model_post_init"]
		.map((name) => boundMethod(state, self, name))
		.find((method) => method !== undefined);
	if (!hook) return [{ state, value: self }];
	return machine.call(state, hook, NO_ARGUMENTS, call, ctx).map((result) => ({ state: result.state, value: self }));
}

// --- using one

/** The fields of an object in order, where its class lists them. */
export function recordFields(state: State, value: Value): readonly (readonly [string, Value])[] | undefined {
	const object = value.k === "ref" ? getObject(state, value.id) : undefined;
	const record = object?.t === "instance" ? classOf(state, object.cls)?.record : undefined;
	if (object?.t !== "instance" || !record) return undefined;
	return record.fields.flatMap(({ name }) => {
		const field = object.fields.get(name);
		return field ? [[name, resolve(state, field)] as const] : [];
	});
}

/** What unpacking a named tuple gives. */
export function tupleFields(state: State, value: Value): readonly Value[] | undefined {
	const object = value.k === "ref" ? getObject(state, value.id) : undefined;
	const record = object?.t === "instance" ? classOf(state, object.cls)?.record : undefined;
	return record?.kind === "tuple" ? recordFields(state, value)?.map(([, field]) => field) : undefined;
}

/** A copy of the object in which some fields are others. */
export function replaceFields(state: State, value: Value, changes: Arguments, key: string): Value | undefined {
	const object = value.k === "ref" ? getObject(state, value.id) : undefined;
	if (object?.t !== "instance" || changes.openKeywords) return undefined;
	const id = `object:${key}`;
	setObject(state, id, { ...object, core: undefined, fields: new Map([...object.fields, ...changes.keywords]) });
	return { k: "ref", id };
}

/** The object's fields as a dict. */
export function asDict(state: State, value: Value, key: string): Value | undefined {
	const fields = recordFields(state, value);
	return fields && newDict(state, new Map<Constant, Value>(fields), false, key);
}

const made = new WeakMap<CallExpr, ClassStmt>();

/** `namedtuple("Pair", ["a", "b"])` and `NamedTuple("Pair", [("a", int)])`: a class that nobody wrote out. */
export function namedTuple(state: State, args: Arguments, call: CallExpr, ctx: Context): Value | undefined {
	const [name, given] = args.positional;
	const listed = given && fieldNames(state, resolve(state, given));
	if (!listed || name?.k !== "constant") return undefined;
	const def = made.get(call) ?? {
		kind: "class",
		name: { name: String(name.value), start: call.start, end: call.end },
		bases: [],
		body: [],
		decorators: [],
		start: call.start,
		end: call.end,
	};
	made.set(call, def);
	const id = `class:${siteKey(ctx, call)}`;
	const fields = listed.map((one) => ({ name: one, default: undefined, factory: undefined, isParameter: true }));
	setObject(state, id, {
		t: "class",
		def,
		bases: [],
		attributes: new Map([["_fields", tuple(listed.map(constant))]]),
		record: { kind: "tuple", fields },
		isEnum: false,
	});
	return { k: "ref", id };
}

function fieldNames(state: State, given: Value): readonly string[] | undefined {
	if (given.k === "constant")
		return typeof given.value === "string" ? given.value.split(/[\s,]+/).filter((name) => name !== "") : undefined;
	const object = given.k === "ref" ? getObject(state, given.id) : undefined;
	const items = given.k === "tuple" ? given.items : object?.t === "list" && !object.open ? object.items : undefined;
	const names = items?.map((item) => {
		const value = item.k === "tuple" ? item.items[0] : item;
		return value?.k === "constant" && typeof value.value === "string" ? value.value : undefined;
	});
	return names?.every((name) => name !== undefined) ? (names as string[]) : undefined;
}
