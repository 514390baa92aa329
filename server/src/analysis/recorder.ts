/** Collects what the interpreter sees into the model graph. */
import type { Argument, Block, CallExpr, Expr, Span, Stmt } from "../syntax/facts";
import { CASES } from "./bounds";
import { configKey } from "./equality";
import type {
	ArgSite,
	CallSite,
	Condition,
	ConfigView,
	CoreInfo,
	CoreView,
	EventCase,
	EventId,
	EventKind,
	FileId,
	HandleView,
	ModelEvent,
	ModelGraph,
	ModelRead,
	Place,
	StatementSite,
} from "./graph";
import type { CoreObject } from "./heap";
import { type Context, place, type Use } from "./machine";
import { getObject, type State } from "./state";
import { type HandleValue, type ObjId, pathKey } from "./values";

interface Mutable<T> {
	readonly site: T;
	readonly cases: Map<string, EventCase>;
}

interface EventDraft extends Mutable<Omit<ModelEvent, "cases">> {
	/** There were more cases than are kept: what the kept ones agree on is not certain. */
	isCut: boolean;
}

interface ReadDraft {
	readonly read: Omit<ModelRead, "cases">;
	readonly cases: Map<string, ModelRead["cases"][number]>;
}

export interface CaseParts {
	readonly target?: HandleValue | undefined;
	readonly before?: CoreObject | undefined;
	readonly result?: HandleValue | undefined;
	readonly adapter?: string | undefined;
	readonly config?: ConfigView | undefined;
	readonly source?: string | undefined;
	readonly weights?: EventCase["weights"];
	readonly optimizer?: EventCase["optimizer"];
	readonly tokens?: EventCase["tokens"];
	readonly options?: ConfigView | undefined;
}

export interface Recorder {
	/** The number of a Core, made on first sight. */
	core(id: ObjId, info: Omit<CoreInfo, "id">): number;
	/** The event of this call in this context. */
	event(kind: EventKind, api: string, call: CallExpr, params: readonly string[], ctx: Context): EventId;
	/** Adds the situation after the event happened in `state`. */
	addCase(event: EventId, state: State, parts: CaseParts, ctx: Context): void;
	read(state: State, expr: Expr, value: HandleValue, use: Use, ctx: Context): void;
	note(place: Place, message: string): void;
	/** Something happened to a model in the body of this function of the analysed file. */
	happenedIn(def: Span): boolean;
	/** A point to go back to when an entry is given up: everything recorded since then is forgotten. */
	mark(): Mark;
	rollback(mark: Mark): void;
	graph(sources: ModelGraph["sources"], checkouts: ModelGraph["checkouts"]): ModelGraph;
}

interface Mark {
	readonly cores: number;
	readonly events: number;
	readonly reads: number;
}

