/** The other files of the program: run when a name of theirs is used, as if imported before all else. */
import type { Block, ImportFromStmt, ModuleFacts, Stmt } from "../syntax/facts";
import { ALONE_STEPS, BoundExceeded, IMPORT_CHAIN, MODULE_STEPS } from "./bounds";
import { openContainer } from "./containers";
import type { FileId } from "./graph";
import { merge } from "./join";
import { type Context, type Machine, siteKey } from "./machine";
import { oneEnd } from "./module-ends";
import { boundNames, globalsOf, mentionedNames, someStatement } from "./names";
import type { ProgramModule } from "./program";
import { outwardImports, type TopImport, topImports } from "./reach";
import { commit, deleteVar, emptyState, frameVars, getVar, type State, setVar } from "./state";
import { execute } from "./statements";
import { constant, external, FALSE, type FrameId, isPlain, keyOf, symbol, type Value } from "./values";

/** A file of the graph; the analysed one is the first. */
export interface LoadedFile extends ProgramModule {
	/** Modules star-imported at its top that are not of the program, last first. */
	readonly stars: string[];
	/** How much of its top level has been run: its definitions are enough for most. */
	ran: "nothing" | "definitions" | "all";
	/** Somebody imports it: what its top level does to others is done. */
	isImported: boolean;
	/** What the top levels of others set in it: running more of it does not take that back. */
	readonly setByOthers: Map<string, Value>;
}

export function moduleFrame(file: FileId): FrameId {
	return file === 0 ? "m" : `m${file}`;
}

export function moduleContext(file: FileId, text: string): Context {
	const frame = moduleFrame(file);
	return {
		frame,
		closure: frame,
		defining: undefined,
		file,
		def: undefined,
		owner: undefined,
		self: undefined,
		frames: [],
		key: frame,
		passes: "",
		pass: 0,
		turn: "",
		stack: [],
		deliberate: false,
		onYield: undefined,
		scope: { file, start: 0, end: text.length },
		home: undefined,
		statement: undefined,
		block: [],
		loop: undefined,
	};
}

export function loadedFile(module: ProgramModule): LoadedFile {
	const { id, name, dotted, text, concerns } = module;
	const facts = (): ModuleFacts => module.facts();
	return {
		id,
		name,
		dotted,
		text,
		concerns,
		facts,
		stars: [],
		ran: "nothing",
		isImported: false,
		setByOthers: new Map(),
	};
}

// --- what an import means

/** The value of a whole module of the program; undefined for any other. */
export function importedModule(machine: Machine, from: FileId, level: number, path: string): Value | undefined {
	const module = machine.program.find(idOf(machine, from), level, path);
	return module && { k: "module", file: numberOf(machine, module) };
}

/** The number of a module of the program, by its name: an absolute one, or one after so many dots. */
export function moduleFile(machine: Machine, from: FileId, path: string, level = 0): FileId | undefined {
	const module = machine.program.find(idOf(machine, from), level, path);
	return module && numberOf(machine, module);
}

/** The value of `from module import name`: what is there now, to be looked up when it is used. */
export function importedFrom(
	machine: Machine,
	state: State,
	from: FileId,
	statement: ImportFromStmt,
	name: string,
): Value {
	const module = machine.program.find(idOf(machine, from), statement.level, statement.module);
	if (module) {
		const file = numberOf(machine, module);
		// `from . import models` in the package itself: what it is about to bind cannot be what it means.
		const sub = file === from ? machine.program.submodule(module.id, name) : undefined;
		if (sub) return { k: "module", file: numberOf(machine, sub) };
		const hasChanged = state.frames.map.has(moduleFrame(file));
		return hasChanged ? moduleAttribute(machine, state, file, name) : { k: "imported", file, name };
	}
	// What is imported for type checkers only is not there at run time.
	if (name === "TYPE_CHECKING") return FALSE;
	const path = ".".repeat(statement.level) + statement.module;
	return external(path.endsWith(".") ? `${path}${name}` : `${path}.${name}`);
}

