/** Calls of what we cannot see, and what such a call is known to do all the same. */
import type { CallExpr } from "../syntax/facts";
import { isPure, pureResult, truthKey } from "./builtins";
import { one } from "./expressions";
import { setGradient } from "./gradients";
import { type Arguments, type Context, type Machine, NO_ARGUMENTS, type Result, siteKey } from "./machine";
import { applyPatch } from "./patches";
import { spoil } from "./spoil";
import { dropSlots, getObject, getSlot, resolve, type State, setSlot, unknownId } from "./state";
import { recordTokens } from "./tokens";
import { madeByLibrary } from "./typed";
import { external, keyOf, NONE, type SymbolValue, symbol, type Value } from "./values";

/** An unknown callee may have changed every model it was given. */
export function callUnknown(
	machine: Machine,
	state: State,
	callee: Value,
	args: Arguments,
	call: CallExpr,
	ctx: Context,
): Result[] {
	const stored = readStored(state, callee, args);
	if (stored) return one(state, stored);
	if (isPure(callee)) return one(state, resolve(state, pureResult(callee, args)));
	if (applyPatch(machine, state, callee, args, siteKey(ctx, call), ctx))
		return one(state, symbol(`result:${siteKey(ctx, call)}`));
	const made = madeByLibrary(machine, state, callee, args, call, ctx);
	if (made) return made;
	const key = truthKey(callee, args);
	if (callee.k === "symbol") recordTokens(machine, state, callee, args, call, ctx);
	// A function that is not followed may change its receiver and the globals that it declares.
	const own = callee.k === "function" ? [callee] : [];
	spoil(state, [...own, ...args.positional, ...args.keywords.values()], siteKey(ctx, call));
	forgetReceiver(state, callee);
	if (callee.k === "symbol") callMethod(machine, state, callee, args, call, ctx);
	storeUpdates(state, callee, args);
	if (/\.run_(line|cell)_magic$/.test(keyOf(callee)))
		return machine.call(state, external("builtins.exec"), NO_ARGUMENTS, call, ctx);
	const op = key === undefined ? undefined : ({ kind: "call", key } as const);
	return one(state, symbol(`result:${siteKey(ctx, call)}`, op));
}

/** Methods of unknowns that tell what they do by their name alone. */
function callMethod(
	machine: Machine,
	state: State,
	callee: SymbolValue,
	args: Arguments,
	call: CallExpr,
	ctx: Context,
): void {
	const [, base, name] = /^(.*)\.(\w+)$/.exec(callee.id) ?? [];
	if (name === "requires_grad_" && base !== undefined)
		setGradient(machine, state, symbol(base), args.positional[0] ?? args.keywords.get("requires_grad"), call.func, ctx);
}

/** `config.get("lora")`, where something was put there before. */
function readStored(state: State, callee: Value, args: Arguments): Value | undefined {
	const base = /^(.*)\.get$/.exec(keyOf(callee))?.[1];
	const [key] = args.positional;
	const found = base !== undefined && key?.k === "constant" ? getSlot(state, `${base}[${keyOf(key)}]`) : undefined;
	return found && resolve(state, found);
}

/** `config.update({"lora": False})`, `OmegaConf.update(config, "lora", False)`: of an unknown, as attribute and as item. */
function storeUpdates(state: State, callee: Value, args: Arguments): void {
	const store = (base: string, name: string, value: Value): void => {
		setSlot(state, `${base}.${name}`, value);
		setSlot(state, `${base}[${JSON.stringify(name)}]`, value);
	};
	const [first, second, third] = args.positional.map((value) => resolve(state, value));
	if (callee.k === "external" && callee.name.endsWith("OmegaConf.update") && first?.k === "symbol") {
		if (second?.k === "constant" && third) store(first.id, String(second.value), third);
		return;
	}
	const base = callee.k === "symbol" ? /^(.*)\.(update|pop)$/.exec(callee.id) : null;
	if (base?.[1] === undefined) return;
	if (base[2] === "pop") {
		if (first?.k === "constant") store(base[1], String(first.value), NONE);
		return;
	}
	const dict = first?.k === "ref" ? getObject(state, first.id) : undefined;
	const given = dict?.t === "dict" ? [...dict.entries] : [];
	for (const [name, value] of [...given, ...args.keywords]) store(base[1], String(name), value);
}

/** A method of an unknown may have changed it: `args.update(…)`, `module.reset()`. */
function forgetReceiver(state: State, callee: Value): void {
	const id = unknownId(callee);
	const dot = id?.lastIndexOf(".") ?? -1;
	if (id === undefined || dot <= 0) return;
	dropSlots(state, `${id.slice(0, dot).replace(/\.__dict__$/, "")}.`);
}