/** `textOf`: the text of a file by its number. */
export function createRecorder(textOf: (file: FileId) => string): Recorder {
	const cores: CoreInfo[] = [];
	const coreNumbers = new Map<ObjId, number>();
	const events: EventDraft[] = [];
	const eventIds = new Map<string, EventId>();
	const reads = new Map<string, ReadDraft>();
	/** Cases of reads in the order they were added, for rollback. */
	const readLog: { readonly draft: ReadDraft; readonly key: string }[] = [];
	const notes: { place: Place; message: string }[] = [];

	return {
		core(id, info) {
			const known = coreNumbers.get(id);
			if (known !== undefined) return known;
			const number = cores.length;
			coreNumbers.set(id, number);
			cores.push({ id: number, ...info });
			return number;
		},

		event(kind, api, call, params, ctx) {
			const key = `${kind}:${ctx.file}:${call.start}:${call.end}:${ctx.key}`;
			const known = eventIds.get(key);
			if (known !== undefined) return known;
			const id = events.length;
			eventIds.set(key, id);
			const site = { id, kind, api, call: callSite(call, params, ctx, textOf(ctx.file)), frames: ctx.frames };
			events.push({ site, cases: new Map(), isCut: false });
			return id;
		},

		addCase(event, state, parts, ctx) {
			const draft = events[event];
			if (!draft) return;
			const after = parts.target && coreAt(state, parts.target.core);
			const certain = state.guesses.length === 0 && !ctx.deliberate;
			const key = [
				handleKey(parts.target, parts.before),
				coreKey(parts.before),
				coreKey(after),
				handleKey(parts.result),
				parts.adapter,
				certain,
				ctx.pass,
				parts.weights,
				parts.optimizer?.made,
				parts.tokens?.join(),
				configKey(parts.config),
				configKey(parts.options),
				parts.source,
			].join("|");
			const known = draft.cases.get(key);
			if (known) {
				draft.cases.set(key, { ...known, conditions: common(known.conditions, state.conditions) });
				return;
			}
			if (draft.cases.size >= CASES) {
				draft.isCut = true;
				return;
			}
			draft.cases.set(key, {
				target: parts.target && handleView(state, parts.target, parts.before),
				before: parts.before && coreView(parts.before),
				after: after && coreView(after),
				result: parts.result && handleView(state, parts.result),
				adapter: parts.adapter,
				config: parts.config,
				source: parts.source,
				weights: parts.weights,
				optimizer: parts.optimizer,
				tokens: parts.tokens,
				options: parts.options,
				conditions: state.conditions,
				certain,
				pass: ctx.pass,
			});
		},

		read(state, expr, value, use, ctx) {
			const key = `${ctx.file}:${expr.start}:${expr.end}`;
			let draft = reads.get(key);
			if (!draft) {
				draft = { read: { ...place(ctx, expr), use, scope: ctx.scope }, cases: new Map() };
				reads.set(key, draft);
			}
			const core = coreAt(state, value.core);
			if (!core) return;
			const caseKey = `${handleKey(value, core)}|${coreKey(core)}`;
			const known = draft.cases.get(caseKey);
			if (known) draft.cases.set(caseKey, { ...known, conditions: common(known.conditions, state.conditions) });
			else if (draft.cases.size < CASES) {
				draft.cases.set(caseKey, {
					handle: handleView(state, value),
					core: coreView(core),
					conditions: state.conditions,
				});
				readLog.push({ draft, key: caseKey });
			}
		},

		note(at, message) {
			const known = notes.some(
				({ place: other, message: text }) => text === message && other.file === at.file && other.start === at.start,
			);
			if (!known) notes.push({ place: at, message });
		},

		happenedIn(def) {
			return events.some(
				({ site: { call }, cases }) =>
					call.file === 0 && cases.size > 0 && def.start <= call.start && call.end <= def.end,
			);
		},

		mark() {
			return { cores: cores.length, events: events.length, reads: readLog.length };
		},

		rollback(mark) {
			cores.length = mark.cores;
			for (const [id, number] of coreNumbers) if (number >= mark.cores) coreNumbers.delete(id);
			events.length = mark.events;
			for (const [key, id] of eventIds) if (id >= mark.events) eventIds.delete(key);
			for (const { draft, key } of readLog.splice(mark.reads)) draft.cases.delete(key);
		},

		graph(sources, checkouts) {
			return {
				sources,
				checkouts,
				cores,
				events: renumber(events),
				reads: [...reads.values()]
					.filter((draft) => draft.cases.size > 0)
					.map((draft) => ({ ...draft.read, cases: [...draft.cases.values()] }))
					.sort((a, b) => a.file - b.file || a.start - b.start || b.end - a.end),
				notes,
			};
		},
	};
}

/** Events without a case (their path was given up) keep their number: ids are indices. */
function renumber(events: readonly EventDraft[]): ModelEvent[] {
	return events.map(({ site, cases, isCut }) => ({
		...site,
		cases: isCut ? [...cases.values()].map((one) => ({ ...one, certain: false })) : [...cases.values()],
	}));
}

function common(a: readonly Condition[], b: readonly Condition[]): readonly Condition[] {
	if (a === b) return a;
	return a.filter((x) =>
		b.some(
			(y) =>
				y.test.file === x.test.file &&
				y.test.start === x.test.start &&
				y.test.end === x.test.end &&
				y.holds === x.holds,
		),
	);
}

function coreAt(state: State, id: ObjId): CoreObject | undefined {
	const object = getObject(state, id);
	return object?.t === "core" ? object : undefined;
}

function handleView(state: State, value: HandleValue, at?: CoreObject): HandleView {
	const core = at ?? coreAt(state, value.core);
	return {
		core: core?.number ?? -1,
		path: value.path,
		stale: core && staleBy(value, core),
		unloadedBy: value.unloadedBy,
		outdated: core !== undefined && isOutdated(value, core),
	};
}

function isOutdated({ path }: HandleValue, core: CoreObject): boolean {
	const [outermost] = path;
	const last = outermost?.event === undefined ? undefined : core.turns.get(outermost.event);
	return last !== undefined && outermost?.turn !== "" && outermost?.turn !== last;
}

function staleBy(value: HandleValue, core: CoreObject): EventId | undefined {
	for (const step of value.path) {
		const unload = step.event === undefined ? undefined : core.stale.get(step.event);
		if (unload !== undefined) return unload;
	}
	return undefined;
}

function handleKey(value: HandleValue | undefined, core?: CoreObject): string {
	if (!value) return "";
	return `${value.core}:${pathKey(value.path)}:${value.unloadedBy ?? ""}:${(core && staleBy(value, core)) ?? ""}${core && isOutdated(value, core)}`;
}

/** Two configs of one call may differ in their fields. */
const views = new WeakMap<CoreObject, CoreView>();

