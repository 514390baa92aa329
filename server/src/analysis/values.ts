/** Abstract values: what a Python expression may evaluate to, as plain immutable data. */
import type { MethodSpec } from "../catalog/types";
import type { DefStmt, LambdaExpr } from "../syntax/facts";
import type { EventId, FileId, PathStep } from "./graph";

/** Key of a heap object. Equal in two states when they mean the same allocation. */
export type ObjId = string;
/** Key of a frame of variables. */
export type FrameId = string;

export type Constant = string | number | boolean | null;

export type Value =
	| SymbolValue
	| ConstantValue
	| HandleValue
	| TupleValue
	| RefValue
	| ExternalValue
	| FunctionValue
	| MethodValue
	| NativeMethodValue
	| PartialValue
	| SuperValue
	| PropertyValue
	| ModuleValue
	| ImportedValue;

/** An unknown with an identity: two equal ids are the same unknown. `op` says how it was computed, for `assume`. */
export interface SymbolValue {
	readonly k: "symbol";
	readonly id: string;
	readonly op: SymbolOp | undefined;
}

export type SymbolOp =
	| { readonly kind: "not"; readonly of: Value }
	| { readonly kind: "and" | "or"; readonly of: readonly Value[] }
	/** `==`, `<`, `in`, `is` between two values, canonical (see truth.ts). */
	| {
			readonly kind: "compare";
			readonly operator: "==" | "<" | "in" | "is";
			readonly left: Value;
			readonly right: Value;
	  }
	| { readonly kind: "isinstance"; readonly of: Value; readonly classes: readonly Value[] }
	| { readonly kind: "hasattr"; readonly of: Value; readonly name: string }
	| { readonly kind: "bool"; readonly of: Value }
	| { readonly kind: "len"; readonly of: Value }
	/** Both are true, or neither is. */
	| { readonly kind: "iff"; readonly left: Value; readonly right: Value }
	/** How many of these are true. */
	| { readonly kind: "count"; readonly of: readonly Value[] }
	/** What an unseen function returned; the same call with the same arguments is as true the next time. */
	| { readonly kind: "call"; readonly key: string }
	/** Iterables made by builtins. */
	| { readonly kind: "enumerate"; readonly of: Value; readonly start: Value }
	| { readonly kind: "zip"; readonly of: readonly Value[] }
	| { readonly kind: "range"; readonly args: readonly Value[] };

export interface ConstantValue {
	readonly k: "constant";
	readonly value: Constant;
}

/** A way to a model: see graph.ts HandleView. */
export interface HandleValue {
	readonly k: "handle";
	readonly core: ObjId;
	readonly path: readonly PathStep[];
	/** The merge_and_unload()/unload() this value came out of. */
	readonly unloadedBy: EventId | undefined;
}

export interface TupleValue {
	readonly k: "tuple";
	readonly items: readonly Value[];
}

export interface RefValue {
	readonly k: "ref";
	readonly id: ObjId;
}

/** A name of another module, by its dotted path: module, class or function. */
export interface ExternalValue {
	readonly k: "external";
	readonly name: string;
}

export interface FunctionValue {
	readonly k: "function";
	readonly def: DefStmt | LambdaExpr;
	/** Where it is written. */
	readonly file: FileId;
	/** The frame it closes over. */
	readonly closure: FrameId;
	/** Bound receiver of a method. */
	readonly self: Value | undefined;
	/** Class in whose body it was defined: for `super()`. */
	readonly owner: ObjId | undefined;
	/** Defaults of parameters that are no constants, as they were when the function was defined. */
	readonly defaults?: ReadonlyMap<string, Value>;
	/** The function in whose place a decorator put this one. */
	readonly instead?: string;
}

/** A catalogue method bound to its receiver. */
export interface MethodValue {
	readonly k: "method";
	readonly self: Value;
	readonly spec: MethodSpec;
}

/** A method of a container or of an unknown, bound to its receiver. */
export interface NativeMethodValue {
	readonly k: "native";
	readonly self: Value;
	readonly name: string;
}

