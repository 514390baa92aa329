/** argparse, as far as it says which options exclude each other. */
import type { CallExpr } from "../syntax/facts";
import type { ParserObject } from "./heap";
import { type Arguments, type Context, siteKey } from "./machine";
import { getFact, getObject, type State, setFact, setObject } from "./state";
import { type ObjId, symbol, tuple, type Value } from "./values";

export function newParser(state: State, records: readonly Value[], call: CallExpr, ctx: Context): Value {
	const id = `parser:${siteKey(ctx, call)}`;
	setObject(state, id, { t: "parser", records, hasOptions: false, parent: undefined, exclusive: [], group: undefined });
	return { k: "ref", id };
}

/** A method of a parser or of a group of it; undefined when it is none that matters. */
export function callParser(
	state: State,
	id: ObjId,
	parser: ParserObject,
	name: string,
	args: Arguments,
	call: CallExpr,
	ctx: Context,
): Value | undefined {
	const root = parser.parent ?? id;
	switch (name) {
		case "add_mutually_exclusive_group":
		case "add_argument_group":
			return addGroup(state, root, parser, name === "add_mutually_exclusive_group", call, ctx);
		case "add_argument":
			if (!parser.hasOptions) setObject(state, id, { ...parser, hasOptions: true });
			if (parser.group !== undefined) addOption(state, root, parser.group, destination(args));
			return undefined;
		case "parse_args":
			return parse(state, root, call, ctx);
		case "parse_known_args":
			return tuple([parse(state, root, call, ctx), symbol(`rest:${siteKey(ctx, call)}`)]);
		default:
			return undefined;
	}
}

function addGroup(
	state: State,
	root: ObjId,
	parser: ParserObject,
	exclusive: boolean,
	call: CallExpr,
	ctx: Context,
): Value {
	const id = `group:${siteKey(ctx, call)}`;
	const top = getObject(state, root);
	const groups = top?.t === "parser" ? top.exclusive : [];
	if (exclusive && top?.t === "parser") setObject(state, root, { ...top, exclusive: [...groups, []] });
	setObject(state, id, { ...parser, parent: root, group: exclusive ? groups.length : undefined });
	return { k: "ref", id };
}

function addOption(state: State, root: ObjId, group: number, option: string | undefined): void {
	const top = getObject(state, root);
	if (top?.t !== "parser" || option === undefined) return;
	const exclusive = top.exclusive.map((options, index) => (index === group ? [...options, option] : options));
	setObject(state, root, { ...top, exclusive });
}

/** The attribute that an option fills: `dest`, else the first long option's name. */
function destination(args: Arguments): string | undefined {
	const dest = args.keywords.get("dest");
	if (dest) return dest.k === "constant" && typeof dest.value === "string" ? dest.value : undefined;
	const flags = args.positional.flatMap((value) =>
		value.k === "constant" && typeof value.value === "string" ? [value.value] : [],
	);
	const flag = flags.find((one) => one.startsWith("--")) ?? flags[0];
	return flag?.replace(/^-+/, "").replaceAll("-", "_");
}

function parse(state: State, root: ObjId, call: CallExpr, ctx: Context): Value {
	const top = getObject(state, root);
	const id = `args:${siteKey(ctx, call)}`;
	if (top?.t === "parser") setObject(state, namespaceId(id), { t: "namespace", exclusive: top.exclusive });
	return symbol(id);
}

function namespaceId(symbolId: string): ObjId {
	return `namespace:${symbolId}`;
}

/** An option of an exclusive group turned out to be given: the others were not. `id` is `<namespace>.<option>`. */
export function excludeOthers(state: State, id: string): void {
	const dot = id.lastIndexOf(".");
	const namespace = dot > 0 ? getObject(state, namespaceId(id.slice(0, dot))) : undefined;
	if (namespace?.t !== "namespace") return;
	const option = id.slice(dot + 1);
	for (const group of namespace.exclusive) {
		if (!group.includes(option)) continue;
		for (const other of group) if (other !== option) denyOption(state, `${id.slice(0, dot)}.${other}`);
	}
}

/** Left out, an option has its default: None, or False for a flag; either way nothing was asked for. */
function denyOption(state: State, id: string): void {
	const fact = getFact(state, id);
	if (fact.truth === undefined) setFact(state, id, { ...fact, truth: false, none: fact.none ?? true });
}