export function coreView(core: CoreObject): CoreView {
	let view = views.get(core);
	if (!view) {
		view = {
			adapters: core.adapters,
			active: core.active,
			known: core.known,
			merged: core.merged,
			baked: core.baked,
			frozen: core.frozen,
			frozenBy: core.frozenBy,
			quantized: core.quantized,
			env: core.env,
			wrappers: core.wrappers,
			history: core.history,
		};
		views.set(core, view);
	}
	return view;
}

const keys = new WeakMap<CoreObject, string>();

function coreKey(core: CoreObject | undefined): string {
	if (!core) return "";
	let key = keys.get(core);
	if (key === undefined) {
		const adapters = core.adapters
			.map((a) => `${a.name}/${a.origin}/${a.event}/${a.touched}/${a.trainable}/${a.gradient}`)
			.join();
		key = `${adapters}|${core.active}|${core.known}|${core.merged}|${core.baked}|${core.frozen}|${core.frozenBy}|${core.quantized}|${core.env}|${core.wrappers}|${core.history}`;
		keys.set(core, key);
	}
	return key;
}

// --- the syntax around a call

export function callSite(call: CallExpr, params: readonly string[], ctx: Context, text: string): CallSite {
	return {
		...place(ctx, call),
		func: place(ctx, call.func),
		parens: place(ctx, call.argsSpan),
		args: argSites(call, params, ctx),
		statement: statementSite(call, ctx, text),
		scope: ctx.scope,
		home: ctx.home,
	};
}

/** `params`: the callee's positional parameters in order, up to `"*"`. */
function argSites(call: CallExpr, params: readonly string[], ctx: Context): ArgSite[] {
	let position = 0;
	let exact = true;
	return call.args.map((arg) => {
		if (arg.kind === "star") exact = false;
		const param = arg.kind === "positional" && exact ? params[position++] : undefined;
		return argSite(arg, param === "*" ? undefined : param, ctx);
	});
}

function argSite(arg: Argument, param: string | undefined, ctx: Context): ArgSite {
	const constant = arg.value.kind === "constant" ? arg.value.value : undefined;
	return {
		...place(ctx, arg),
		param: arg.kind === "keyword" ? arg.name.name : param,
		keyword: arg.kind === "keyword",
		value: place(ctx, arg.value),
		constant,
	};
}

function statementSite(call: CallExpr, ctx: Context, text: string): StatementSite {
	const statement = ctx.statement;
	if (!statement) return { ...place(ctx, call), form: "other", target: undefined, alone: true, ownLines: false };
	return {
		...place(ctx, headOf(statement, call)),
		...formOf(statement, call, ctx),
		alone: isAlone(ctx.block),
		ownLines: standsAlone(statement, text),
	};
}

/** Of a compound statement only the head that holds the call: what stands in its body is another statement. */
function headOf(statement: Stmt, call: CallExpr): Span {
	const upTo = (last: Span): Span => ({ start: statement.start, end: last.end });
	switch (statement.kind) {
		case "if": {
			const [first, ...rest] = statement.branches;
			const other = rest.find(({ test }) => test.start <= call.start && call.end <= test.end);
			return other ? other.test : first ? upTo(first.test) : statement;
		}
		case "while":
			return upTo(statement.test);
		case "for":
			return upTo(statement.iter);
		case "with":
			return upTo(statement.items.at(-1)?.context ?? statement);
		case "match":
			return upTo(statement.subject);
		case "def":
		case "class":
			return upTo(statement.name);
		default:
			return statement;
	}
}

function formOf(statement: Stmt, call: CallExpr, ctx: Context): Pick<StatementSite, "form" | "target"> {
	if (statement.kind === "expr" && isSame(statement.value, call)) return { form: "expr", target: undefined };
	if (statement.kind === "return" && statement.value && isSame(statement.value, call))
		return { form: "return", target: undefined };
	if (statement.kind === "assign" && isSame(statement.value, call)) {
		const [target, ...more] = statement.targets;
		const simple = target && more.length === 0 && isDottedName(target);
		return { form: "assign", target: simple ? place(ctx, target) : undefined };
	}
	return { form: "other", target: undefined };
}

function isSame(expr: Expr, call: CallExpr): boolean {
	return expr.start === call.start && expr.end === call.end;
}

function isDottedName(expr: Expr): boolean {
	return expr.kind === "name" || (expr.kind === "attribute" && isDottedName(expr.value));
}

function isAlone(block: Block): boolean {
	return block.length <= 1;
}

function standsAlone(statement: Stmt, text: string): boolean {
	// Lines end in LF or CR LF; in a file of lone CRs nothing stands on lines of its own, so that no fix cuts there.
	const before = text.slice(text.lastIndexOf("\n", statement.start - 1) + 1, statement.start);
	const lineEnd = text.indexOf("\n", statement.end);
	const after = text.slice(statement.end, lineEnd < 0 ? text.length : lineEnd);
	return before.trim() === "" && /^[ \t]*(#[^\r\n]*)?\r?$/.test(after);
}
