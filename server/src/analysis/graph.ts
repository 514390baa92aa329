/**
 * The model graph: the result of the analysis, and the only thing rules, hovers, hints, dumps and fixes read.
 *
 * Nodes are lifecycle events (one call, in one calling context); each event lists its *cases*, one for every abstract
 * situation in which control reaches it. All of it is plain immutable data. Offsets are UTF-16 code units.
 */

import type { Family, PathToken } from "../catalog/types";
import type { Span } from "../syntax/facts";

/** Index into `ModelGraph.sources`. */
export type FileId = number;
/** Index into `ModelGraph.events`. */
export type EventId = number;
/** Index into `ModelGraph.cores`. */
export type CoreId = number;

export interface Place extends Span {
	readonly file: FileId;
}

export interface SourceFile {
	/** What people call the file: a path or a URI's last part. */
	readonly name: string;
	readonly text: string;
	/** See `ProgramModule.id`; empty for a file on its own. */
	readonly id: string;
	/** A notebook's code cells in document order, as ranges of `text`; undefined for a script. */
	readonly cells: readonly Span[] | undefined;
}

export interface ModelGraph {
	readonly sources: readonly SourceFile[];
	readonly cores: readonly CoreInfo[];
	/** In the order in which the analysis first met them. */
	readonly events: readonly ModelEvent[];
	/** Every place where a name or attribute was read and held a model, sorted by place. */
	readonly reads: readonly ModelRead[];
	/** Where the analysis gave up, and why; for the log, never for the person's eye. */
	readonly notes: readonly { readonly place: Place; readonly message: string }[];
	/** Libraries of which the program may run with a checkout in the workspace: what they take may be more than is known. */
	readonly checkouts: readonly string[];
}

export interface CoreInfo {
	readonly id: CoreId;
	/** The event that created it; undefined for a model that came from code we cannot see. */
	readonly created: EventId | undefined;
	/** `AutoModelForCausalLM.from_pretrained("tiny")`, or the parameter's name. */
	readonly label: string;
	readonly family: Family;
}

export type EventKind =
	| "create"
	| "copy"
	| "wrap"
	| "inject"
	| "load"
	| "load-adapter"
	| "add-adapter"
	| "set-adapter"
	| "delete-adapter"
	| "combine-adapters"
	| "write-adapter"
	| "merge"
	| "unmerge"
	| "unload"
	| "kbit-prepare"
	| "prefix"
	| "prepare"
	| "requires-grad"
	| "trainer"
	| "train"
	| "optimizer"
	| "optimizer-step"
	/** It is handed to what will call `step()`: a trainer, accelerate. */
	| "optimizer-use"
	| "checkpointing"
	/** Its weights get another type, named by the case's `source`: "float16". */
	| "cast"
	| "input-grads"
	| "resize-embeddings"
	| "save"
	| "load-state-dict"
	| "run"
	| "context"
	/** A look that returns nothing: print_trainable_parameters(). */
	| "inspect"
	/** A PEFT config comes into being; of no model. */
	| "config"
	/** Tokens are added to a tokenizer; of no model. */
	| "add-tokens"
	/** A model is given to a trainer as another than the one it trains: `ref_model=`. */
	| "reference"
	/** `model.state_dict = …` */
	| "replace-state-dict"
	/** A method is called that the object, as far as it is known, does not have. */
	| "missing-method";

export interface ModelEvent {
	readonly id: EventId;
	readonly kind: EventKind;
	/** Canonical name of what was called: `peft.get_peft_model`. */
	readonly api: string;
	readonly call: CallSite;
	/** The user's own calls that lead here, outermost first; empty when the event is in the entry itself. */
	readonly frames: readonly Frame[];
	/** Never empty. */
	readonly cases: readonly EventCase[];
}

/** One call of a user's function on the way to an event. */
export interface Frame {
	/** Name of the called function. */
	readonly name: string;
	readonly call: CallSite;
}

/** Where a call stands in the source: what fixes need to know of the syntax. */
export interface CallSite extends Place {
	/** The called expression, `PeftModel.from_pretrained`. */
	readonly func: Place;
	/** From `(` to `)`, both included. */
	readonly parens: Place;
	readonly args: readonly ArgSite[];
	readonly statement: StatementSite;
	/** The function (or module) whose body the call stands in. */
	readonly scope: Place;
	/** The class whose method that function is. */
	readonly home: Place | undefined;
}

export interface ArgSite extends Place {
	/** The parameter it fills, where known. */
	readonly param: string | undefined;
	/** Written as `name=value`. */
	readonly keyword: boolean;
	readonly value: Place;
	/** The value when it is a plain constant or folded to one. */
	readonly constant: string | number | boolean | null | undefined;
}

/** The simple statement that a call stands in. */
export interface StatementSite extends Place {
	/** `assign`: `target = call`, the call being the whole right side. `expr`: the call is the statement. */
	readonly form: "assign" | "expr" | "return" | "other";
	/** The one target of an `assign` that is a plain name or dotted path. */
	readonly target: Place | undefined;
	/** Deleting the statement would leave its block empty. */
	readonly alone: boolean;
	/** Nothing else stands on the statement's lines. */
	readonly ownLines: boolean;
}