/** Binds what `from module import *` brings: to names of the program directly, of libraries by search. */
export function importStar(machine: Machine, state: State, statement: ImportFromStmt, ctx: Context): void {
	const module = machine.program.find(idOf(machine, ctx.file), statement.level, statement.module);
	const { stars } = fileOf(machine, ctx.file);
	if (!module) {
		stars.unshift(".".repeat(statement.level) + statement.module);
		// It may bring other values for what stands above it: `from local_settings import *`.
		for (const [name, value] of [...frameVars(state, ctx.frame)])
			if (value.k === "constant") setVar(state, ctx.frame, name, symbol(`star:${siteKey(ctx, statement)}:${name}`));
		return;
	}
	const file = numberOf(machine, module);
	for (const name of exportedNames(module.facts())) setVar(state, ctx.frame, name, { k: "imported", file, name });
	// Its own star imports are known once its definitions have run.
	left(machine, file, "__all__");
	stars.unshift(...fileOf(machine, file).stars);
}

/** What `__all__` lists where it is a literal, else every name without an underscore. */
function exportedNames(facts: ModuleFacts): readonly string[] {
	const [all] = facts.body.flatMap((statement) => {
		const [target] = statement.kind === "assign" ? statement.targets : [];
		if (statement.kind !== "assign" || target?.kind !== "name" || target.name !== "__all__") return [];
		return statement.value.kind === "list" || statement.value.kind === "tuple" ? [statement.value] : [];
	});
	if (!all) return [...topNames(facts).bound].filter((name) => !name.startsWith("_"));
	return all.items.flatMap((item) => (item.kind === "constant" && typeof item.value === "string" ? [item.value] : []));
}

interface TopNames {
	/** All names that the top level binds. */
	readonly bound: ReadonlySet<string>;
	/** Those that something else than a definition binds. */
	readonly computed: ReadonlySet<string>;
	/** Of those, the ones of which a single assignment is all that the file says: `logger = get_logger(__name__)`. */
	readonly alone: ReadonlyMap<string, Stmt>;
}

const topNamesOf = new WeakMap<ModuleFacts, TopNames>();

function topNames(facts: ModuleFacts): TopNames {
	let names = topNamesOf.get(facts);
	if (!names) {
		const others = facts.body.filter((statement) => !isDefinition(statement));
		names = { bound: boundNames(facts.body), computed: boundNames(others), alone: aloneIn(facts.body, others) };
		topNamesOf.set(facts, names);
	}
	return names;
}

function aloneIn(body: Block, others: Block): ReadonlyMap<string, Stmt> {
	// A star import mentions no name, and may bind any.
	if (someStatement(body, (one) => one.kind === "import-from" && one.star)) return new Map();
	const mentions = new Map<string, number>();
	for (const statement of others)
		for (const name of mentionedNames(statement)) mentions.set(name, (mentions.get(name) ?? 0) + 1);
	const shared = globalsOf(body);
	return new Map(
		others.flatMap((statement) => {
			const [target, ...more] = statement.kind === "assign" ? statement.targets : [];
			if (target?.kind !== "name" || more.length > 0) return [];
			return mentions.get(target.name) === 1 && !shared.has(target.name) ? [[target.name, statement] as const] : [];
		}),
	);
}

// --- what importing does

/** Modules fill registries, add hooks and override settings of others when they are imported. */
export function runForEffect(machine: Machine, from: FileId, { level, path, name }: TopImport): void {
	const module = machine.program.find(idOf(machine, from), level, path);
	if (!module) return;
	touch(machine, numberOf(machine, module));
	const sub = name === undefined ? undefined : machine.program.submodule(module.id, name);
	if (sub) touch(machine, numberOf(machine, sub));
}

function touch(machine: Machine, file: FileId): void {
	const module = fileOf(machine, file);
	if (file === 0 || module.isImported) return;
	module.isImported = true;
	const facts = module.facts();
	const { changed, decorating } = outwardImports(facts);
	const isOwn = (one: TopImport): boolean => machine.program.find(module.id, one.level, one.path) !== undefined;
	if (changed.some(isOwn) && module.ran !== "all") runModule(machine, file, "all");
	else if (module.concerns && decorating.some(isOwn) && module.ran === "nothing")
		runModule(machine, file, "definitions");
	// A package that names nothing may be there to import its parts.
	else if (module.concerns || module.name.endsWith("__init__.py"))
		for (const one of topImports(facts)) runForEffect(machine, file, one);
}

