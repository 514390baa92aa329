/** Tokens that are added to a tokenizer. Tokenizers are unknowns: the method's name tells what it does. */
import type { CallExpr } from "../syntax/facts";
import type { Arguments, Context, Machine } from "./machine";
import { getObject, resolve, type State } from "./state";
import type { SymbolValue, Value } from "./values";

/** Parameters under which tokens without a role come; the others name one token each: `pad_token`. */
const LISTS = ["additional_special_tokens", "extra_special_tokens"];

/** `tokenizer.add_tokens(…)`, `tokenizer.add_special_tokens({…})`; to be asked before the call may have changed its arguments. */
export function recordTokens(
	machine: Machine,
	state: State,
	{ id }: SymbolValue,
	args: Arguments,
	call: CallExpr,
	ctx: Context,
): void {
	const name = /\.(add_tokens|add_special_tokens)$/.exec(id)?.[1];
	if (name === undefined) return;
	const [first] = args.positional;
	const tokens =
		name === "add_tokens"
			? textsIn(state, first ?? args.keywords.get("new_tokens"))
			: withoutRole(state, first ?? args.keywords.get("special_tokens_dict"));
	const event = machine.recorder.event("add-tokens", name, call, [], ctx);
	machine.recorder.addCase(event, state, { tokens }, ctx);
}

function withoutRole(state: State, given: Value | undefined): readonly string[] | undefined {
	const value = given && resolve(state, given);
	const dict = value?.k === "ref" ? getObject(state, value.id) : undefined;
	if (dict?.t !== "dict" || dict.open) return undefined;
	const lists = LISTS.map((key) => (dict.entries.has(key) ? textsIn(state, dict.entries.get(key)) : []));
	return lists.every((one) => one !== undefined) ? lists.flat() : undefined;
}

/** The strings of a list, or one alone; undefined where any of it is unknown. */
function textsIn(state: State, given: Value | undefined): readonly string[] | undefined {
	const value = given && resolve(state, given);
	if (value?.k === "constant" && typeof value.value === "string") return [value.value];
	const list = value?.k === "ref" ? getObject(state, value.id) : undefined;
	const items = value?.k === "tuple" ? value.items : list?.t === "list" && !list.open ? list.items : undefined;
	const texts = items?.map((item) => textsIn(state, item));
	return texts?.every((one) => one !== undefined) ? texts.flat() : undefined;
}
