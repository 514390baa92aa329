/** Calls of every kind of value: the user's functions and classes in their calling context, the catalogue, the unknown. */
import { lookupApi } from "../catalog";
import type { ApiSpec } from "../catalog/types";
import type { CallExpr, DefStmt, Expr, LambdaExpr, Param } from "../syntax/facts";
import { assume } from "./assume";
import { BoundExceeded, CALL_DEPTH, FOREIGN_CALL_STEPS, FOREIGN_RESULTS, GUARD_STEPS, UNRELATED_CALLS } from "./bounds";
import { callBuiltin, isPure } from "./builtins";
import { changeCallbacks, withCallbacks, withModel } from "./callbacks";
import { chooseEntry } from "./choices";
import { callContainer, newDict, newList } from "./containers";
import { applyEffect } from "./effects";
import { argumentKeys } from "./effects/call";
import { evaluate, one } from "./expressions";
import { newGenerator } from "./generators";
import { merge } from "./join";
import {
	type Arguments,
	type Context,
	type Machine,
	NO_ARGUMENTS,
	place,
	type Result,
	siteKey,
	textOf,
} from "./machine";
import { handleHas, modelMethod } from "./model-attributes";
import { leadsToModel } from "./models";
import { rememberModules } from "./modules";
import { dottedName, scopeNames } from "./names";
import {
	bareObject,
	boundMethod,
	callFields,
	classOfSelf,
	fillTrainer,
	instantiate,
	setPlainly,
	takeKeywords,
	trainerBase,
} from "./objects";
import { callSite } from "./recorder";
import { replaceFields } from "./records";
import { mayStop } from "./relevance";
import { spoil } from "./spoil";
import {
	dropFrame,
	dropSlots,
	fork,
	frameVars,
	getCore,
	getObject,
	getSlot,
	resolve,
	type State,
	setSlot,
	setVar,
} from "./state";
import { execute, spend } from "./statements";
import { parseRecords } from "./typed";
import { callUnknown } from "./unseen-calls";
import {
	type Constant,
	constant,
	type FunctionValue,
	keyOf,
	NONE,
	type RefValue,
	type SymbolValue,
	symbol,
	tuple,
	type Value,
} from "./values";
import { enterContext } from "./with-statements";

export function callValue(
	machine: Machine,
	state: State,
	given: Value,
	args: Arguments,
	call: CallExpr,
	ctx: Context,
): Result[] {
	spend(machine);
	const callee = resolve(state, given);
	switch (callee.k) {
		case "function":
			return callFunction(machine, state, callee, args, call, ctx);
		case "method":
			changeCallbacks(state, resolve(state, callee.self), callee.spec.name, args.positional[0]);
			return apply(machine, state, callee.spec, callee.self, args, call, ctx);
		case "external":
			return callExternal(machine, state, callee.name, args, call, ctx);
		case "ref":
			return callObject(machine, state, callee, args, call, ctx);
		case "partial":
			return callValue(
				machine,
				state,
				callee.func,
				{
					...args,
					positional: [...callee.args, ...args.positional],
					keywords: new Map([...callee.keywords, ...args.keywords]),
				},
				call,
				ctx,
			);
		case "native":
			return callNative(machine, state, callee, args, call, ctx);
		case "handle": {
			const spec = modelMethod("core", "forward");
			if (spec) return apply(machine, state, spec, callee, args, call, ctx);
			return callUnknown(machine, state, callee, args, call, ctx);
		}
		default:
			return callUnknown(machine, state, callee, args, call, ctx);
	}
}

type Spec = Pick<ApiSpec, "name" | "params" | "effect">;

function apply(
	machine: Machine,
	state: State,
	spec: Spec,
	self: Value | undefined,
	args: Arguments,
	call: CallExpr,
	ctx: Context,
): Result[] {
	const run = (from: State): Result[] =>
		applyEffect({ machine, state: from, api: spec.name, params: spec.params, self, args, call, ctx }, spec.effect);
	return self && spec.effect.kind === "trainer-train"
		? withCallbacks(machine, state, self, call, ctx, run)
		: run(state);
}