// --- names in modules

/**
 * What a variable holds. A name imported from a module is what its top level left there, whatever became of it since;
 * the analysed file, imported back, is where it is now.
 */
export function settled(machine: Machine, state: State, value: Value): Value {
	let at = value;
	for (let hops = 0; at.k === "imported"; hops++) {
		if (hops > IMPORT_CHAIN) return symbol(`import:${keyOf(value)}`);
		const { file, name } = at;
		at = (file === 0 ? getVar(state, moduleFrame(0), name) : left(machine, file, name)) ?? beyond(machine, file, name);
	}
	return at;
}

/** `module.name`: what is bound there now, a submodule, or a name that only it knows. */
export function moduleAttribute(machine: Machine, state: State, file: FileId, name: string): Value {
	const value = getVar(state, moduleFrame(file), name) ?? leftUnchanged(machine, state, file, name);
	return settled(machine, state, value ?? beyond(machine, file, name));
}

/** In a module's frame: code that we cannot see had the module, and may have set its flags. */
export const CHANGED = "*";

/** What the top level of a module left under a name, but for flags that may have been set since. */
export function leftUnchanged(machine: Machine, state: State, file: FileId, name: string): Value | undefined {
	const value = left(machine, file, name);
	const changed = value?.k === "constant" ? getVar(state, moduleFrame(file), CHANGED) : undefined;
	return changed ? symbol(`${keyOf(changed)}:${moduleFrame(file)}.${name}`) : value;
}

/** What the top level of a module left under a name; run for it, as far as it must be. */
export function left(machine: Machine, file: FileId, name: string): Value | undefined {
	const module = fileOf(machine, file);
	const known = (): Value | undefined => machine.base.frames.get(moduleFrame(file))?.get(name);
	if (file === 0 || known()) return known();
	if (module.ran === "nothing") runModule(machine, file, "definitions");
	if (known() || module.ran === "all") return known();
	const { computed, alone } = topNames(module.facts());
	if (!computed.has(name)) return undefined;
	const statement = alone.get(name);
	if (!statement || !commitAlone(machine, file, statement, name)) runModule(machine, file, "all");
	return known();
}

function beyond(machine: Machine, file: FileId, name: string): Value {
	const module = fileOf(machine, file);
	if (name === "__name__") return constant(module.dotted);
	const sub = machine.program.submodule(module.id, name);
	if (sub) return { k: "module", file: numberOf(machine, sub) };
	const [star, ...others] = module.stars;
	// The dot keeps it apart from a library of the same name.
	return star !== undefined && others.length === 0
		? external(`${star}.${name}`)
		: external(`.${module.dotted}.${name}`);
}

// --- running one

/** Runs a module's top level in a world of its own; what it leaves is there for every state from now on. */
function runModule(machine: Machine, file: FileId, part: "definitions" | "all"): void {
	const module = fileOf(machine, file);
	// While it runs it has nothing more to give to those that import it back.
	module.ran = part;
	module.stars.length = 0;
	const outer = machine.steps;
	const allowance = Math.min(MODULE_STEPS, machine.moduleSteps.left);
	machine.steps = { left: allowance };
	try {
		if (part === "definitions") commitDefinitions(machine, file, module.facts());
		else commitAll(machine, file, module.facts());
	} finally {
		machine.moduleSteps.left -= allowance - Math.max(0, machine.steps.left);
		machine.steps = outer;
	}
}

/** Names that something else binds too are left for the whole run. */
function commitDefinitions(machine: Machine, file: FileId, facts: ModuleFacts): void {
	const [end] = attempt(machine, file, facts.body.filter(isDefinition)) ?? [];
	if (!end) return;
	for (const name of topNames(facts).computed) deleteVar(end, moduleFrame(file), name);
	commitRun(machine, end, file);
}

