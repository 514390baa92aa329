/** `def` and `class`: the values they bind, and what decorators make of them. */
import type { ClassStmt, DefStmt, Expr, LambdaExpr } from "../syntax/facts";
import { isEnumBase, numberMembers } from "./enums";
import { evaluateAll } from "./expressions";
import {
	type Context,
	impliedCall,
	type Machine,
	NO_ARGUMENTS,
	type Outcome,
	place,
	type Result,
	siteKey,
} from "./machine";
import { dottedName } from "./names";
import { recordOf, withoutFieldCalls } from "./records";
import { dropFrame, fork, frameVars, getObject, type State, setObject, setVar } from "./state";
import { execute } from "./statements";
import { type FunctionValue, type PropertyValue, sameValue, symbol, type Value } from "./values";

export function defineFunction(machine: Machine, state: State, statement: DefStmt, ctx: Context): Outcome[] {
	return functionValue(machine, state, statement, ctx).flatMap((made) => bind(machine, made, statement, ctx));
}

/** A function closes over the frame around it; its defaults are evaluated where it is defined. */
export function functionValue(machine: Machine, state: State, def: DefStmt | LambdaExpr, ctx: Context): Result[] {
	const { file } = ctx;
	const isLambda = def.kind === "lambda";
	const closure = isLambda ? ctx.frame : ctx.closure;
	const owner = isLambda ? ctx.owner : (ctx.defining ?? ctx.owner);
	const func: FunctionValue = { k: "function", def, file, closure, self: undefined, owner };
	const computed = def.params.filter((param) => param.default && param.default.kind !== "constant");
	if (computed.length === 0) return [{ state, value: func }];
	const exprs = computed.flatMap((param) => param.default ?? []);
	return evaluateAll(machine, state, exprs, ctx).map(({ state: after, values }) => {
		const defaults = new Map(computed.map((param, index) => [param.name.name, values[index] as Value] as const));
		return { state: after, value: { ...func, defaults } };
	});
}

export function defineClass(machine: Machine, state: State, statement: ClassStmt, ctx: Context): Outcome[] {
	const id = `class:${siteKey(ctx, statement)}`;
	const written = statement.bases.filter((base) => base.kind === "positional").map((base) => base.value);
	return evaluateAll(machine, state, written, ctx).flatMap(({ state: ready, values: bases }) => {
		const frame = `body:${siteKey(ctx, statement)}`;
		machine.classes.set(id, place(ctx, statement));
		machine.parents.set(frame, ctx.closure);
		const inner: Context = { ...ctx, frame, defining: id, def: undefined };
		return execute(machine, [ready], statement.body, inner).flatMap(({ state: after }) => {
			const body = frameVars(after, frame);
			dropFrame(after, frame);
			const isEnum = bases.some((base) => isEnumBase(after, base));
			const names = [...classDecorators(machine, after, statement, ctx), ...externalNames(bases)];
			const record = recordOf(after, statement, bases, names, body);
			const attributes = isEnum ? numberMembers(body, bases) : record ? withoutFieldCalls(body) : body;
			setObject(after, id, { t: "class", def: statement, bases, attributes, record, isEnum });
			return bind(machine, { state: after, value: { k: "ref", id } }, statement, ctx);
		});
	});
}

function externalNames(values: readonly Value[]): string[] {
	return values.flatMap((value) => (value.k === "external" ? [value.name] : []));
}

/** The names of a class's decorators, of libraries where they are known. */
function classDecorators(machine: Machine, state: State, statement: ClassStmt, ctx: Context): string[] {
	return statement.decorators.map((decorator) => {
		const callee = decorator.kind === "call" ? decorator.func : decorator;
		const [result] = machine.evaluate(state, callee, ctx);
		return result?.value.k === "external" ? result.value.name : dottedName(decorator);
	});
}

// --- decorators

/** Binds what the decorators make of a function or class. */
function bind(machine: Machine, made: Result, statement: DefStmt | ClassStmt, ctx: Context): Outcome[] {
	const { decorators, name } = statement;
	return evaluateAll(machine, made.state, decorators, ctx).flatMap(({ state, values }) => {
		let results: Result[] = [{ state, value: made.value }];
		for (const [index, decorator] of [...decorators.entries()].reverse()) {
			const by = values[index] as Value;
			results = results.flatMap((result) => decorate(machine, result, by, decorator, ctx));
		}
		return results.map((result): Outcome => {
			setVar(result.state, ctx.frame, name.name, replacement(machine, made.value, result.value, name.name));
			return { kind: "next", state: result.state };
		});
	});
}

/** What a decorator made of it is known by its name; the thing itself is still entered if nobody calls it. */
function replacement(machine: Machine, original: Value, by: Value, name: string): Value {
	if (sameValue(original, by)) return original;
	machine.decorated.push(original);
	return by.k === "function" ? { ...by, instead: name } : by;
}

/** What it is put on is only one of several functions that are chosen from by the arguments' types. */
const DISPATCHING = /(^|\.)(singledispatch|singledispatchmethod|overload|dispatch|multimethod)$/;

/** A decorator of a library is taken to leave the function what it is; the person's own is called. */
function decorate(machine: Machine, given: Result, by: Value, decorator: Expr, ctx: Context): Result[] {
	const { state, value } = given;
	const property = propertyBy(by, value);
	if (property) return [{ state, value: property }];
	if (by.k === "external" && DISPATCHING.test(by.name))
		return [{ state, value: symbol(`result:${siteKey(ctx, decorator)}`) }];
	if (!isOwn(state, by)) return [given];
	const results = machine.call(fork(state), by, { ...NO_ARGUMENTS, positional: [value] }, impliedCall(decorator), ctx);
	// `require_gpu` gives back the function, or a skipped test in its place: what runs at all is the function.
	const isKept = results.some((result) => result.value.k === "symbol" || sameValue(result.value, value));
	if (!isKept) return results;
	const [only, ...others] = results;
	return only && others.length === 0 ? [{ state: only.state, value }] : [given];
}

/** `@property`, and `@name.setter` of one. */
function propertyBy(by: Value, value: Value): PropertyValue | undefined {
	if (by.k === "external" && /(^|\.)(cached_)?property$/.test(by.name))
		return { k: "property", getter: value, setter: undefined, cached: by.name.includes("cached_") };
	if (by.k !== "native" || by.self.k !== "property") return undefined;
	return by.name === "setter" ? { ...by.self, setter: value } : by.self;
}

/** A function, class or object of the program, or what `functools` makes of one. */
function isOwn(state: State, by: Value): boolean {
	if (by.k === "ref") return ["instance", "class"].includes(getObject(state, by.id)?.t ?? "");
	return by.k === "function" || by.k === "partial";
}
