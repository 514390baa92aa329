/** What the parts of the interpreter share: the calling context, and each other. */
import type { Block, CallExpr, ClassStmt, DefStmt, Expr, ForStmt, LambdaExpr, Span, Stmt } from "../syntax/facts";
import type { FileId, Frame, Place } from "./graph";
import type { LoadedFile } from "./modules";
import type { Program } from "./program";
import type { Recorder } from "./recorder";
import type { Relevance } from "./relevance";
import type { Base, State } from "./state";
import type { Typed } from "./typed";
import type { FrameId, ObjId, Value } from "./values";

/** A value and the state in which it was computed. */
export interface Result {
	readonly state: State;
	readonly value: Value;
}

/** How control leaves a statement or block. A raise ends its path unless a `try` is around: see statements.ts. */
export type Outcome =
	| { readonly kind: "next" | "break" | "continue" | "stop"; readonly state: State }
	| { readonly kind: "return"; readonly state: State; readonly value: Value };

/** Where execution is: one activation of a function, class body or module. */
export interface Context {
	readonly frame: FrameId;
	readonly file: FileId;
	/** The frame that functions defined here close over: a class body is not part of it. */
	readonly closure: FrameId;
	/** The class whose body is being run. */
	readonly defining: ObjId | undefined;
	/** The function being run; undefined at module level and in class bodies. */
	readonly def: DefStmt | LambdaExpr | undefined;
	/** The class whose method runs. */
	readonly owner: ObjId | undefined;
	readonly self: Value | undefined;
	/** Calls of the user's functions that lead here. */
	readonly frames: readonly Frame[];
	/** Names this activation up to loop passes: events of two passes are one event. */
	readonly key: string;
	/** Names the passes of the loops around: objects of two passes are two. */
	readonly passes: string;
	readonly pass: number;
	/** Names the passes of those loops around that are run pass by pass, so that what two passes make is told apart. */
	readonly turn: string;
	readonly stack: readonly (DefStmt | LambdaExpr)[];
	/** Inside `with pytest.raises(…)` and its kin: what happens here is meant. */
	readonly deliberate: boolean;
	/** In a generator that is asked for its values: gives one away, and goes on in the states that come back. */
	readonly onYield: ((state: State, value: Value, turn: string) => readonly State[]) | undefined;
	readonly scope: Place;
	/** The class of the method being run. */
	readonly home: Place | undefined;
	/** The simple statement being run, and its block. */
	statement: Stmt | undefined;
	block: Block;
	/** The innermost `for` around, whose body is being run. */
	readonly loop: ForStmt | undefined;
}

export interface Machine {
	readonly program: Program;
	/** By number: the analysed file, then the modules it came to use. */
	readonly files: LoadedFile[];
	/** What the modules left behind. */
	readonly base: Base;
	readonly recorder: Recorder;
	/** Lexical parent of a frame. */
	readonly parents: Map<FrameId, FrameId | undefined>;
	/** Functions and classes that were entered by a call. */
	readonly entered: Set<DefStmt | LambdaExpr | ClassStmt>;
	/** Inner functions that nobody called, and that were entered for it. */
	readonly deferred: Set<DefStmt>;
	/** Functions and classes that are hidden behind what their decorators made of them. */
	readonly decorated: Value[];
	/**
	 * Of the function being entered, what its callers may leave out: ids of parameters that are false by default, and what the ids
	 * of keywords in its `**kwargs` begin with.
	 */
	optional: readonly string[];
	/** By their id, unknowns that are objects of a class of the program. */
	readonly typed: Map<string, Typed>;
	/** Where a class of the program stands. */
	readonly classes: Map<ObjId, Place>;
	/** Functions to enter if nobody calls them, with the context they were defined in. */
	readonly pending: Pending[];
	steps: { left: number };
	/** Left for the top levels of all modules. */
	readonly moduleSteps: { left: number };
	/** Left for calls into other files. */
	readonly foreignSteps: { left: number };
	/** Functions of other files that took too long once. */
	readonly tooLong: Set<DefStmt | LambdaExpr>;
	/** How often functions that can do nothing to a model were looked into. */
	readonly unrelated: Map<DefStmt | LambdaExpr, number>;
	readonly relevance: Relevance;
	evaluate(state: State, expr: Expr, ctx: Context, use?: Use): Result[];
	execute(states: readonly State[], block: Block, ctx: Context): Outcome[];
	/** Calls any value. */
	call(state: State, callee: Value, args: Arguments, call: CallExpr, ctx: Context): Result[];
}

/** A nested function and an end state of the frame it closes over. */
export interface Pending {
	readonly def: DefStmt;
	readonly value: Value;
	readonly state: State;
	readonly ctx: Context;
}

/** What an expression's value is used for: recorded with reads of models. */
export type Use =
	| { readonly kind: "argument" | "return" | "other" }
	| { readonly kind: "attribute"; readonly name: string };

export const OTHER: Use = { kind: "other" };

/** Evaluated arguments of a call. */
export interface Arguments {
	readonly positional: readonly Value[];
	readonly keywords: ReadonlyMap<string, Value>;
	/** `*unknown` or `**unknown` was passed: what is missing may have been given. */
	readonly openPositional: boolean;
	readonly openKeywords: boolean;
}

export const NO_ARGUMENTS: Arguments = {
	positional: [],
	keywords: new Map(),
	openPositional: false,
	openKeywords: false,
};

/** A call that is not written out: a decorator, a property, entering a context. */
export function impliedCall(func: Expr): CallExpr {
	const { start, end } = func;
	return { kind: "call", start, end, func, args: [], argsSpan: { start: end, end } };
}

export function place(ctx: { readonly file: FileId }, span: Span): Place {
	return { file: ctx.file, start: span.start, end: span.end };
}

export function textOf(machine: Machine, file: FileId): string {
	return machine.files[file]?.text ?? "";
}

/** A name for something made at `span` in this activation and pass. */
export function siteKey(ctx: Context, span: Span): string {
	const file = ctx.file === 0 ? "" : `${ctx.file}:`;
	return `${file}${span.start}@${ctx.key}${ctx.passes}`;
}
