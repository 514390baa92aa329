/** Unknown objects of a class of the program: its properties say how their fields go together. */

import type { CallExpr } from "../syntax/facts";
import { classOf, findMember } from "./classes";
import type { ParserObject } from "./heap";
import { type Arguments, type Context, impliedCall, type Machine, NO_ARGUMENTS, type Result, siteKey } from "./machine";
import { bindMember, definitionName } from "./objects";
import { resolve, type State } from "./state";
import { type ObjId, type SymbolValue, symbol, tuple, type Value } from "./values";

/** What is known of an unknown's class. */
export interface Typed {
	readonly cls: ObjId;
	/** It is of no class that inherits from this one: its methods are the ones that we see. */
	readonly exact: boolean;
}

/** `self.name` where the class of the unknown makes something of it; undefined where that is a field like any other. */
export function typedAttribute(
	machine: Machine,
	state: State,
	self: SymbolValue,
	name: string,
	ctx: Context,
): Result[] | undefined {
	const typed = machine.typed.get(self.id);
	const found = typed && findMember(state, typed.cls, name)?.value;
	if (!typed || !found) return undefined;
	const isFollowed = found.k === "property" || (found.k === "function" && typed.exact);
	return isFollowed ? bindMember(machine, state, found, self, typed.cls, name, ctx) : undefined;
}

const PARSES = /^parse_(args_into_dataclasses|json_file|yaml_file|dict|args_and_config)$/;

/** `HfArgumentParser((A, B)).parse_args_into_dataclasses()`: an object of each, as its `__post_init__` lets it pass. */
export function parseRecords(
	machine: Machine,
	state: State,
	{ records }: ParserObject,
	method: string,
	args: Arguments,
	call: CallExpr,
	ctx: Context,
): Result[] | undefined {
	if (records.length === 0 || !PARSES.test(method)) return undefined;
	const made = records.map((record, index) => {
		const value = symbol(`parsed:${siteKey(ctx, call)}:${index}`);
		if (record.k === "ref") machine.typed.set(value.id, { cls: record.id, exact: true });
		return value;
	});
	const more = args.keywords.has("return_remaining_strings") ? [symbol(`rest:${siteKey(ctx, call)}`)] : [];
	let states = [state];
	for (const value of made) states = states.flatMap((one) => afterInit(machine, one, value, ctx));
	return states.map((one) => ({ state: one, value: tuple([...made, ...more]) }));
}

/** What holds of an object that its class has let come into being. */
function afterInit(machine: Machine, state: State, self: SymbolValue, ctx: Context): State[] {
	const cls = machine.typed.get(self.id)?.cls;
	const init = cls === undefined ? undefined : findMember(state, cls, "__post_init__")?.value;
	if (init?.k !== "function") return [state];
	const at = init.file === ctx.file ? ctx : { ...ctx, file: init.file, statement: undefined };
	return machine
		.call(state, { ...init, self }, NO_ARGUMENTS, impliedCall(definitionName(init)), at)
		.map((result) => result.state);
}

/** The classes that a parser of dataclasses is given, in a row or one alone. */
export function recordsOf(state: State, args: Arguments): readonly Value[] {
	const given = args.positional[0] ?? args.keywords.get("dataclass_types");
	const value = given && resolve(state, given);
	if (!value) return [];
	const list = value.k === "tuple" ? value.items.map((item) => resolve(state, item)) : [value];
	return list.some((one) => one.k === "ref" && classOf(state, one.id)) ? list : [];
}
