/** Assignment and deletion: names, attributes, subscripts, unpacking. */
import type { AttributeExpr, Expr, SubscriptExpr } from "../syntax/facts";
import { setAttribute } from "./attributes";
import { newList, removeItem, sequenceItems, setItem } from "./containers";
import { setGradient } from "./gradients";
import { knownModel } from "./handles";
import { type Context, impliedCall, type Machine, siteKey } from "./machine";
import { moduleFrame } from "./modules";
import { scopeNames } from "./names";
import { boundMethod, keepField, writeBy } from "./objects";
import { spoil } from "./spoil";
import { deleteVar, getCore, getVar, resolve, type State, setSlot, setVar } from "./state";
import { computed } from "./truth";
import { type FrameId, keyOf, symbol, type Value } from "./values";

export function assign(machine: Machine, state: State, target: Expr, value: Value, ctx: Context): void {
	switch (target.kind) {
		case "name":
			setVar(state, frameOf(machine, state, target.name, ctx), target.name, value);
			return;
		case "attribute":
			assignAttribute(machine, state, target, value, ctx);
			return;
		case "subscript":
			assignSubscript(machine, state, target, value, ctx);
			return;
		case "tuple":
		case "list":
			unpack(machine, state, target.items, value, ctx);
			return;
		case "starred":
			assign(machine, state, target.value, value, ctx);
			return;
		default:
			return;
	}
}

/** The frame a plain assignment to `name` writes to. */
function frameOf(machine: Machine, state: State, name: string, ctx: Context): FrameId {
	const outer = ctx.def ? scopeNames(ctx.def).outer.get(name) : undefined;
	if (outer === "global") return moduleFrame(ctx.file);
	if (outer === "nonlocal") {
		let frame = machine.parents.get(ctx.frame);
		while (frame !== undefined) {
			if (getVar(state, frame, name)) return frame;
			frame = machine.parents.get(frame);
		}
	}
	return ctx.frame;
}

/** Targets are evaluated for their object only; where that forks, the first way is taken. */
function assignAttribute(machine: Machine, state: State, target: AttributeExpr, value: Value, ctx: Context): void {
	const [base] = machine.evaluate(state, target.value, ctx);
	if (!base || base.state !== state) return;
	setAttribute(machine, state, base.value, target.attr.name, value, ctx);
	if (target.attr.name === "requires_grad") setGradient(machine, state, base.value, value, target, ctx);
	if (target.attr.name === "state_dict") replaceStateDict(machine, state, base.value, target, ctx);
}

/** `model.state_dict = …`: what is saved comes from there. */
function replaceStateDict(machine: Machine, state: State, base: Value, target: AttributeExpr, ctx: Context): void {
	const model = knownModel(state, base);
	if (!model) return;
	const api = "torch.nn.Module.state_dict";
	const event = machine.recorder.event("replace-state-dict", api, impliedCall(target), [], ctx);
	const before = getCore(state, model.core);
	machine.recorder.addCase(event, state, { target: model, before }, ctx);
}

function assignSubscript(machine: Machine, state: State, target: SubscriptExpr, value: Value, ctx: Context): void {
	const [base] = machine.evaluate(state, target.value, ctx);
	const [index] = machine.evaluate(state, target.index, ctx);
	if (!base || !index || base.state !== state || index.state !== state) return;
	const container = resolve(state, base.value);
	const own = boundMethod(state, container, "__setitem__");
	if (own) writeBy(machine, state, own, [index.value, value], ctx);
	else if (container.k === "ref") setItem(state, container.id, index.value, value);
	else if (container.k === "native" && container.name === "__dict__")
		setUnder(state, container.self, index.value, value, siteKey(ctx, target));
	else setSlot(state, keyOf(computed(`${keyOf(container)}[${keyOf(index.value)}]`)), value);
}

/** `object.__dict__[name] = value` */
function setUnder(state: State, self: Value, name: Value, value: Value, site: string): void {
	if (name.k === "constant") keepField(state, self, String(name.value), value);
	else spoil(state, [self], site);
}

function unpack(machine: Machine, state: State, targets: readonly Expr[], value: Value, ctx: Context): void {
	const { items, open } = sequenceItems(state, value);
	const star = targets.findIndex((target) => target.kind === "starred");
	for (const [index, target] of targets.entries()) {
		assign(machine, state, target, itemFor(state, value, items, open, targets.length, index, star, target, ctx), ctx);
	}
}

function itemFor(
	state: State,
	value: Value,
	items: readonly Value[],
	open: boolean,
	count: number,
	index: number,
	star: number,
	target: Expr,
	ctx: Context,
): Value {
	const unknown = (): Value => resolve(state, computed(`${keyOf(resolve(state, value))}[${index}]`));
	if (star < 0) return items.length === count || (open && index < items.length) ? (items[index] as Value) : unknown();
	if (index < star) return items[index] ?? unknown();
	const fromEnd = items.length - (count - index);
	if (index === star) return newList(state, items.slice(star, fromEnd + 1), open, siteKey(ctx, target));
	return (open ? undefined : items[fromEnd]) ?? unknown();
}

export function remove(machine: Machine, state: State, target: Expr, ctx: Context): void {
	switch (target.kind) {
		case "name":
			deleteVar(state, frameOf(machine, state, target.name, ctx), target.name);
			return;
		case "attribute":
			assignAttribute(machine, state, target, symbol(`deleted:${siteKey(ctx, target)}`), ctx);
			return;
		case "tuple":
		case "list":
			for (const item of target.items) remove(machine, state, item, ctx);
			return;
		case "subscript":
			removeSubscript(machine, state, target, ctx);
			return;
		default:
			return;
	}
}

function removeSubscript(machine: Machine, state: State, target: SubscriptExpr, ctx: Context): void {
	const [base] = machine.evaluate(state, target.value, ctx);
	const [index] = machine.evaluate(state, target.index, ctx);
	if (!base || !index || base.state !== state || index.state !== state) return;
	const container = resolve(state, base.value);
	if (container.k === "ref") removeItem(state, container.id, index.value);
}
