/** Python's own functions and containers, as far as models flow through them. */

import type { CallExpr } from "../syntax/facts";
import { newParser } from "./argparse";
import { getAttribute, hasAttribute, setAttribute } from "./attributes";
import { newDict, newList, sequenceItems } from "./containers";
import { argumentKeys } from "./effects/call";
import { autoValue } from "./enums";
import { one } from "./expressions";
import { drained, firstYield } from "./generators";
import { callMap, callReduce } from "./higher-order";
import { isInstance } from "./instances";
import { type Arguments, type Context, type Machine, type Result, siteKey } from "./machine";
import { leadsToModel } from "./models";
import { importedModule, moduleFrame, runForEffect } from "./modules";
import { bareObject, EXIT_STACK, NAMESPACE, newObject, setPlainly } from "./objects";
import { asDict, fieldCall, namedTuple, replaceFields } from "./records";
import { spoil } from "./spoil";
import { frameVars, getObject, resolve, type State, setVar } from "./state";
import { computed, isTruth, truthOf } from "./truth";
import { recordsOf } from "./typed";
import {
	type Constant,
	constant,
	external,
	type FrameId,
	isNone,
	keyOf,
	NONE,
	symbol,
	TRUE,
	tuple,
	type Value,
} from "./values";

type Builtin = (machine: Machine, state: State, args: Arguments, call: CallExpr, ctx: Context) => Result[] | undefined;

/** Iterables that only pass their argument on. */
const passOn: Builtin = (_machine, state, args) => {
	const [first] = args.positional;
	return first && one(state, first);
};

const makeList: Builtin = (_machine, state, args, call, ctx) => {
	const [value] = args.positional;
	if (!value) return one(state, newList(state, [], false, siteKey(ctx, call)));
	const { items, open } = sequenceItems(state, value);
	return one(state, open && items.length === 0 ? value : newList(state, items, open, siteKey(ctx, call)));
};

const makeSet: Builtin = (_machine, state, args, call, ctx) => {
	const [value] = args.positional;
	const { items, open } = value ? sequenceItems(state, value) : { items: [], open: false };
	return one(state, newList(state, items, open, siteKey(ctx, call)));
};

/** The answer of a function over all items of a sequence, where they are known. */
function ofSequence(
	state: State,
	args: Arguments,
	answer: (parts: readonly Value[]) => Value | undefined,
): Result[] | undefined {
	const [value] = args.positional;
	if (!value) return undefined;
	const { items, open } = sequenceItems(state, value);
	const found = open ? undefined : answer(items.map((item) => resolve(state, item)));
	return found && one(state, found);
}

/** `any` and `all`: whether some or every part is true. */
function junction(state: State, kind: "and" | "or", of: readonly Value[]): Value {
	const truths = of.map((part) => truthOf(state, part));
	if (truths.includes(kind === "or")) return constant(kind === "or");
	if (truths.every((truth) => truth !== undefined)) return constant(kind === "and");
	const all = computed(`(${kind} ${of.map(keyOf).join(" ")})`, { kind, of });
	return computed(`bool(${keyOf(all)})`, { kind: "bool", of: all });
}

/** An object that is a bag of fields. */
const makeNamespace: Builtin = (_machine, state, args, call, ctx) =>
	args.positional.length > 0 || args.openKeywords
		? undefined
		: one(state, newObject(state, NAMESPACE, args.keywords, siteKey(ctx, call)));

const makeStack: Builtin = (_machine, state, _args, call, ctx) =>
	one(state, newObject(state, EXIT_STACK, new Map(), siteKey(ctx, call)));

