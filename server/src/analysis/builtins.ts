/** Python's own functions and containers, as far as models flow through them. */

import type { CallExpr } from "../syntax/facts";
import { callParser, newParser } from "./argparse";
import { getAttribute, hasAttribute } from "./attributes";
import { argumentKeys } from "./effects";
import { newDict, newList, one, sequenceItems } from "./expressions";
import { type Arguments, type Context, type Machine, type Result, siteKey } from "./machine";
import { getObject, resolve, type State, setObject } from "./state";
import { computed, isInstance, truthOf } from "./truth";
import { type Constant, constant, external, keyOf, NONE, type ObjId, symbol, TRUE, tuple, type Value } from "./values";

type Builtin = (machine: Machine, state: State, args: Arguments, call: CallExpr, ctx: Context) => Result[] | undefined;

/** Iterables that only pass their argument on. */
const passOn: Builtin = (_machine, state, args) => {
	const [first] = args.positional;
	return first && one(state, first);
};

const BUILTINS: Readonly<Record<string, Builtin>> = {
	"builtins.isinstance": (_machine, state, args) => {
		const [value, cls] = args.positional;
		if (!value || !cls) return undefined;
		const classes = cls.k === "tuple" ? cls.items : [cls];
		const decided = isInstance(state, value, classes);
		if (decided !== undefined) return one(state, constant(decided));
		const id = `isinstance(${keyOf(value)},${classes.map(keyOf).join("|")})`;
		return one(state, computed(id, { kind: "isinstance", of: value, classes }));
	},
	"builtins.hasattr": (_machine, state, args) => {
		const [value, name] = args.positional;
		if (!value || name?.k !== "constant" || typeof name.value !== "string") return undefined;
		const decided = hasAttribute(state, value, name.value);
		if (decided !== undefined) return one(state, constant(decided));
		return one(
			state,
			computed(`hasattr(${keyOf(value)},${name.value})`, { kind: "hasattr", of: value, name: name.value }),
		);
	},
	"builtins.getattr": (machine, state, args, _call, ctx) => {
		const [value, name, fallback] = args.positional;
		if (!value || name?.k !== "constant" || typeof name.value !== "string") return undefined;
		if (fallback && hasAttribute(state, value, name.value) === false) return one(state, fallback);
		return getAttribute(machine, state, value, name.value, ctx);
	},
	"builtins.bool": (_machine, state, args) => {
		const [value] = args.positional;
		if (!value) return one(state, constant(false));
		const truth = truthOf(state, value);
		return one(
			state,
			truth !== undefined ? constant(truth) : computed(`bool(${keyOf(value)})`, { kind: "bool", of: value }),
		);
	},
	"builtins.len": (_machine, state, args) => {
		const [value] = args.positional;
		if (!value) return undefined;
		const { items, open } = sequenceItems(state, value);
		if (!open) return one(state, constant(items.length));
		return one(state, computed(`len(${keyOf(value)})`, { kind: "len", of: value }));
	},
	"builtins.enumerate": (_machine, state, args) => {
		const [of, start] = args.positional;
		if (!of) return undefined;
		const from = start ?? args.keywords.get("start") ?? constant(0);
		return one(state, computed(`enumerate(${keyOf(of)})`, { kind: "enumerate", of, start: from }));
	},
	"builtins.zip": (_machine, state, args) =>
		one(state, computed(`zip(${args.positional.map(keyOf).join()})`, { kind: "zip", of: args.positional })),
	"builtins.range": (_machine, state, args) =>
		one(state, computed(`range(${args.positional.map(keyOf).join()})`, { kind: "range", args: args.positional })),
	"tqdm.trange": (_machine, state, args) =>
		one(state, computed(`range(${args.positional.map(keyOf).join()})`, { kind: "range", args: args.positional })),
	"builtins.sorted": passOn,
	"builtins.iter": passOn,
	"tqdm.tqdm": passOn,
	"tqdm.auto.tqdm": passOn,
	"tqdm.notebook.tqdm": passOn,
	"rich.progress.track": passOn,
	"typing.cast": (_machine, state, args) => {
		const value = args.positional[1];
		return value && one(state, value);
	},
	"builtins.list": (_machine, state, args, call, ctx) => {
		const [value] = args.positional;
		if (!value) return one(state, newList(state, [], false, siteKey(ctx, call)));
		const { items, open } = sequenceItems(state, value);
		return one(state, open && items.length === 0 ? value : newList(state, items, open, siteKey(ctx, call)));
	},
	"builtins.tuple": (_machine, state, args) => {
		const [value] = args.positional;
		if (!value) return one(state, tuple([]));
		const { items, open } = sequenceItems(state, value);
		return one(state, open ? value : tuple(items));
	},
	"builtins.dict": (_machine, state, args, call, ctx) => {
		if (args.positional.length > 0) return undefined;
		return one(state, newDict(state, new Map<Constant, Value>(args.keywords), args.openKeywords, siteKey(ctx, call)));
	},
	"functools.partial": (_machine, state, args) => {
		const [func, ...rest] = args.positional;
		return func && one(state, { k: "partial", func, args: rest, keywords: args.keywords });
	},
	"builtins.super": (_machine, state, _args, _call, ctx) => {
		if (!ctx.owner || !ctx.self) return undefined;
		return one(state, { k: "super", owner: ctx.owner, self: ctx.self });
	},
	"argparse.ArgumentParser": (_machine, state, _args, call, ctx) => one(state, newParser(state, call, ctx)),
	"transformers.utils.is_peft_available": (_machine, state) => one(state, TRUE),
	"transformers.utils.import_utils.is_peft_available": (_machine, state) => one(state, TRUE),
	"trl.import_utils.is_peft_available": (_machine, state) => one(state, TRUE),
	"accelerate.utils.is_peft_model": (_machine, state, args) => {
		const [value] = args.positional;
		if (!value) return undefined;
		const classes = [external("peft.PeftModel")];
		const decided = isInstance(state, value, classes);
		return one(
			state,
			decided === undefined
				? computed(`is_peft(${keyOf(value)})`, { kind: "isinstance", of: value, classes })
				: constant(decided),
		);
	},
};

