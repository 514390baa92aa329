/** Abstract objects that live on the heap of a state. All immutable; a change makes a new record under the same id. */

import type { Family } from "../catalog/types";
import type { CallExpr, ClassStmt } from "../syntax/facts";
import type { AdapterView, ConfigView, CoreId, CoreView, EventId, OptimizerView } from "./graph";
import type { Arguments, Context } from "./machine";
import type { Constant, FunctionValue, ObjId, Value } from "./values";

export type HeapObject =
	| CoreObject
	| InstanceObject
	| ClassObject
	| TrainerObject
	| OptimizerObject
	| ConfigObject
	| ListObject
	| DictObject
	| ParserObject
	| NamespaceObject
	| AcceleratorObject
	| GeneratorObject;

/** The inner network of one creating call; see docs/architecture.md. */
export interface CoreObject extends CoreView {
	readonly t: "core";
	readonly number: CoreId;
	readonly family: Family;
	readonly adapters: readonly AdapterView[];
	/** Wrapper event → the unload after which its handles are empty shells. */
	readonly stale: ReadonlyMap<EventId, EventId>;
	/** Wrapper event → the turn in which it last made a wrapper. */
	readonly turns: ReadonlyMap<EventId, string>;
	/** Wrapper events whose config was prompt learning. */
	readonly promptWrappers: readonly EventId[];
	/** The user's own object that is this network. */
	readonly instance: ObjId | undefined;
	/** Attributes set on the network itself. */
	readonly fields: ReadonlyMap<string, Value>;
}

export interface InstanceObject {
	readonly t: "instance";
	readonly cls: ObjId;
	readonly fields: ReadonlyMap<string, Value>;
	/** Set once the object was used as a network. */
	readonly core: ObjId | undefined;
}

export interface ClassObject {
	readonly t: "class";
	readonly def: ClassStmt;
	readonly bases: readonly Value[];
	readonly attributes: ReadonlyMap<string, Value>;
	/** How the constructor fills the fields, where the class does not say it itself. */
	readonly record: RecordSpec | undefined;
	/** Members of an enumeration are their values. */
	readonly isEnum: boolean;
}

/** A dataclass and its kin, a named tuple, a typed dict. */
export interface RecordSpec {
	readonly kind: "object" | "tuple" | "dict";
	readonly fields: readonly RecordField[];
}

export interface RecordField {
	readonly name: string;
	readonly default: Value | undefined;
	/** Called for the value where none is given. */
	readonly factory: Value | undefined;
	/** False: the constructor has no parameter for it. */
	readonly isParameter: boolean;
}

export interface TrainerObject {
	readonly t: "trainer";
	readonly api: string;
	readonly model: Value;
	readonly fields: ReadonlyMap<string, Value>;
}

export interface OptimizerObject {
	readonly t: "optimizer";
	readonly view: OptimizerView;
	/** Cores whose parameters it was given. */
	readonly cores: readonly ObjId[];
}

export interface ConfigObject {
	readonly t: "config";
	readonly view: ConfigView;
}

export interface ListObject {
	readonly t: "list";
	readonly items: readonly Value[];
	/** It may hold more than `items`. */
	readonly open: boolean;
}

export interface DictObject {
	readonly t: "dict";
	readonly entries: ReadonlyMap<Constant, Value>;
	readonly open: boolean;
	/** It holds something, if only under keys we do not know. */
	readonly nonEmpty?: boolean;
}

/** An argparse parser, or a group of one. */
export interface ParserObject {
	readonly t: "parser";
	/** The dataclasses that it makes objects of: `HfArgumentParser`. */
	readonly records: readonly Value[];
	/** It was given options of its own. */
	readonly hasOptions: boolean;
	/** The parser it is a group of. */
	readonly parent: ObjId | undefined;
	/** Groups of options of which at most one can be given, by their destination. */
	readonly exclusive: readonly (readonly string[])[];
	/** For a mutually exclusive group: its place in the parser's `exclusive`. */
	readonly group: number | undefined;
}

/** What an argparse parser said of the namespace that it made. */
export interface NamespaceObject {
	readonly t: "namespace";
	readonly exclusive: readonly (readonly string[])[];
}

export interface AcceleratorObject {
	readonly t: "accelerator";
}

/** What calling a generator function gives. */
export interface GeneratorObject {
	readonly t: "generator";
	readonly func: FunctionValue;
	readonly args: Arguments;
	readonly call: CallExpr;
	/** Where it was called. */
	readonly ctx: Context;
	/** Its body runs, or did: what is left of it is not known. */
	readonly started: boolean;
}