export interface PartialValue {
	readonly k: "partial";
	readonly func: Value;
	readonly args: readonly Value[];
	readonly keywords: ReadonlyMap<string, Value>;
}

export interface SuperValue {
	readonly k: "super";
	readonly owner: ObjId;
	readonly self: Value;
}

/** In a class: what reading and setting the attribute call. */
export interface PropertyValue {
	readonly k: "property";
	readonly getter: Value | undefined;
	readonly setter: Value | undefined;
	/** What was computed once is kept in the object. */
	readonly cached: boolean;
}

/** Another file of the program. */
export interface ModuleValue {
	readonly k: "module";
	readonly file: FileId;
}

/** A name of another file of the program, not looked up yet: only variables hold it. */
export interface ImportedValue {
	readonly k: "imported";
	readonly file: FileId;
	readonly name: string;
}

export const NONE: ConstantValue = { k: "constant", value: null };
export const TRUE: ConstantValue = { k: "constant", value: true };
export const FALSE: ConstantValue = { k: "constant", value: false };

export function constant(value: Constant): ConstantValue {
	if (value === null) return NONE;
	if (value === true) return TRUE;
	if (value === false) return FALSE;
	return { k: "constant", value };
}

export function symbol(id: string, op?: SymbolOp): SymbolValue {
	return { k: "symbol", id, op };
}

export function external(name: string): ExternalValue {
	return { k: "external", name };
}

export function tuple(items: readonly Value[]): TupleValue {
	return { k: "tuple", items };
}

export function isNone(value: Value): boolean {
	return value.k === "constant" && value.value === null;
}

export function pathKey(path: readonly PathStep[]): string {
	return path
		.map(
			({ token, event = "", turn, prepared }) =>
				`${token}${event}${turn}${prepared === undefined ? "" : `p${prepared}`}`,
		)
		.join("/");
}

/** A string equal for equal values and different for different ones. */
export function keyOf(value: Value): string {
	switch (value.k) {
		case "symbol":
			return value.id;
		case "constant":
			return JSON.stringify(value.value);
		case "handle":
			return `<${value.core}:${pathKey(value.path)}${value.unloadedBy === undefined ? "" : `u${value.unloadedBy}`}>`;
		case "tuple":
			return `(${value.items.map(keyOf).join(",")})`;
		case "ref":
			return `&${value.id}`;
		case "external":
			return `@${value.name}`;
		case "function":
			return `fn${value.def.start}^${value.closure}${value.self ? `:${keyOf(value.self)}` : ""}${keysOf(value.defaults)}`;
		case "method":
			return `${keyOf(value.self)}.${value.spec.name}()`;
		case "native":
			return `${keyOf(value.self)}.${value.name}`;
		case "partial":
			return `partial(${keyOf(value.func)};${value.args.map(keyOf).join(",")};${keysOf(value.keywords)})`;
		case "super":
			return `super(${value.owner},${keyOf(value.self)})`;
		case "property":
			return `property(${value.getter && keyOf(value.getter)},${value.setter && keyOf(value.setter)})`;
		case "module":
			return `module${value.file}`;
		case "imported":
			return `imported${value.file}.${value.name}`;
	}
}

function keysOf(named: ReadonlyMap<string, Value> = new Map()): string {
	return [...named].map(([name, value]) => `${name}=${keyOf(value)}`).join(",");
}

export function sameValue(a: Value, b: Value): boolean {
	if (a === b) return true;
	if (a.k !== b.k) return false;
	if (a.k === "symbol" && b.k === "symbol") return a.id === b.id;
	if (a.k === "constant" && b.k === "constant") return a.value === b.value;
	return keyOf(a) === keyOf(b);
}

/** Values that carry no model and no code: a join may forget which one it was. */
export function isPlain(value: Value): boolean {
	return value.k === "symbol" || value.k === "constant" || (value.k === "tuple" && value.items.every(isPlain));
}

/** Begins the names of unknowns that are items of a loop over something unknown. */
export const ITEM = "each:";
/** Begins the names of unknowns that are all parameters of a Core, whose id follows in braces. */
export const PARAMETERS = "params:";