function callExternal(
	machine: Machine,
	state: State,
	name: string,
	args: Arguments,
	call: CallExpr,
	ctx: Context,
): Result[] {
	const builtin = callBuiltin(machine, state, name, args, call, ctx);
	if (builtin) return builtin;
	const spec = lookupApi(name);
	if (spec?.effect.kind === "trainer")
		return withModel(machine, state, args, call, ctx).flatMap((given) =>
			apply(machine, given.state, spec, undefined, given.args, call, ctx),
		);
	if (spec) return apply(machine, state, spec, undefined, args, call, ctx);
	return callUnknown(machine, state, { k: "external", name }, args, call, ctx);
}

function callNative(
	machine: Machine,
	state: State,
	callee: Value & { k: "native" },
	args: Arguments,
	call: CallExpr,
	ctx: Context,
): Result[] {
	const self = resolve(state, callee.self);
	if (callee.name === "__init__" && self.k === "super") return callBaseInit(machine, state, self, args, call, ctx);
	if (callee.name === "__setattr__" && self.k === "super") return one(state, setPlainly(state, self.self, args));
	if (callee.name === "__new__" && self.k === "super") return one(state, bareObject(state, args, call, ctx));
	if (self.k === "native" && self.name === "__dict__" && self.self.k === "ref") {
		const value = callFields(state, self.self, callee.name, args, siteKey(ctx, call));
		if (value) return one(state, value);
	}
	if (self.k === "ref") {
		if (isParserExit(state, self, callee.name)) return [];
		const parsed = parseRecords(machine, state, self.id, callee.name, args, call, ctx);
		if (parsed) return parsed;
		if (callee.name === "enter_context" && args.positional[0])
			return enterContext(machine, state, self, args.positional[0], ctx);
		const copy = /^(_replace|model_copy)$/.test(callee.name)
			? copyWith(state, self, args, siteKey(ctx, call))
			: undefined;
		if (copy) return one(state, copy);
		const [key, otherwise = NONE] = args.positional;
		const chosen =
			callee.name === "get" && key && chooseEntry(machine, state, self, resolve(state, key), otherwise, ctx);
		if (chosen) return chosen;
		const value = callContainer(state, self.id, callee.name, args, call, ctx);
		if (value) return one(state, value);
	}
	if (self.k === "function" && callee.name === "cache_clear") dropSlots(state, `cached:${keyOf(self)}(`);
	// On its own it is what a class of the person's may do in any way.
	const isContext = callee.name === "disable_adapter" && ctx.statement?.kind === "with";
	const isMissing = self.k === "handle" && handleHas(state, self, callee.name) === false;
	if ((callee.name === "merge_and_unload" || isContext) && !isMissing) {
		const spec = modelMethod("peft-model", callee.name);
		if (spec && (self.k === "symbol" || self.k === "handle"))
			return callAsPeft(machine, state, self, spec, args, call, ctx);
	}
	if (isMissing) {
		const event = machine.recorder.event("missing-method", callee.name, call, [], ctx);
		machine.recorder.addCase(event, state, { target: self, before: getCore(state, self.core) }, ctx);
	}
	if (!isPure(callee)) spoil(state, [self.k === "super" ? self.self : self], siteKey(ctx, call));
	return callUnknown(machine, state, callee, args, call, ctx);
}

/** `record._replace(lora=False)`, `settings.model_copy(update={"lora": False})` */
function copyWith(state: State, self: RefValue, args: Arguments, key: string): Value | undefined {
	const update = args.keywords.get("update");
	if (!update) return replaceFields(state, self, args, key);
	const value = resolve(state, update);
	const dict = value.k === "ref" ? getObject(state, value.id) : undefined;
	if (dict?.t !== "dict" || dict.open) return undefined;
	const keywords = new Map([...dict.entries].map(([name, item]) => [String(name), item] as const));
	return replaceFields(state, self, { ...NO_ARGUMENTS, keywords }, key);
}