/** Leaves what a module's top level came to under all states. */
function commitRun(machine: Machine, end: State, file: FileId): void {
	for (const [name, value] of fileOf(machine, file).setByOthers) setVar(end, moduleFrame(file), name, value);
	for (const [index, other] of machine.files.entries()) {
		const before = end.base.frames.get(moduleFrame(index));
		if (index === file || !end.frames.map.has(moduleFrame(index))) continue;
		for (const [name, value] of frameVars(end, moduleFrame(index)))
			if (before?.get(name) !== value) other.setByOthers.set(name, value);
	}
	openEmpty(end);
	commit(end);
}

/** What is empty when its module is done is there to be filled: hooks, registries, caches. */
export function openEmpty(state: State): void {
	for (const [id, object] of [...state.heap.map]) {
		const isEmpty = object.t === "list" ? object.items.length === 0 : object.t === "dict" && object.entries.size === 0;
		if (!isEmpty) continue;
		openContainer(state, id);
		state.base.registries = new Set([...state.base.registries, id]);
	}
}

/** What one assignment gives, where it is something that no other statement could have changed. */
function commitAlone(machine: Machine, file: FileId, statement: Stmt, name: string): boolean {
	const outer = machine.steps;
	machine.steps = { left: ALONE_STEPS };
	const [end, ...others] = attempt(machine, file, [statement]) ?? [];
	machine.steps = outer;
	const value = end && others.length === 0 ? getVar(end, moduleFrame(file), name) : undefined;
	if (!value || (!isPlain(value) && value.k !== "external")) return false;
	const only = emptyState(machine.base);
	setVar(only, moduleFrame(file), name, value);
	commit(only);
	return true;
}

function commitAll(machine: Machine, file: FileId, facts: ModuleFacts): void {
	const end = oneEnd(attempt(machine, file, facts.body) ?? [], file);
	if (end) commitRun(machine, end, file);
}

/** The states that a run of the block ends in; undefined where there is none or a bound is passed. */
function attempt(machine: Machine, file: FileId, body: readonly Stmt[]): State[] | undefined {
	const mark = machine.recorder.mark();
	const ctx = moduleContext(file, fileOf(machine, file).text);
	try {
		const outcomes = execute(machine, [emptyState(machine.base)], body, ctx);
		const ends = outcomes.flatMap((outcome) => (outcome.kind === "next" ? [outcome.state] : []));
		if (ends.length > 0) return merge(ends, `end:${file}`);
	} catch (error) {
		if (!(error instanceof BoundExceeded) && !(error instanceof RangeError)) throw error;
		machine.recorder.note(ctx.scope, error.message);
	}
	machine.recorder.rollback(mark);
	return undefined;
}

export function isDefinition(statement: Stmt): boolean {
	return ["import", "import-from", "def", "class"].includes(statement.kind);
}

// --- numbers

function fileOf(machine: Machine, file: FileId): LoadedFile {
	return machine.files[file] as LoadedFile;
}

function idOf(machine: Machine, file: FileId): string {
	return fileOf(machine, file).id;
}

function numberOf(machine: Machine, module: ProgramModule): FileId {
	const known = machine.files.findIndex((file) => file.id === module.id);
	if (known >= 0) return known;
	machine.files.push(loadedFile(module));
	return machine.files.length - 1;
}

/** What modules have been run so far; to be run anew where what they recorded is taken back. */
export function rememberModules(machine: Machine): { restore(): void } {
	const before = { ...machine.base };
	const files = machine.files.map((file) => ({
		ran: file.ran,
		isImported: file.isImported,
		setByOthers: new Map(file.setByOthers),
	}));
	return {
		restore() {
			Object.assign(machine.base, before);
			for (const [index, file] of machine.files.entries()) {
				const known = files[index];
				file.ran = known?.ran ?? "nothing";
				file.isImported = known?.isImported ?? false;
				file.setByOthers.clear();
				for (const [name, value] of known?.setByOthers ?? []) file.setByOthers.set(name, value);
			}
		},
	};
}