/** One abstract situation in which an event happens. */
export interface EventCase {
	/** The model the call was given, as it was before; undefined when it is given none. */
	readonly target: HandleView | undefined;
	/** Its Core before and after. */
	readonly before: CoreView | undefined;
	readonly after: CoreView | undefined;
	/** What the call returns, when that is a model. */
	readonly result: HandleView | undefined;
	/** The adapter the event is about; undefined when its name is unknown or there is none. */
	readonly adapter: string | undefined;
	/**
	 * The config the call was given or made, where it is one we followed. A trainer's whose model is wrapped already: also one
	 * of which nothing is known (`open`) than that it is not None.
	 */
	readonly config: ConfigView | undefined;
	/** The `TrainingArguments` of the trainer that trains here, where it is one we followed. */
	readonly options: ConfigView | undefined;
	/** The path or id that the call loads from, saves to or makes the model from, or the type it casts to, where it is known. */
	readonly source: string | undefined;
	/** What `load_state_dict` was given: weights as PEFT saves them, under keys without the adapter's name. */
	readonly weights: "adapter" | undefined;
	/** The optimizer that is used here. */
	readonly optimizer: OptimizerView | undefined;
	/** What is added to a tokenizer, less what has a role there, as the pad token has; undefined where that is unknown. */
	readonly tokens: readonly string[] | undefined;
	/** The decisions that lead here, in order; only those still known to hold. */
	readonly conditions: readonly Condition[];
	/** False when the case leans on a guess (an undecided test on a loop's counter): rules ignore it. */
	readonly certain: boolean;
	/** 1 in the second pass of a loop around the call, else 0. */
	readonly pass: number;
}

/** A test that was decided one way. */
export interface Condition {
	readonly test: Place;
	readonly holds: boolean;
}

export interface OptimizerView {
	readonly made: EventId;
	/** It was given the parameters of this model and no others. */
	readonly alone: boolean;
}

export interface ConfigView {
	readonly created: Place | undefined;
	readonly peftType: string | undefined;
	readonly injects: boolean;
	/** Read from a checkpoint (`XConfig.from_pretrained`). */
	readonly fromCheckpoint: boolean;
	/** Literal fields, by name. */
	readonly fields: Readonly<Record<string, ConstantView>>;
	/** Fields that were given a value we do not know. */
	readonly unknown: readonly string[];
	/** Other fields may have been given as well: `**options`. */
	readonly open: boolean;
}
export type ConstantView = string | number | boolean | null | readonly ConstantView[];

/** A value that is (a way to) a model. */
export interface HandleView {
	readonly core: CoreId;
	/** Outermost token first; empty is the Core itself. `?`: unknown further in. */
	readonly path: readonly PathStep[];
	/** The unload after which this wrapper is an empty shell. */
	readonly stale: EventId | undefined;
	/** Set when the value came out of merge_and_unload()/unload(): that event. */
	readonly unloadedBy: EventId | undefined;
	/** A later pass of its loop put another wrapper around the same network. */
	readonly outdated: boolean;
}

export interface PathStep {
	readonly token: PathToken | "?";
	/** The event that put it there; undefined when unseen. */
	readonly event: EventId | undefined;
	/** The passes of the loops around the event, where these are run one by one; empty otherwise. */
	readonly turn: string;
	/** The event that handed it back prepared for several processes, and thus perhaps with a wrapper of its own around it. */
	readonly prepared?: EventId | undefined;
}

export interface AdapterView {
	readonly name: string;
	/** fresh: injected, untrained by a checkpoint. loaded: weights came from `source`. lost: a load that matched no key. */
	readonly origin: "fresh" | "loaded" | "lost" | "unknown";
	readonly event: EventId | undefined;
	/** trained: an optimizer may have run over it. written: its weights were set from outside. */
	readonly touched: "no" | "trained" | "written";
	readonly trainable: boolean | "unknown";
	/** The event that decided on `trainable` last; undefined for an assignment. */
	readonly gradient: EventId | undefined;
	/** Literal of the path or id it was loaded from. */
	readonly source: string | undefined;
	/** The config it was made with. */
	readonly config: ConfigView | undefined;
}

/** The state of one Core at one moment. */
export interface CoreView {
	readonly adapters: readonly AdapterView[];
	/** Undefined: unknown. */
	readonly active: readonly string[] | undefined;
	/** False after the model was given to code we cannot see: what is listed above may have changed. */
	readonly known: boolean;
	/** merge_adapter() without unmerge_adapter(). */
	readonly merged: boolean;
	/** merge_and_unload() events on this Core. */
	readonly baked: readonly EventId[];
	/** Base parameters have no gradient. */
	readonly frozen: boolean | "unknown";
	/** The event that decided on `frozen` last. */
	readonly frozenBy: EventId | undefined;
	readonly quantized: "none" | "4bit" | "8bit" | "unknown";
	readonly env: readonly ("compiled" | "dp" | "ddp" | "fsdp" | "prepared")[];
	/** Earlier wrappers made over this Core's empty path that later events share it with, oldest first. */
	readonly wrappers: readonly EventId[];
	/** State-changing events so far, in order. */
	readonly history: readonly EventId[];
}

/** A name or attribute path read where it holds a model. */
export interface ModelRead extends Place {
	/** What the value is used for at this place. */
	readonly use:
		| { readonly kind: "argument" | "return" | "other" }
		| { readonly kind: "attribute"; readonly name: string };
	readonly scope: Place;
	readonly cases: readonly {
		readonly handle: HandleView;
		readonly core: CoreView;
		readonly conditions: readonly Condition[];
	}[];
}
