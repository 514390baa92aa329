/** `parameter.requires_grad = flag`, and `parameter.requires_grad_(flag)` on what is no model itself. */
import type { Expr } from "../syntax/facts";
import { givesParameters } from "./loops";
import { type Context, impliedCall, type Machine } from "./machine";
import { getCore, getObject, resolve, type State, setObject } from "./state";
import { remember, setTrainable } from "./transitions";
import { ITEM, keyOf, type ObjId, PARAMETERS, type Value } from "./values";

const API = "torch.nn.Parameter.requires_grad";

/** An item of all parameters of a Core, as `parameters()` and `named_parameters()` give them. */
const EVERY_PARAMETER = new RegExp(`^${ITEM}${PARAMETERS}\\{([^{}]*)\\}@[^{}#]*#[^{}]*$`);
/** Models whose parameters or parts a value may be. */
const OF_CORE = /\{([^{}]*)\}/g;

/** `expr` is what was assigned to or called; `base` the parameter, as far as it is known. */
export function setGradient(
	machine: Machine,
	state: State,
	base: Value,
	flag: Value | undefined,
	expr: Expr,
	ctx: Context,
): void {
	const asked = flag === undefined ? true : flag.k === "constant" ? Boolean(flag.value) : "unknown";
	const key = keyOf(resolve(state, base));
	const whole = EVERY_PARAMETER.exec(key)?.[1];
	if (whole !== undefined && isCore(state, whole)) {
		const sure = asked !== "unknown" && runsForEveryItem(ctx) ? asked : "unknown";
		decide(machine, state, whole, sure, expr, ctx);
		return;
	}
	// To take gradients from a part leaves the rest as it was; to give them makes no claim about the whole possible.
	if (asked === false) return;
	const named = [...key.matchAll(OF_CORE)].map((match) => match[1] as string).filter((id) => isCore(state, id));
	for (const id of named.length > 0 ? named : everyCore(state)) decide(machine, state, id, "unknown", expr, ctx);
}

function decide(machine: Machine, state: State, id: ObjId, flag: boolean | "unknown", expr: Expr, ctx: Context): void {
	const event = machine.recorder.event("requires-grad", API, impliedCall(expr), [], ctx);
	const before = getCore(state, id);
	setObject(state, id, remember(setTrainable(before, undefined, flag, event), event));
	machine.recorder.addCase(
		event,
		state,
		{ target: { k: "handle", core: id, path: [], unloadedBy: undefined }, before },
		ctx,
	);
}

/**
 * The statement stands in the body of a loop over all that a network has, and nothing in front of it there can keep an item
 * from it. A comprehension may have left some out.
 */
function runsForEveryItem({ block, statement, loop }: Context): boolean {
	if (loop === undefined || block !== loop.body || statement === undefined) return false;
	if (!givesParameters(loop.iter)) return false;
	const before = block.slice(0, block.indexOf(statement));
	return before.every(({ kind }) => kind === "assign" || kind === "expr" || kind === "augassign" || kind === "pass");
}

function isCore(state: State, id: ObjId): boolean {
	return getObject(state, id)?.t === "core";
}

function everyCore(state: State): readonly ObjId[] {
	const ids = new Set([...state.base.heap.keys(), ...state.heap.map.keys()]);
	return [...ids].filter((id) => isCore(state, id));
}