function isParserExit(state: State, self: RefValue, name: string): boolean {
	return (name === "error" || name === "exit") && getObject(state, self.id)?.t === "parser";
}

/** Only a PeftModel has the method: the receiver is one. */
function callAsPeft(
	machine: Machine,
	state: State,
	self: Value,
	spec: Spec,
	args: Arguments,
	call: CallExpr,
	ctx: Context,
): Result[] {
	const classes: Value[] = [{ k: "external", name: "peft.PeftModel" }];
	const test: Value = symbol(`is-peft(${keyOf(self)})`, { kind: "isinstance", of: self, classes });
	assume(state, test, true, { machine, statement: ctx.statement });
	return apply(machine, state, spec, resolve(state, self), args, call, ctx);
}

/** `super().__init__(…)` of a class whose base another library defines. */
function callBaseInit(
	machine: Machine,
	state: State,
	target: Value & { k: "super" },
	args: Arguments,
	call: CallExpr,
	ctx: Context,
): Result[] {
	const spec = trainerBase(state, classOfSelf(state, target));
	if (target.self.k === "ref") {
		if (spec) fillTrainer(machine, state, spec, target.self, args, call, ctx);
		else takeKeywords(state, target.self, args, siteKey(ctx, call));
	}
	return one(state, NONE);
}

// --- objects

function callObject(
	machine: Machine,
	state: State,
	callee: RefValue,
	args: Arguments,
	call: CallExpr,
	ctx: Context,
): Result[] {
	const object = getObject(state, callee.id);
	if (object?.t === "class") return instantiate(machine, state, callee.id, args, call, ctx);
	const method = boundMethod(state, callee, "__call__") ?? boundMethod(state, callee, "forward");
	if (method) return callFunction(machine, state, method, args, call, ctx);
	return callUnknown(machine, state, callee, args, call, ctx);
}

// --- the user's functions

export function callFunction(
	machine: Machine,
	state: State,
	func: FunctionValue,
	args: Arguments,
	call: CallExpr,
	ctx: Context,
): Result[] {
	const { def } = func;
	if (def.kind === "def" && def.isGenerator) return one(state, newGenerator(state, func, args, call, ctx));
	if (ctx.stack.includes(def)) return callUnknown(machine, state, func, args, call, ctx);
	if (ctx.stack.length >= CALL_DEPTH) {
		machine.recorder.note(place(ctx, call), `calls nest deeper than ${CALL_DEPTH}`);
		return callUnknown(machine, state, func, args, call, ctx);
	}
	const cached = isCached(func) ? `cached:${keyOf(func)}(${argumentKeys(args)})` : undefined;
	const before = cached === undefined ? undefined : getSlot(state, cached);
	if (before) return one(state, resolve(state, before));
	const steps = worth(machine, state, func, args);
	if (steps === 0) return callUnknown(machine, state, func, args, call, ctx);
	const run = (from: State): Result[] => {
		const results = runCall(machine, from, func, args, call, ctx);
		if (cached !== undefined)
			for (const result of results)
				if (leadsToModel(result.state, result.value)) setSlot(result.state, cached, result.value);
		return results;
	};
	if (func.file === ctx.file) return run(state);
	return containForeign(
		machine,
		state,
		func,
		steps,
		run,
		() => callUnknown(machine, state, func, args, call, ctx),
		ctx,
	);
}

/** `@cache`, and `@lru_cache` that forgets nothing: the same arguments give the very same model. */
function isCached({ def }: FunctionValue): boolean {
	return def.kind === "def" && def.decorators.some(remembers);
}

function remembers(decorator: Expr): boolean {
	if (!/^(functools\.)?(lru_)?cache$/.test(dottedName(decorator))) return false;
	const [size] = decorator.kind === "call" ? decorator.args : [];
	return size === undefined || (size.value.kind === "constant" && size.value.value === null);
}

/**
 * Steps that a look into a function is worth, where it stands in another file: many where it may do something to a model. One
 * that can do nothing to a model, nor stop the program, is looked into no more often than tells something.
 */
