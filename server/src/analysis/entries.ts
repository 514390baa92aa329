/** Where a file's code is entered: its top level, then every function that nobody in the file calls. */
import { classKind } from "../catalog";
import type { CallExpr, DefStmt, Expr, ModuleFacts, Param, Span } from "../syntax/facts";
import { BoundExceeded, ENTRY_STEPS, FILE_STEPS } from "./bounds";
import { activation, runBody, unknownParameter } from "./calls";
import { classOf, externalBases, findMember, resolutionOrder } from "./classes";
import { evaluate } from "./expressions";
import { giveFixtures, setUp } from "./fixtures";
import { materialize, refineToPeft } from "./handles";
import { merge } from "./join";
import { type Arguments, type Context, type Machine, NO_ARGUMENTS, place, type Result, textOf } from "./machine";
import { coreCondition, describeModels, leadsToModel } from "./models";
import { isDefinition, moduleContext, moduleFrame, openEmpty, rememberModules } from "./modules";
import { dottedName, setsField } from "./names";
import { instantiate } from "./objects";
import { bind, emptyState, fork, frameVars, getObject, type State, setVar } from "./state";
import { execute } from "./statements";
import { afterInit } from "./typed";
import { type FunctionValue, type ObjId, sameValue, symbol, type Value } from "./values";

/** Interprets the whole file; what is found is in the machine's recorder. */
export function runFile(machine: Machine, facts: ModuleFacts): void {
	const ctx = moduleContext(0, textOf(machine, 0));
	const budget = { left: FILE_STEPS };
	const ends = guarded(machine, budget, ctx.scope, () =>
		execute(machine, [emptyState(machine.base)], facts.body, ctx).flatMap((outcome) =>
			outcome.kind === "stop" ? [] : [outcome.state],
		),
	);
	const states = merge(ends ?? [], "end");
	// Where the top level ends in sys.exit, functions are entered from an empty module that has only its definitions.
	const starts = states.length > 0 ? states : definitionsOnly(machine, facts, ctx, budget);
	for (const state of starts) openEmpty(state);
	const { relevance } = machine;
	const entries = new Map<DefStmt, Entry[]>();
	for (const entry of starts.flatMap((state) => entriesOf(machine, state, ctx)))
		entries.set(entry.def, [...(entries.get(entry.def) ?? []), entry]);
	const makers: Makers = new Map();
	for (const first of [true, false]) {
		for (const [def, sameDef] of entries) {
			if (machine.entered.has(def) || (first && relevance.used.has(def.name.name))) continue;
			const open = sameDef.filter((entry) => holdsModel(machine, entry, makers, budget) || relevance.matters(def));
			// Making the object may have run the method.
			if (!machine.entered.has(def)) for (const entry of open) enter(machine, entry, makers, budget);
		}
	}
	enterAfterOthers(machine, entries, makers, budget);
	for (let i = 0; i < machine.pending.length; i++) runPending(machine, i, budget);
}

/** Runs one entry within its own budget and the file's; what is past it is given up with a note. */
function guarded<T>(
	machine: Machine,
	budget: { left: number },
	at: ReturnType<typeof place>,
	work: () => T,
): T | undefined {
	const allowance = Math.min(ENTRY_STEPS, budget.left);
	machine.steps = { left: allowance };
	machine.optional = [];
	const mark = machine.recorder.mark();
	const modules = rememberModules(machine);
	try {
		return work();
	} catch (error) {
		// A RangeError is the engine's own stack: one more bound.
		if (!(error instanceof BoundExceeded) && !(error instanceof RangeError)) throw error;
		machine.recorder.rollback(mark);
		modules.restore();
		machine.recorder.note(at, error.message);
		return undefined;
	} finally {
		budget.left -= allowance - Math.max(0, machine.steps.left);
	}
}

function definitionsOnly(machine: Machine, facts: ModuleFacts, ctx: Context, budget: { left: number }): State[] {
	const body = facts.body.filter(isDefinition);
	const ends = guarded(machine, budget, ctx.scope, () =>
		execute(machine, [emptyState(machine.base)], body, ctx).flatMap((outcome) =>
			outcome.kind === "next" ? [outcome.state] : [],
		),
	);
	return (ends ?? []).slice(0, 1);
}

// --- entries

