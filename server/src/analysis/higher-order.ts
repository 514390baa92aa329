/** `map` and `reduce` over sequences that are known: the function is called for one item after the other. */
import type { CallExpr } from "../syntax/facts";
import { LITERAL_PASSES } from "./bounds";
import { itemsOf, newList } from "./containers";
import { passContext } from "./loops";
import { type Arguments, type Context, type Machine, NO_ARGUMENTS, type Result, siteKey } from "./machine";
import { resolve, type State } from "./state";
import type { Value } from "./values";

export function callMap(
	machine: Machine,
	state: State,
	args: Arguments,
	call: CallExpr,
	ctx: Context,
): Result[] | undefined {
	const [func, over, ...more] = args.positional;
	const items = over && more.length === 0 ? shortItems(state, over) : undefined;
	if (!func || !items) return undefined;
	let runs: { state: State; values: readonly Value[] }[] = [{ state, values: [] }];
	for (const [index, item] of items.entries()) {
		runs = runs.flatMap((run) =>
			callOnce(machine, run.state, func, [item], index, call, ctx).map((result) => ({
				state: result.state,
				values: [...run.values, result.value],
			})),
		);
	}
	return runs.map((run) => ({ state: run.state, value: newList(run.state, run.values, false, siteKey(ctx, call)) }));
}

export function callReduce(
	machine: Machine,
	state: State,
	args: Arguments,
	call: CallExpr,
	ctx: Context,
): Result[] | undefined {
	const [func, over, start] = args.positional;
	const items = over && shortItems(state, over);
	const [first, ...rest] = items ?? [];
	const initial = start ?? first;
	if (!func || !items || !initial) return undefined;
	let results: Result[] = [{ state, value: initial }];
	for (const [index, item] of (start ? items : rest).entries())
		results = results.flatMap((so) => callOnce(machine, so.state, func, [so.value, item], index, call, ctx));
	return results;
}

function shortItems(state: State, over: Value): readonly Value[] | undefined {
	const known = itemsOf(state, over);
	return known && !known.open && known.items.length <= LITERAL_PASSES ? known.items : undefined;
}

function callOnce(
	machine: Machine,
	state: State,
	func: Value,
	given: readonly Value[],
	index: number,
	call: CallExpr,
	ctx: Context,
): Result[] {
	const positional = given.map((value) => resolve(state, value));
	return machine.call(state, func, { ...NO_ARGUMENTS, positional }, call, passContext(ctx, index, true));
}