function worth(machine: Machine, state: State, func: FunctionValue, args: Arguments): number {
	const module = machine.files[func.file];
	if (!module || machine.tooLong.has(func.def)) return 0;
	if (machine.relevance.mattersIn(module, func.def)) return FOREIGN_CALL_STEPS;
	const given = [...(func.self ? [func.self] : []), ...args.positional, ...args.keywords.values()];
	if (given.some((value) => leadsToModel(state, value))) return FOREIGN_CALL_STEPS;
	if (mayStop(func.def)) return GUARD_STEPS;
	const times = (machine.unrelated.get(func.def) ?? 0) + 1;
	machine.unrelated.set(func.def, times);
	return times <= UNRELATED_CALLS ? GUARD_STEPS : 0;
}

/**
 * A call into another file that takes too long, or comes out in too many ways, is like one that cannot be seen: the caller's
 * own code goes on, and has its own steps for it.
 */
function containForeign(
	machine: Machine,
	state: State,
	func: FunctionValue,
	steps: number,
	run: (state: State) => Result[],
	unseen: () => Result[],
	ctx: Context,
): Result[] {
	const own = machine.steps;
	const source = ctx.file === 0 ? machine.foreignSteps : own;
	const allowance = Math.min(steps, source.left);
	const mark = machine.recorder.mark();
	const modules = rememberModules(machine);
	machine.steps = { left: allowance };
	try {
		const results = run(fork(state));
		if (results.length > FOREIGN_RESULTS) throw new BoundExceeded(`more than ${FOREIGN_RESULTS} results`);
		return results;
	} catch (error) {
		if (!(error instanceof BoundExceeded)) throw error;
		machine.recorder.rollback(mark);
		modules.restore();
		// Where nothing can come of it for a model, nothing is lost.
		if (steps > GUARD_STEPS || mayStop(func.def))
			machine.recorder.note(place(func, func.def), `not followed: ${error.message}`);
		machine.tooLong.add(func.def);
		// What it would have ruled out is a guess from here on.
		if (mayStop(func.def)) state.guesses = [...state.guesses, { test: place(func, func.def), holds: true }];
		return unseen();
	} finally {
		source.left -= allowance - Math.max(0, machine.steps.left);
		machine.steps = own;
	}
}

/** `onYield`: of a generator whose values somebody takes. */
export function runCall(
	machine: Machine,
	state: State,
	func: FunctionValue,
	args: Arguments,
	call: CallExpr,
	ctx: Context,
	onYield?: Context["onYield"],
): Result[] {
	const { def } = func;
	machine.entered.add(def);
	const name = func.instead ?? (def.kind === "def" ? def.name.name : "lambda");
	const inner: Context = {
		...activation(machine, func, `${ctx.key}>${call.start}`, ctx),
		passes: ctx.passes,
		pass: ctx.pass,
		deliberate: ctx.deliberate,
		onYield,
		frames: [
			...ctx.frames,
			{
				name,
				call: callSite(
					call,
					def.params.map((param) => param.name.name),
					ctx,
					textOf(machine, ctx.file),
				),
			},
		],
		stack: [...ctx.stack, def],
	};
	bindParameters(state, func, args, inner);
	return runBody(machine, state, func, inner);
}

/** The context of a function's body, before its frame holds anything. */
export function activation(machine: Machine, func: FunctionValue, key: string, ctx: Context): Context {
	const frame = `${key}${ctx.passes}:${func.def.start}`;
	machine.parents.set(frame, func.closure);
	return {
		...ctx,
		file: func.file,
		frame,
		closure: frame,
		defining: undefined,
		def: func.def,
		owner: func.owner,
		self: func.self,
		onYield: undefined,
		key,
		scope: place(func, func.def),
		home: func.owner === undefined ? undefined : machine.classes.get(func.owner),
		statement: undefined,
		block: [],
		loop: undefined,
	};
}

