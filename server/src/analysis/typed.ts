/** Unknown objects of a class of the program: its properties say how their fields go together. */

import type { CallExpr } from "../syntax/facts";
import { classOf, findMember, membersOf } from "./classes";
import { itemsOf } from "./containers";
import { type Arguments, type Context, impliedCall, type Machine, NO_ARGUMENTS, type Result, siteKey } from "./machine";
import { dottedName } from "./names";
import { bindMember, definitionName } from "./objects";
import { getObject, resolve, type State } from "./state";
import { type FunctionValue, type ObjId, type SymbolValue, symbol, tuple, type Value } from "./values";

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
	if (!isFollowed) return undefined;
	const results = bindMember(machine, state, found, self, typed.cls, name, ctx);
	const [only, ...others] = results;
	// A class that inherits may say something else; what is computed from fields is likely to hold for it as well.
	const isGuess = !typed.exact && only?.value.k === "constant" && others.length === 0;
	return isGuess ? undefined : results;
}

const PARSES = /^parse_(args_into_dataclasses|json_file|yaml_file|dict|args_and_config)$/;

/** `HfArgumentParser((A, B)).parse_args_into_dataclasses()`: an object of each, as its `__post_init__` lets it pass. */
export function parseRecords(
	machine: Machine,
	state: State,
	parser: ObjId,
	method: string,
	args: Arguments,
	call: CallExpr,
	ctx: Context,
): Result[] | undefined {
	const object = getObject(state, parser);
	if (object?.t !== "parser" || object.records.length === 0 || !PARSES.test(method)) return undefined;
	// From a file or from the command line: it is the one set of arguments that the program has.
	const made = object.records.map((record, index) => {
		const value = symbol(`parsed:${parser}:${index}`);
		if (record.k === "ref") machine.typed.set(value.id, { cls: record.id, exact: true });
		return value;
	});
	const others = [object.hasOptions, args.keywords.has("return_remaining_strings")].filter((one) => one);
	const more = others.map((_, index) => symbol(`rest:${siteKey(ctx, call)}:${index}`));
	let states = [state];
	for (const value of made) states = states.flatMap((one) => afterInit(machine, one, value, ctx));
	return states.map((one) => ({ state: one, value: tuple([...made, ...more]) }));
}

/** Methods that an object's class runs on it when it is made. */
const AFTER_INIT = /^(__post_init__|__attrs_post_init__|model_post_init)$/;

/** What holds of an object that its class has let come into being; `self` is an unknown of that class. */
export function afterInit(machine: Machine, state: State, self: SymbolValue, ctx: Context): State[] {
	const cls = machine.typed.get(self.id)?.cls;
	if (cls === undefined) return [state];
	const checks = [...membersOf(state, cls)].flatMap(([name, member]) =>
		member.k === "function" && (AFTER_INIT.test(name) || isValidator(member)) ? [member] : [],
	);
	let states = [state];
	for (const check of checks) {
		const at = check.file === ctx.file ? ctx : { ...ctx, file: check.file, statement: undefined };
		states = states.flatMap((one) =>
			machine
				.call(one, { ...check, self }, { ...NO_ARGUMENTS, openKeywords: true }, impliedCall(definitionName(check)), at)
				.map((result) => result.state),
		);
	}
	return states;
}

/** pydantic's `@model_validator(mode="after")`. */
function isValidator({ def }: FunctionValue): boolean {
	if (def.kind !== "def") return false;
	return def.decorators.some(
		(decorator) =>
			decorator.kind === "call" &&
			dottedName(decorator).endsWith("model_validator") &&
			decorator.args.some(({ value }) => value.kind === "constant" && value.value === "after"),
	);
}

/** `tyro.cli(Args)`, `Args.model_validate_json(text)`: an object of the class, made by code that we cannot see. */
export function madeByLibrary(
	machine: Machine,
	state: State,
	callee: Value,
	args: Arguments,
	call: CallExpr,
	ctx: Context,
): Result[] | undefined {
	const cls =
		callee.k === "symbol"
			? /^&(class:.*)\.(model_validate\w*|parse_\w+|from_\w+|load\w*)$/.exec(callee.id)?.[1]
			: undefined;
	const given = [...args.positional, ...args.keywords.values()].map((value) => resolve(state, value));
	const [record, ...more] = given.flatMap((value) =>
		value.k === "ref" && classOf(state, value.id)?.record ? [value.id] : [],
	);
	const made = cls ?? (callee.k === "external" && more.length === 0 ? record : undefined);
	if (made === undefined || !classOf(state, made)) return undefined;
	const value = symbol(`made:${siteKey(ctx, call)}`);
	machine.typed.set(value.id, { cls: made, exact: true });
	return afterInit(machine, state, value, ctx).map((one) => ({ state: one, value }));
}

/** The classes that a parser of dataclasses is given, in a row or one alone. */
export function recordsOf(state: State, args: Arguments): readonly Value[] {
	const given = args.positional[0] ?? args.keywords.get("dataclass_types");
	const value = given && resolve(state, given);
	if (!value) return [];
	const list = (itemsOf(state, value)?.items ?? [value]).map((item) => resolve(state, item));
	return list.some((one) => one.k === "ref" && classOf(state, one.id)) ? list : [];
}