export function callBuiltin(
	machine: Machine,
	state: State,
	name: string,
	args: Arguments,
	call: CallExpr,
	ctx: Context,
): Result[] | undefined {
	return BUILTINS[name]?.(machine, state, args, call, ctx);
}

/** Functions and methods whose answer depends on their arguments alone, and that change nothing. */
const PURE_EXTERNAL =
	/^(builtins\.(str|int|float|abs|min|max|sum|any|all|type|repr|round|set|frozenset|filter|map|vars|id|ord|chr|callable)|os\.(path\..*|getenv|listdir|environ\..*)|sys\..*|platform\..*|glob\.glob|pathlib\.\w+|torch\.cuda\.\w+|importlib\.util\.find_spec|shutil\.which|json\.loads|transformers\.trainer_utils\.get_last_checkpoint|.*\.(is|has|should|use|can)_\w+)$/;
const PURE_METHOD =
	/^(exists|is_\w+|has_\w+|should_\w+|get|endswith|startswith|lower|upper|strip|lstrip|rstrip|split|replace|join|format|items|keys|values|as_posix|resolve|absolute|joinpath|with_suffix|iterdir|glob|rglob|isdigit|count|index|find|relative_to|expanduser)$/;

export function isPure(callee: Value): boolean {
	if (callee.k === "external") return PURE_EXTERNAL.test(callee.name);
	if (callee.k === "native") return PURE_METHOD.test(callee.name);
	if (callee.k === "symbol") return PURE_METHOD.test(callee.id.slice(callee.id.lastIndexOf(".") + 1));
	return false;
}

export function pureResult(callee: Value, args: Arguments): Value {
	return computed(`call(${keyOf(callee)},${argumentKeys(args)})`);
}

// --- methods of containers

/** A method of a list or dict of ours; undefined when it is something else. */
export function callContainer(
	state: State,
	id: ObjId,
	name: string,
	args: Arguments,
	call: CallExpr,
	ctx: Context,
): Value | undefined {
	const object = getObject(state, id);
	if (object?.t === "list") return callList(state, id, object, name, args);
	if (object?.t === "dict") return callDict(state, id, object, name, args, siteKey(ctx, call));
	if (object?.t === "parser") return callParser(state, id, object, name, args, call, ctx);
	return undefined;
}

function callList(
	state: State,
	id: ObjId,
	list: { readonly items: readonly Value[]; readonly open: boolean },
	name: string,
	args: Arguments,
): Value | undefined {
	const [first] = args.positional;
	switch (name) {
		case "append":
			if (first)
				setObject(state, id, { t: "list", items: list.open ? list.items : [...list.items, first], open: list.open });
			return NONE;
		case "extend": {
			const more = first ? sequenceItems(state, first) : { items: [], open: true };
			setObject(state, id, { t: "list", items: [...list.items, ...more.items], open: list.open || more.open });
			return NONE;
		}
		case "pop": {
			const last = list.open || first ? undefined : list.items.at(-1);
			setObject(state, id, { t: "list", items: last ? list.items.slice(0, -1) : [], open: !last });
			return last;
		}
		case "copy":
			return undefined;
		case "index":
		case "count":
			return undefined;
		default:
			setObject(state, id, { t: "list", items: [], open: true });
			return NONE;
	}
}

function callDict(
	state: State,
	id: ObjId,
	dict: { readonly entries: ReadonlyMap<Constant, Value>; readonly open: boolean },
	name: string,
	args: Arguments,
	key: string,
): Value | undefined {
	const [first, fallback] = args.positional;
	switch (name) {
		case "get": {
			if (first?.k !== "constant") return undefined;
			const found = dict.entries.get(first.value);
			if (found) return resolve(state, found);
			return dict.open ? undefined : (fallback ?? NONE);
		}
		case "items":
			return newList(
				state,
				[...dict.entries].map(([k, v]) => tuple([constant(k), v])),
				dict.open,
				`${key}:items`,
			);
		case "values":
			return newList(state, [...dict.entries.values()], dict.open, `${key}:values`);
		case "keys":
			return newList(state, [...dict.entries.keys()].map(constant), dict.open, `${key}:keys`);
		case "update": {
			const entries = new Map(dict.entries);
			const given = first?.k === "ref" ? getObject(state, first.id) : undefined;
			if (given?.t === "dict") for (const [k, v] of given.entries) entries.set(k, v);
			for (const [k, v] of args.keywords) entries.set(k, v);
			const open = dict.open || args.openKeywords || (first !== undefined && (given?.t !== "dict" || given.open));
			setObject(state, id, { t: "dict", entries, open });
			return NONE;
		}
		case "pop": {
			if (first?.k !== "constant") return undefined;
			const found = dict.entries.get(first.value);
			const entries = new Map(dict.entries);
			entries.delete(first.value);
			setObject(state, id, { t: "dict", entries, open: dict.open });
			return found ?? (dict.open ? undefined : fallback);
		}
		case "copy":
			return newDict(state, dict.entries, dict.open, key);
		default:
			return symbol(`result:${key}`);
	}
}