export function runBody(machine: Machine, state: State, func: FunctionValue, ctx: Context): Result[] {
	const { def } = func;
	const results =
		def.kind === "lambda"
			? evaluate(machine, state, def.body, ctx)
			: returned(execute(machine, [state], def.body, ctx));
	if (def.kind === "def" && scopeNames(def).hasInner) {
		for (const result of results) deferInner(machine, result.state, ctx);
		return mergeResults(results, siteKey(ctx, def));
	}
	for (const result of results) dropFrame(result.state, ctx.frame);
	return mergeResults(results, siteKey(ctx, def));
}

function returned(outcomes: ReturnType<typeof execute>): Result[] {
	return outcomes.flatMap((outcome): Result[] => {
		if (outcome.kind === "return") return [{ state: outcome.state, value: outcome.value }];
		return outcome.kind === "next" ? [{ state: outcome.state, value: NONE }] : [];
	});
}

/** States that return the same value can be joined. */
function mergeResults(results: readonly Result[], site: string): Result[] {
	if (results.length < 2) return [...results];
	const groups = new Map<string, Result[]>();
	for (const result of results) {
		const key = keyOf(result.value);
		groups.set(key, [...(groups.get(key) ?? []), result]);
	}
	return [...groups.values()].flatMap((group) => {
		const value = (group[0] as Result).value;
		return merge(
			group.map((result) => result.state),
			site,
		).map((state) => ({ state, value }));
	});
}

/** Inner functions that were not called by the end of their frame may be called later by others. */
function deferInner(machine: Machine, state: State, ctx: Context): void {
	// What is found inside another file is reported when that file is looked at.
	if (ctx.file !== 0) return;
	for (const value of frameVars(state, ctx.frame).values()) {
		if (value.k !== "function" || value.def.kind !== "def" || value.closure !== ctx.frame) continue;
		if (!machine.entered.has(value.def)) machine.pending.push({ def: value.def, value, state: fork(state), ctx });
	}
}

// --- parameters

function bindParameters(state: State, func: FunctionValue, args: Arguments, ctx: Context): void {
	const positional = func.self ? [func.self, ...args.positional] : args.positional;
	const used = new Set<string>();
	let next = 0;
	for (const param of func.def.params) {
		const name = param.name.name;
		if (param.kind === "vararg") {
			const rest = positional.slice(next);
			next = positional.length;
			const value = args.openPositional ? newList(state, rest, true, `${ctx.key}:${name}`) : tuple(rest);
			setVar(state, ctx.frame, name, value);
		} else if (param.kind === "kwarg") {
			const left = [...args.keywords].filter(([keyword]) => !used.has(keyword));
			setVar(
				state,
				ctx.frame,
				name,
				newDict(state, new Map<Constant, Value>(left), args.openKeywords, `${ctx.key}:${name}`),
			);
		} else {
			const takesPositional = param.kind !== "keyword-only" && next < positional.length;
			const value = takesPositional ? positional[next++] : args.keywords.get(name);
			used.add(name);
			setVar(state, ctx.frame, name, value ?? leftOut(func, param, args, ctx));
		}
	}
}

function leftOut(func: FunctionValue, param: Param, args: Arguments, ctx: Context): Value {
	const hidden = args.openKeywords || (args.openPositional && param.kind !== "keyword-only");
	const isHidden = hidden || isConfigured(func);
	const given = isHidden ? undefined : (func.defaults?.get(param.name.name) ?? constantDefault(param));
	return given ?? unknownParameter(func.def, param, ctx);
}

/** Gin, sacred, hydra, click and their kin give the function other defaults. */
const CONFIGURING =
	/(^|\.)(configurable|capture|automain|main|command|cli|group|inject|validate_call|validate_arguments)$/;

function isConfigured({ def }: FunctionValue): boolean {
	return def.kind === "def" && def.decorators.some((decorator) => CONFIGURING.test(dottedName(decorator)));
}

function constantDefault({ default: given }: Param): Value | undefined {
	return given?.kind === "constant" && given.value !== undefined ? constant(given.value) : undefined;
}

export function unknownParameter(def: DefStmt | LambdaExpr, param: Param, ctx: Context): SymbolValue {
	return symbol(`param:${param.name.name}@${ctx.key}:${def.start}`);
}