interface Entry {
	readonly def: DefStmt;
	readonly func: FunctionValue;
	/** The class whose object is made first, for methods. */
	readonly cls: ObjId | undefined;
	readonly state: State;
	readonly ctx: Context;
}

function entriesOf(machine: Machine, state: State, ctx: Context): Entry[] {
	const defined = [...frameVars(state, moduleFrame(0)).values(), ...machine.decorated];
	return defined.flatMap((value): Entry[] => {
		if (value.k === "ref") return methodsOf(machine, value.id, state, ctx);
		if (value.k !== "function" || value.owner !== undefined || value.closure !== moduleFrame(0)) return [];
		return value.def.kind === "def" ? [{ def: value.def, func: value, cls: undefined, state, ctx }] : [];
	});
}

function methodsOf(machine: Machine, cls: ObjId, state: State, ctx: Context): Entry[] {
	const members = [...(classOf(state, cls)?.attributes ?? [])].flatMap(([name, value]) =>
		name === "__new__" ? [] : value.k === "property" ? [value.getter, value.setter] : [value],
	);
	const hidden = machine.decorated.filter((value) => value.k === "function" && value.owner === cls);
	return [...members, ...hidden].flatMap((value): Entry[] => {
		if (value?.k !== "function" || value.def.kind !== "def") return [];
		return [{ def: value.def, func: value, cls: isStatic(value.def) ? undefined : cls, state, ctx }];
	});
}

/** Objects fresh from their constructor, by module state and class: methods are entered on forks of them. */
type Makers = Map<State, Map<ObjId, readonly Result[]>>;

/** The constructor leaves a model in the object: any of its methods may do something with it. */
function holdsModel(machine: Machine, entry: Entry, makers: Makers, budget: { left: number }): boolean {
	const { cls } = entry;
	if (!cls) return false;
	const made = guarded(machine, budget, place(entry.ctx, entry.def), () => madeObjects(machine, entry, cls, makers));
	return (made ?? []).some((result) => leadsToModel(result.state, result.value));
}

interface Receiver {
	readonly state: State;
	readonly self: Value | undefined;
}

/** Runs an entry, from each of the given states; its ends, undefined where a bound was passed. */
function enter(
	machine: Machine,
	entry: Entry,
	makers: Makers,
	budget: { left: number },
	from: () => readonly Receiver[] = () => receivers(machine, entry, makers),
): readonly Result[] | undefined {
	return guarded(machine, budget, place(entry.ctx, entry.def), () =>
		from().flatMap(({ state: ready, self }) => {
			machine.entered.add(entry.def);
			const func = self ? { ...entry.func, self } : entry.func;
			const ctx = { ...activation(machine, func, `entry:${entry.def.start}`, entry.ctx), stack: [entry.def] };
			bindUnknown(machine, ready, func, ctx);
			machine.optional = optionsOf(entry.def, ctx);
			return checkedParameters(machine, ready, func, ctx)
				.flatMap((checked) => giveFixtures(machine, checked, func, ctx))
				.flatMap((given) => runBody(machine, given, func, ctx));
		}),
	);
}

/**
 * A method that does nothing on a fresh object, since the object holds no model yet, wants another one to be called first.
 * Where all that fill the field leave it alike, it is entered on what they leave.
 */
function enterAfterOthers(
	machine: Machine,
	entries: ReadonlyMap<DefStmt, readonly Entry[]>,
	makers: Makers,
	budget: { left: number },
): void {
	const methods = [...entries.values()].flatMap(([entry]) => (entry?.cls ? [entry] : []));
	for (const cls of new Set(methods.map((entry) => entry.cls))) {
		const own = methods.filter((entry) => entry.cls === cls && entry.def.name.name !== "__init__");
		const idle = own.filter(({ def }) => machine.relevance.matters(def) && !machine.recorder.happenedIn(def));
		const [first] = idle;
		if (!first || !cls || holdsModel(machine, first, makers, budget)) continue;
		if (externalBases(first.state, cls).some((base) => classKind(base) !== "module")) continue;
		const others = own.filter((entry) => !idle.includes(entry));
		const prepared = preparedBy(machine, others, makers, budget);
		if (!prepared || [...prepared.fields].some((name) => inheritedSetter(first.state, cls, name))) continue;
		for (const entry of idle)
			enter(machine, entry, makers, budget, () => [{ ...prepared, state: fork(prepared.state) }]);
	}
}

