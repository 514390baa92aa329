/** `with`: what entering binds, and what leaving does. */
import type { Expr, WithStmt } from "../syntax/facts";
import { firstYield, freshGenerator, runGenerator } from "./generators";
import { merge } from "./join";
import { type Context, impliedCall, type Machine, NO_ARGUMENTS, type Outcome, type Result, siteKey } from "./machine";
import { dottedName } from "./names";
import { boundMethod, definitionName, EXIT_STACK } from "./objects";
import { spoil } from "./spoil";
import { dropSlots, getObject, getSlot, resolve, type State, setObject, setSlot } from "./state";
import { execute } from "./statements";
import { assign } from "./targets";
import { computed } from "./truth";
import { constant, type FunctionValue, keyOf, NONE, type RefValue, type Value } from "./values";

const EXPECTS_FAILURE = /(^|\.)(raises|warns|deprecated_call|assertRaises(Regex)?|assertWarns(Regex)?|assertLogs)$/;

export function runWith(machine: Machine, states: readonly State[], statement: WithStmt, ctx: Context): Outcome[] {
	const expectsFailure = statement.items.some(
		({ context }) => context.kind === "call" && EXPECTS_FAILURE.test(dottedName(context)),
	);
	const inner = expectsFailure && !ctx.deliberate ? { ...ctx, deliberate: true } : ctx;
	return runItems(machine, states, statement, 0, ctx, inner);
}

/** Enters the items from `index` on, one inside the other, and runs the body. */
function runItems(
	machine: Machine,
	states: readonly State[],
	statement: WithStmt,
	index: number,
	ctx: Context,
	inner: Context,
): Outcome[] {
	const item = statement.items[index];
	if (!item) return execute(machine, merge(states, siteKey(ctx, statement)), statement.body, inner);
	const together: State[] = [];
	const out: Outcome[] = [];
	for (const { state, value } of states.flatMap((s) => machine.evaluate(s, item.context, ctx))) {
		const within = (from: State, bound: Value): Outcome[] => {
			if (item.target) assign(machine, from, item.target, bound, ctx);
			return runItems(machine, [from], statement, index + 1, ctx, inner);
		};
		const managed = manage(machine, state, resolve(state, value), item.context, ctx, within);
		if (managed) out.push(...managed);
		else {
			if (item.target) assign(machine, state, item.target, entered(value), ctx);
			together.push(state);
		}
	}
	return together.length > 0 ? [...out, ...runItems(machine, together, statement, index + 1, ctx, inner)] : out;
}

function entered(value: Value): Value {
	return value.k === "symbol" || value.k === "native" ? computed(`enter(${keyOf(value)})`) : value;
}

type Within = (state: State, bound: Value) => Outcome[];

/** What entering and leaving a context of the program's own comes to; undefined for any other. */
function manage(
	machine: Machine,
	state: State,
	value: Value,
	at: Expr,
	ctx: Context,
	within: Within,
): Outcome[] | undefined {
	if (value.k !== "ref") return undefined;
	if (freshGenerator(state, value)) return throughGenerator(machine, state, value, at, ctx, within);
	const object = getObject(state, value.id);
	if (object?.t !== "instance") return undefined;
	if (object.cls === EXIT_STACK) return throughStack(state, value, at, ctx, within);
	const enter = boundMethod(state, value, "__enter__") ?? boundMethod(state, value, "__aenter__");
	return enter && throughObject(machine, state, value, enter, at, ctx, within);
}

/** `__enter__` gives what is bound, and `__exit__` runs however the body is left. */
function throughObject(
	machine: Machine,
	state: State,
	self: RefValue,
	enter: FunctionValue,
	at: Expr,
	ctx: Context,
	within: Within,
): Outcome[] {
	const call = impliedCall(at);
	const inside = machine.call(state, enter, NO_ARGUMENTS, call, ctx).flatMap((r) => within(r.state, r.value));
	return inside.flatMap((outcome): Outcome[] => {
		const exit = boundMethod(outcome.state, self, "__exit__") ?? boundMethod(outcome.state, self, "__aexit__");
		if (!exit || outcome.kind === "stop") return [outcome];
		const args = { ...NO_ARGUMENTS, positional: [NONE, NONE, NONE] };
		return machine.call(outcome.state, exit, args, call, ctx).map((left) => ({ ...outcome, state: left.state }));
	});
}

/** A generator made a context by `@contextmanager`: the body runs where it yields. */
function throughGenerator(
	machine: Machine,
	state: State,
	generator: RefValue,
	at: Expr,
	ctx: Context,
	within: Within,
): Outcome[] | undefined {
	const slot = `left:${siteKey(ctx, at)}`;
	const ways: Outcome[] = [];
	const stopped: Outcome[] = [];
	const ends = runGenerator(machine, state, generator, ctx, (from, value) =>
		within(from, value).flatMap((outcome) => {
			if (outcome.kind === "stop") {
				stopped.push(outcome);
				return [];
			}
			// Which way the body was left is kept until the generator ends; names, so that joins keep the ways apart.
			setSlot(outcome.state, slot, constant(outcome.kind === "next" ? "next" : `${ways.push(outcome) - 1}`));
			return [outcome.state];
		}),
	);
	return ends && [...stopped, ...ends.flatMap((end) => leftBy(end.state, slot, ways))];
}

function leftBy(state: State, slot: string, ways: readonly Outcome[]): Outcome[] {
	const way = getSlot(state, slot);
	dropSlots(state, slot);
	const outcome = way?.k === "constant" ? ways[Number(way.value)] : undefined;
	return [outcome ? { ...outcome, state } : { kind: "next", state }];
}

// --- contextlib.ExitStack

/** When a stack is left, all that it entered is: what that does to the models in it is not followed. */
function throughStack(state: State, stack: RefValue, at: Expr, ctx: Context, within: Within): Outcome[] {
	return within(state, stack).map((outcome) => {
		const object = getObject(outcome.state, stack.id);
		if (object?.t === "instance") spoil(outcome.state, [...object.fields.values()], siteKey(ctx, at));
		return outcome;
	});
}

/** `stack.enter_context(context)` */
export function enterContext(machine: Machine, state: State, stack: RefValue, value: Value, ctx: Context): Result[] {
	const object = getObject(state, stack.id);
	if (object?.t === "instance")
		setObject(state, stack.id, {
			...object,
			fields: new Map(object.fields).set(`${object.fields.size}`, value),
		});
	const context = resolve(state, value);
	const first = context.k === "ref" ? firstYield(machine, state, context, ctx) : undefined;
	if (first) return first;
	const enter = boundMethod(state, context, "__enter__");
	if (!enter) return [{ state, value: entered(value) }];
	return machine.call(state, enter, NO_ARGUMENTS, impliedCall(definitionName(enter)), ctx);
}