const makeNamedTuple: Builtin = (_machine, state, args, call, ctx) => {
	const made = namedTuple(state, args, call, ctx);
	return made && one(state, made);
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
	"builtins.map": callMap,
	"functools.reduce": callReduce,
	"builtins.vars": (_machine, state, args, call, ctx) => {
		const value = args.positional[0] && resolve(state, args.positional[0]);
		const object = value?.k === "ref" ? getObject(state, value.id) : undefined;
		if (value?.k === "module") spoil(state, [value], siteKey(ctx, call));
		return value && object?.t === "instance" ? one(state, { k: "native", self: value, name: "__dict__" }) : undefined;
	},
	"builtins.next": (machine, state, args, _call, ctx) => {
		const generator = args.positional[0] && resolve(state, args.positional[0]);
		return generator?.k === "ref" ? firstYield(machine, state, generator, ctx) : undefined;
	},
	"builtins.any": (_machine, state, args) => ofSequence(state, args, (parts) => junction(state, "or", parts)),
	"builtins.all": (_machine, state, args) => ofSequence(state, args, (parts) => junction(state, "and", parts)),
	"builtins.sum": (_machine, state, args) =>
		ofSequence(state, args, (of) =>
			of.every(isTruth) ? computed(`count(${of.map(keyOf).join()})`, { kind: "count", of }) : undefined,
		),
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
	// In which order models come is not known.
	"builtins.sorted": (machine, state, args, call, ctx) => {
		const [value] = args.positional;
		if (value && leadsToModel(state, value)) return one(state, symbol(`result:${siteKey(ctx, call)}`));
		return passOn(machine, state, args, call, ctx);
	},
	"builtins.iter": passOn,
	"tqdm.tqdm": passOn,
	"tqdm.auto.tqdm": passOn,
	"tqdm.notebook.tqdm": passOn,
	"rich.progress.track": passOn,
	"typing.cast": (_machine, state, args) => {
		const value = args.positional[1];
		return value && one(state, value);
	},
	"builtins.list": makeList,
	"torch.nn.ModuleList": makeList,
	"torch.nn.ModuleDict": (_machine, state, args, call, ctx) => {
		const [value] = args.positional;
		const object = value?.k === "ref" ? getObject(state, value.id) : undefined;
		if (value && object?.t !== "dict") return undefined;
		const { entries = new Map(), open = false } = object?.t === "dict" ? object : {};
		return one(state, newDict(state, entries, open, siteKey(ctx, call)));
	},
	"collections.deque": makeList,
	// What is run there may set any name of the module.
	"builtins.exec": (_machine, state, _args, call, ctx) => {
		rebindNames(state, moduleFrame(ctx.file), siteKey(ctx, call));
		return one(state, NONE);
	},
	"builtins.globals": (_machine, state, _args, call, ctx) => {
		spoil(state, [{ k: "module", file: ctx.file }], siteKey(ctx, call));
		return one(state, symbol(`globals:${siteKey(ctx, call)}`));
	},
	"importlib.import_module": (machine, state, args, _call, ctx) => {
		const [path] = args.positional;
		if (path?.k !== "constant" || typeof path.value !== "string") return undefined;
		runForEffect(machine, ctx.file, { level: 0, path: path.value, name: undefined });
		const value = importedModule(machine, ctx.file, 0, path.value);
		return value && one(state, value);
	},
	"builtins.set": makeSet,
	"builtins.frozenset": makeSet,
	"builtins.setattr": (machine, state, args, _call, ctx) => {
		const [base, name, value] = args.positional;
		if (!base || !value || name?.k !== "constant" || typeof name.value !== "string") return undefined;
		setAttribute(machine, state, base, name.value, value, ctx);
		return one(state, NONE);
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
	// `wraps(f)` is a decorator that gives back what it is put on.
	"functools.wraps": (_machine, state) =>
		one(state, { k: "partial", func: external("functools.update_wrapper"), args: [], keywords: new Map() }),
	"functools.update_wrapper": passOn,
	"builtins.staticmethod": passOn,
	"functools.partial": (_machine, state, args) => {
		const [func, ...rest] = args.positional;
		return func && one(state, { k: "partial", func, args: rest, keywords: args.keywords });
	},
	"builtins.super": (_machine, state, args, _call, ctx) => {
		const [of] = args.positional;
		const owner = of?.k === "ref" ? of.id : ctx.owner;
		return owner && ctx.self ? one(state, { k: "super", owner, self: ctx.self }) : undefined;
	},
	"builtins.property": (_machine, state, args) => {
		const getter = args.positional[0] ?? args.keywords.get("fget");
		const setter = args.positional[1] ?? args.keywords.get("fset");
		return one(state, { k: "property", getter, setter, cached: false });
	},
	"builtins.object.__new__": (_machine, state, args, call, ctx) => one(state, bareObject(state, args, call, ctx)),
	"builtins.object.__setattr__": (_machine, state, args) => {
		const [self, ...rest] = args.positional;
		return self && one(state, setPlainly(state, self, { ...args, positional: rest }));
	},
	"builtins.type": (_machine, state, args) => {
		const [value, ...more] = args.positional;
		const object = value?.k === "ref" && more.length === 0 ? getObject(state, value.id) : undefined;
		return object?.t === "instance" ? one(state, { k: "ref", id: object.cls }) : undefined;
	},
	"enum.auto": (_machine, state, _args, call, ctx) => one(state, autoValue(call, ctx)),
	"contextlib.ExitStack": makeStack,
	"contextlib.AsyncExitStack": makeStack,
	"contextlib.closing": passOn,
	"contextlib.nullcontext": (_machine, state, args) => one(state, args.positional[0] ?? NONE),
	"types.SimpleNamespace": makeNamespace,
	"argparse.Namespace": makeNamespace,
	"collections.namedtuple": makeNamedTuple,
	"typing.NamedTuple": makeNamedTuple,
	"dataclasses.replace": (_machine, state, args, call, ctx) => {
		const [value] = args.positional;
		const made = value && replaceFields(state, value, args, siteKey(ctx, call));
		return made && one(state, made);
	},
	"dataclasses.asdict": (_machine, state, args, call, ctx) => {
		const [value] = args.positional;
		const made = value && asDict(state, value, siteKey(ctx, call));
		return made && one(state, made);
	},
	"argparse.ArgumentParser": (_machine, state, _args, call, ctx) => one(state, newParser(state, [], call, ctx)),
	"transformers.HfArgumentParser": dataclassParser,
	"trl.TrlParser": dataclassParser,
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
	const field = fieldCall(name, args);
	if (field) return one(state, field);
	const builtin = BUILTINS[name];
	if (!builtin || !ITERATES.test(name)) return builtin?.(machine, state, args, call, ctx);
	return withLists(machine, state, args, call, ctx).flatMap(
		(ready) =>
			builtin(machine, ready.state, ready.args, call, ctx) ?? one(ready.state, symbol(`result:${siteKey(ctx, call)}`)),
	);
}

/** They take all that an iterable has. */
const ITERATES = /^builtins\.(map|list|tuple|set|frozenset|sorted|any|all|sum|zip|enumerate)$/;

/** The arguments with lists in the place of generators. */
function withLists(
	machine: Machine,
	state: State,
	args: Arguments,
	call: CallExpr,
	ctx: Context,
): { state: State; args: Arguments }[] {
	let ready = [{ state, positional: [] as readonly Value[] }];
	for (const value of args.positional) {
		ready = ready.flatMap((so) =>
			drained(machine, so.state, value, call, ctx).map((result) => ({
				state: result.state,
				positional: [...so.positional, result.value],
			})),
		);
	}
	return ready.map((so) => ({ state: so.state, args: { ...args, positional: so.positional } }));
}

/** Functions and methods whose answer depends on their arguments alone, and that change nothing. */
const PURE_EXTERNAL =
	/^(builtins\.(str|int|float|abs|min|max|sum|any|all|type|repr|round|filter|map|vars|id|ord|chr|callable)|os\.(path\..*|getenv|listdir|environ\..*)|sys\..*|platform\..*|glob\.glob|pathlib\.\w+|torch\.cuda\.\w+|importlib\.util\.find_spec|shutil\.which|json\.loads|transformers\.trainer_utils\.get_last_checkpoint|.*\.(is|has|should|use|can)_\w+)$/;
const PURE_METHOD =
	/^(exists|is_\w+|has_\w+|should_\w+|get|endswith|startswith|lower|upper|strip|lstrip|rstrip|split|replace|join|format|items|keys|values|as_posix|resolve|absolute|joinpath|with_suffix|iterdir|glob|rglob|isdigit|count|index|find|relative_to|expanduser)$/;

export function isPure(callee: Value): boolean {
	if (callee.k === "external") return PURE_EXTERNAL.test(callee.name);
	if (callee.k === "native") return PURE_METHOD.test(callee.name);
	if (callee.k === "symbol") return PURE_METHOD.test(callee.id.slice(callee.id.lastIndexOf(".") + 1));
	return false;
}

/** The same by the name as it is written: for code that was not evaluated yet. */
export function isPureName(written: string): boolean {
	const last = written.slice(written.lastIndexOf(".") + 1);
	return (
		PURE_METHOD.test(last) ||
		PURE_EXTERNAL.test(written) ||
		PURE_EXTERNAL.test(`builtins.${written}`) ||
		ASKING.test(last)
	);
}

const ASKING = /^(isinstance|hasattr|len|exists|isdir|isfile|is_file|is_dir|bool)$/;

export function pureResult(callee: Value, args: Arguments): Value {
	return computed(`call(${keyOf(callee)},${argumentKeys(withoutNoneDefault(callee, args))})`);
}

/** `d.get(key, None)` is `d.get(key)`. */
function withoutNoneDefault(callee: Value, args: Arguments): Arguments {
	const [key, fallback] = args.positional;
	const isGet =
		(callee.k === "symbol" && callee.id.endsWith(".get")) || (callee.k === "native" && callee.name === "get");
	return isGet && key && fallback && isNone(fallback) ? { ...args, positional: [key] } : args;
}

/** Calls that may answer differently each time: no two are taken for the same. */
const MOODY =
	/(^|\.)(input|next|random|choice|randint|time|now|perf_counter|read\w*|recv|get_nowait|popleft|pop|ask|prompt|sample|shuffle)$/;

/** Undefined for a call that may answer differently the next time. */
export function truthKey(callee: Value, args: Arguments): string | undefined {
	const name = callee.k === "external" ? callee.name : callee.k === "native" ? callee.name : keyOf(callee);
	return MOODY.test(name) ? undefined : `truth(${keyOf(callee)},${argumentKeys(args)})`;
}

/** Names of a module that hold flags or models may hold anything. */
function rebindNames(state: State, frame: FrameId, site: string): void {
	for (const [name, value] of [...frameVars(state, frame)])
		if (value.k === "constant" || leadsToModel(state, value))
			setVar(state, frame, name, symbol(`exec:${site}:${name}`));
}

/** A parser of dataclasses of the program; of others nothing is known. */
function dataclassParser(
	_machine: Machine,
	state: State,
	args: Arguments,
	call: CallExpr,
	ctx: Context,
): Result[] | undefined {
	const records = recordsOf(state, args);
	return records.length > 0 ? one(state, newParser(state, records, call, ctx)) : undefined;
}