/** The object with the models that these methods give it; undefined where they give none, or not the same. */
function preparedBy(
	machine: Machine,
	methods: readonly Entry[],
	makers: Makers,
	budget: { left: number },
): (Receiver & { readonly fields: ReadonlySet<string> }) | undefined {
	const found: { readonly state: State; readonly self: Value; readonly fields: ReadonlyMap<string, string> }[] = [];
	const set = new Set<string>();
	for (const entry of methods) {
		const fresh = makers.get(entry.state)?.get(entry.cls ?? "")?.[0];
		const ends = fresh && enter(machine, entry, makers, budget);
		if (!ends) return undefined;
		for (const { state } of ends) {
			const fields = new Map<string, string>();
			for (const name of changedFields(fresh, state)) {
				const model = fieldModel(state, fresh.value, name);
				set.add(`${name}=${model}`);
				if (model !== undefined) fields.set(name, model);
			}
			if (fields.size > 0) found.push({ state, self: fresh.value, fields });
		}
	}
	const [first, ...others] = found;
	if (!first || others.some(({ fields }) => !sameEntries(first.fields, fields))) return undefined;
	// A method that fills the field with something else may have been called instead.
	const isSure = [...first.fields].every(([name, model]) =>
		[...set].every((entry) => !entry.startsWith(`${name}=`) || entry === `${name}=${model}`),
	);
	return isSure ? { state: first.state, self: first.self, fields: new Set(first.fields.keys()) } : undefined;
}

/** A method that the class inherits sets the field: it may have been called instead. */
function inheritedSetter(state: State, cls: ObjId, field: string): boolean {
	return resolutionOrder(state, { k: "ref", id: cls }).some((one) => {
		const members = one.k === "ref" && one.id !== cls ? classOf(state, one.id)?.attributes.values() : undefined;
		return [...(members ?? [])].some((member) => member.k === "function" && setsField(member.def, field));
	});
}

function sameEntries(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
	return a.size === b.size && [...a].every(([name, value]) => b.get(name) === value);
}

function changedFields(fresh: Result, after: State): readonly string[] {
	const before = fieldsOf(fresh.state, fresh.value);
	return [...fieldsOf(after, fresh.value)].flatMap(([name, value]) => {
		const old = before.get(name);
		return old && sameValue(old, value) ? [] : [name];
	});
}

function fieldsOf(state: State, self: Value): ReadonlyMap<string, Value> {
	const object = self.k === "ref" ? getObject(state, self.id) : undefined;
	return object?.t === "instance" ? object.fields : new Map();
}

/** The models of a field, and the condition they are in; undefined where it leads to none. */
function fieldModel(state: State, self: Value, name: string): string | undefined {
	const cores = new Map<ObjId, number>();
	const value = fieldsOf(state, self).get(name);
	const models = value && describeModels(state, value, cores);
	return models && `${models} ${[...cores.keys()].map((id) => coreCondition(state, id)).join()}`;
}

/** A method is entered on an object fresh from its constructor, called with unknown arguments. */
function receivers(machine: Machine, entry: Entry, makers: Makers): readonly Receiver[] {
	if (!entry.cls) {
		const isMethod = entry.func.owner !== undefined && entry.def.params.length > 0 && !isStatic(entry.def);
		return [{ state: fork(entry.state), self: isMethod ? symbol(`self@${entry.func.owner}`) : undefined }];
	}
	if (entry.def.decorators.some((decorator) => dottedName(decorator) === "classmethod"))
		return [{ state: fork(entry.state), self: { k: "ref", id: entry.cls } }];
	return madeObjects(machine, entry, entry.cls, makers).map((made) => ({ state: fork(made.state), self: made.value }));
}

function madeObjects(machine: Machine, entry: Entry, cls: ObjId, makers: Makers): readonly Result[] {
	const known = makers.get(entry.state)?.get(cls);
	if (known) return known;
	const state = fork(entry.state);
	const object = getObject(state, cls);
	const span = object?.t === "class" ? object.def.name : entry.def.name;
	const ctx = { ...entry.ctx, key: `new:${span.start}` };
	const init = findMember(state, cls, "__init__");
	const args = unknownArguments(init?.value, ctx);
	const made = instantiate(machine, state, cls, args, constructorCall(span), ctx).flatMap((result) =>
		setUp(machine, result, cls, ctx),
	);
	makers.set(entry.state, new Map([...(makers.get(entry.state) ?? []), [cls, made]]));
	return made;
}

