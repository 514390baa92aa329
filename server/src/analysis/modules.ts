/** The other files of the program: run when a name of theirs is used, each once, as if imported before all else. */
import type { ImportFromStmt, ModuleFacts, Stmt } from "../syntax/facts";
import { BoundExceeded, IMPORT_CHAIN, MODULE_STEPS } from "./bounds";
import { sameObject } from "./equality";
import type { FileId } from "./graph";
import { merge } from "./join";
import type { Context, Machine } from "./machine";
import type { ProgramModule } from "./program";
import { commit, emptyState, frameVars, getObject, getVar, type State, setVar } from "./state";
import { execute } from "./statements";
import { constant, external, FALSE, type FrameId, keyOf, sameValue, symbol, type Value } from "./values";

/** A file of the graph; the analysed one is the first. */
export interface LoadedFile extends ProgramModule {
	/** Modules star-imported at its top that are not of the program, last first. */
	readonly stars: string[];
	/** Whether its top level has been run. */
	top: "not yet" | "running" | "done";
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
		stack: [],
		deliberate: false,
		scope: { file, start: 0, end: text.length },
		home: undefined,
		statement: undefined,
		block: [],
	};
}

export function loadedFile(module: ProgramModule): LoadedFile {
	const { id, name, dotted, text } = module;
	return { id, name, dotted, text, facts: () => module.facts(), stars: [], top: "not yet" };
}

// --- what an import means

/** The value of a whole module of the program; undefined for any other. */
export function importedModule(machine: Machine, from: FileId, level: number, path: string): Value | undefined {
	const module = machine.program.find(idOf(machine, from), level, path);
	return module && { k: "module", file: numberOf(machine, module) };
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
		return;
	}
	const file = numberOf(machine, module);
	runModule(machine, file);
	for (const name of exportedNames(state, file)) setVar(state, ctx.frame, name, { k: "imported", file, name });
	stars.unshift(...fileOf(machine, file).stars);
}

function exportedNames(state: State, file: FileId): readonly string[] {
	const vars = frameVars(state, moduleFrame(file));
	const all = vars.get("__all__");
	const listed = all?.k === "ref" ? getObject(state, all.id) : undefined;
	const items = all?.k === "tuple" ? all.items : listed?.t === "list" && !listed.open ? listed.items : undefined;
	if (!items) return [...vars.keys()].filter((name) => !name.startsWith("_"));
	return items.flatMap((item) => (item.k === "constant" && typeof item.value === "string" ? [item.value] : []));
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
		runModule(machine, at.file);
		const { file, name } = at;
		const left =
			file === 0 ? getVar(state, moduleFrame(0), name) : machine.base.frames.get(moduleFrame(file))?.get(name);
		at = left ?? beyond(machine, file, name);
	}
	return at;
}

/** `module.name`: what is bound there now, a submodule, or a name that only it knows. */
export function moduleAttribute(machine: Machine, state: State, file: FileId, name: string): Value {
	runModule(machine, file);
	const value = getVar(state, moduleFrame(file), name);
	return settled(machine, state, value ?? beyond(machine, file, name));
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
function runModule(machine: Machine, file: FileId): void {
	const module = fileOf(machine, file);
	if (file === 0 || module.top !== "not yet") return;
	module.top = "running";
	module.stars.length = 0;
	const outer = machine.steps;
	const allowance = Math.min(MODULE_STEPS, machine.moduleSteps.left);
	machine.steps = { left: allowance };
	try {
		commitTop(machine, file, module.facts());
	} finally {
		machine.moduleSteps.left -= allowance - Math.max(0, machine.steps.left);
		machine.steps = outer;
		module.top = "done";
	}
}

function commitTop(machine: Machine, file: FileId, facts: ModuleFacts): void {
	const ends = attempt(machine, file, facts.body) ?? attempt(machine, file, facts.body.filter(isDefinition)) ?? [];
	const [first, ...others] = ends;
	if (!first) return;
	for (const other of others) keepAgreement(first, other, file);
	commit(first);
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
		machine.steps = { left: MODULE_STEPS / 4 };
	}
	machine.recorder.rollback(mark);
	return undefined;
}

export function isDefinition(statement: Stmt): boolean {
	return ["import", "import-from", "def", "class"].includes(statement.kind);
}

/** A module ends in one state for all who import it: of what several ends disagree on, nothing is known. */
function keepAgreement(into: State, other: State, file: FileId): void {
	const frame = moduleFrame(file);
	for (const [name, value] of [...frameVars(into, frame)]) {
		const twin = getVar(other, frame, name);
		if (twin && sameValue(value, twin) && sameThing(into, other, value)) continue;
		setVar(into, frame, name, symbol(`module:${file}.${name}`));
	}
	for (const name of frameVars(other, frame).keys())
		if (!getVar(into, frame, name)) setVar(into, frame, name, symbol(`module:${file}.${name}`));
}

function sameThing(a: State, b: State, value: Value): boolean {
	const id = value.k === "ref" ? value.id : value.k === "handle" ? value.core : undefined;
	if (id === undefined) return true;
	const [x, y] = [getObject(a, id), getObject(b, id)];
	return x !== undefined && y !== undefined && sameObject(x, y);
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
	const { frames, heap, bindings } = machine.base;
	const done = machine.files.map((file) => file.top);
	return {
		restore() {
			Object.assign(machine.base, { frames, heap, bindings });
			for (const [index, file] of machine.files.entries()) file.top = done[index] ?? "not yet";
		},
	};
}
