/** What a trainer calls: the function that makes its model, and the hooks of its callbacks. */
import type { CallExpr } from "../syntax/facts";
import { trainerModel } from "./attributes";
import { sequenceItems } from "./containers";
import type { HeapObject } from "./heap";
import { type Arguments, type Context, type Machine, NO_ARGUMENTS, type Result, siteKey } from "./machine";
import { boundMethod } from "./objects";
import { getObject, resolve, type State, setObject } from "./state";
import { isNone, NONE, symbol, tuple, type Value } from "./values";

const BEFORE: readonly string[] = ["on_train_begin", "on_epoch_begin", "on_step_begin"];
const AFTER: readonly string[] = ["on_step_end", "on_evaluate", "on_save", "on_epoch_end", "on_train_end"];

/** Field of a trainer under which its callbacks are kept: no name that a person can write. */
const CALLBACKS = "callbacks of the trainer";

/** The fields of a new trainer that was given these callbacks. */
export function callbackFields(state: State, given: Value | undefined): ReadonlyMap<string, Value> {
	const items = given ? sequenceItems(state, given).items : [];
	return items.length > 0 ? new Map([[CALLBACKS, tuple(items)]]) : new Map();
}

/** `add_callback`, and the methods that take one out again: which one is not always known. */
export function changeCallbacks(state: State, trainer: Value, method: string, callback: Value | undefined): void {
	const object = /^(add|remove|pop)_callback$/.test(method) ? trainerObject(state, trainer) : undefined;
	if (!object || !callback || trainer.k !== "ref") return;
	const kept = method === "add_callback" ? [...callbacksOf(object), callback] : [];
	setObject(state, trainer.id, { ...object, fields: new Map(object.fields).set(CALLBACKS, tuple(kept)) });
}

/** A trainer that is given no model makes its own with the function `model_init`. */
export function withModel(
	machine: Machine,
	state: State,
	args: Arguments,
	call: CallExpr,
	ctx: Context,
): { state: State; args: Arguments }[] {
	const maker = args.keywords.get("model_init");
	const given = args.positional[0] ?? args.keywords.get("model") ?? NONE;
	if (maker?.k !== "function" || !isNone(given)) return [{ state, args }];
	return machine.call(state, maker, NO_ARGUMENTS, call, ctx).map((made) => ({
		state: made.state,
		args: { ...args, keywords: new Map(args.keywords).set("model", made.value) },
	}));
}

type Trainer = HeapObject & { t: "trainer" | "instance" };

function trainerObject(state: State, trainer: Value): Trainer | undefined {
	const object = trainer.k === "ref" ? getObject(state, trainer.id) : undefined;
	return object?.t === "trainer" || object?.t === "instance" ? object : undefined;
}

function callbacksOf(trainer: Trainer): readonly Value[] {
	const kept = trainer.fields.get(CALLBACKS);
	return kept?.k === "tuple" ? kept.items : [];
}

/** Trains, with the hooks of the trainer's callbacks around it; each is called once. */
export function withCallbacks(
	machine: Machine,
	state: State,
	trainer: Value,
	call: CallExpr,
	ctx: Context,
	train: (state: State) => Result[],
): Result[] {
	const before = callHooks(machine, [state], trainer, BEFORE, call, ctx);
	return before.flatMap(train).flatMap((result) =>
		callHooks(machine, [result.state], trainer, AFTER, call, ctx).map((after) => ({
			state: after,
			value: result.value,
		})),
	);
}

function callHooks(
	machine: Machine,
	from: readonly State[],
	given: Value,
	names: readonly string[],
	call: CallExpr,
	ctx: Context,
): readonly State[] {
	let states = from;
	for (const name of names) states = states.flatMap((state) => callHook(machine, state, given, name, call, ctx));
	return states;
}

function callHook(machine: Machine, from: State, given: Value, name: string, call: CallExpr, ctx: Context): State[] {
	const trainer = resolve(from, given);
	const object = trainerObject(from, trainer);
	let states = [from];
	for (const callback of object ? callbacksOf(object) : []) {
		states = states.flatMap((state) => {
			const hook = boundMethod(state, callback, name);
			if (!hook) return [state];
			return machine.call(state, hook, hookArguments(state, trainer, call, ctx), call, ctx).map((r) => r.state);
		});
	}
	return states;
}

/** `(args, state, control, model=…, **kwargs)` */
function hookArguments(state: State, trainer: Value, call: CallExpr, ctx: Context): Arguments {
	const model = trainerModel(state, trainer);
	const unknown = ["args", "state", "control"].map((name) => symbol(`hook:${name}@${siteKey(ctx, call)}`));
	const keywords = new Map<string, Value>(model ? [["model", model]] : []);
	return { ...NO_ARGUMENTS, positional: unknown, keywords, openKeywords: true };
}