function isStatic(def: DefStmt): boolean {
	return def.decorators.some((decorator) => dottedName(decorator) === "staticmethod");
}

/** Every parameter is given, with something unknown. */
function unknownArguments(init: Value | undefined, ctx: Context): Arguments {
	if (init?.k !== "function") return { ...NO_ARGUMENTS, openKeywords: true };
	const named = init.def.params.slice(1).filter((param) => param.kind === "normal" || param.kind === "keyword-only");
	const keywords = new Map(named.map((param) => [param.name.name, unknownParameter(init.def, param, ctx)] as const));
	return { ...NO_ARGUMENTS, keywords, openKeywords: true };
}

function constructorCall(name: Span & { readonly name: string }): CallExpr {
	const span = { start: name.start, end: name.end };
	return { kind: "call", ...span, func: { kind: "name", name: name.name, ...span }, args: [], argsSpan: span };
}

function bindUnknown(machine: Machine, state: State, func: FunctionValue, ctx: Context): void {
	const params = func.self ? func.def.params.slice(1) : func.def.params;
	const [first] = func.def.params;
	if (func.self && first) setVar(state, ctx.frame, first.name.name, func.self);
	for (const param of params) {
		const value = unknownParameter(func.def, param, ctx);
		setVar(state, ctx.frame, param.name.name, value);
		believeAnnotation(machine, state, param, value, ctx);
	}
}

/** What callers may leave out, by the ids of what it is bound to. */
function optionsOf(def: DefStmt, ctx: Context): readonly string[] {
	return def.params.flatMap((param) => {
		const { id } = unknownParameter(def, param, ctx);
		if (param.kind === "kwarg") return [`${id}[`];
		const value = param.default?.kind === "constant" ? param.default.value : undefined;
		return value === null || value === false || value === "" ? [id] : [];
	});
}

/** What comes in is of a class that has let it come into being. */
function checkedParameters(machine: Machine, state: State, func: FunctionValue, ctx: Context): State[] {
	let states = [state];
	for (const param of func.def.params) {
		const value = unknownParameter(func.def, param, ctx);
		if (machine.typed.has(value.id)) states = states.flatMap((one) => afterInit(machine, one, value, ctx));
	}
	return states;
}

/** `model: PeftModel` says what comes in; unions and optionals say too little. */
function believeAnnotation(machine: Machine, state: State, param: Param, value: Value, ctx: Context): void {
	if (!param.annotation || value.k !== "symbol" || !isPlainName(param.annotation)) return;
	if (param.default?.kind === "constant" && param.default.type === "none") return;
	const [result] = evaluate(machine, state, param.annotation, { ...ctx, frame: ctx.closure });
	if (result?.value.k === "ref" && classOf(result.state, result.value.id))
		machine.typed.set(value.id, { cls: result.value.id, exact: false });
	if (result?.value.k !== "external" || classKind(result.value.name) !== "peft-model") return;
	const handle = materialize(state, value, machine);
	bind(state, value.id, { ...handle, path: refineToPeft(handle.path) });
}

function isPlainName(expr: Expr): boolean {
	return expr.kind === "name" || (expr.kind === "attribute" && isPlainName(expr.value));
}

function runPending(machine: Machine, index: number, budget: { left: number }): void {
	const pending = machine.pending[index];
	if (pending?.value.k !== "function") return;
	if (machine.entered.has(pending.def) && !machine.deferred.has(pending.def)) return;
	const func = pending.value;
	guarded(machine, budget, place(pending.ctx, pending.def), () => {
		machine.entered.add(pending.def);
		machine.deferred.add(pending.def);
		const key = `${pending.ctx.key}>inner:${pending.def.start}`;
		const ctx = { ...activation(machine, func, key, pending.ctx), stack: [...pending.ctx.stack, pending.def] };
		bindUnknown(machine, pending.state, func, ctx);
		runBody(machine, pending.state, func, ctx);
	});
}
