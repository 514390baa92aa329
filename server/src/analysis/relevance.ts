/** Which functions can matter at all, judged by the names in them: the others are not entered. */
import { wrappingNames } from "../catalog";
import type { DefStmt, Expr, ImportFromStmt, ImportStmt, LambdaExpr, ModuleFacts, Stmt } from "../syntax/facts";
import { firstPart } from "./names";
import type { Program, ProgramModule } from "./program";

export interface Relevance {
	/** Every name and attribute that the file reads. */
	readonly used: ReadonlySet<string>;
	/** The function of the file names a wrapping or creating call, itself or through functions of the program that it names. */
	matters(def: DefStmt): boolean;
	/** The same of a function in another module, where only wrapping calls count; inner functions always matter. */
	mattersIn(module: Telling, def: DefStmt | LambdaExpr): boolean;
}

type Telling = Pick<ProgramModule, "id" | "concerns" | "facts">;

/** What makes models in every script, and methods that say of an unknown that it is a PeftModel. */
const TELLING: readonly string[] = ["from_pretrained", "disable_adapter"];

export function judgeRelevance(program: Program, facts: ModuleFacts): Relevance {
	const mentions = mentionsOf(facts);
	const { used, defs } = mentions;
	const names = new Set([...TELLING, ...mattering(program, { id: program.entry, concerns: true, facts: () => facts })]);
	spread(mentions, names);
	return {
		used,
		matters: (def) => intersects(defs.get(def)?.names ?? NONE, names),
		mattersIn(module, def) {
			const known = mentionsOf(module.facts()).defs.get(def);
			return !known || intersects(known.names, mattering(program, module));
		},
	};
}

const NONE: ReadonlySet<string> = new Set();

/** By program, the names that matter in its modules other than the analysed file. */
const memo = new WeakMap<Program, Map<string, ReadonlySet<string>>>();

/**
 * The names that matter in a module: wrapping calls, functions that name one, and what it imports of the like. One that is
 * being asked for has only the first.
 */
function mattering(program: Program, module: Telling): ReadonlySet<string> {
	if (!module.concerns) return wrappingNames;
	const known = memo.get(program) ?? new Map<string, ReadonlySet<string>>();
	memo.set(program, known);
	const before = known.get(module.id);
	if (before) return before;
	const names = new Set(wrappingNames);
	known.set(module.id, names);
	const mentions = mentionsOf(module.facts());
	for (const statement of mentions.imports) addImported(program, module.id, statement, names);
	spread(mentions, names);
	// The analysed file changes while the program around it stays.
	if (module.id === program.entry) known.delete(module.id);
	return names;
}

/** Who names a function that matters matters. */
function spread({ namedBy }: Mentions, names: Set<string>): void {
	const waiting = [...names];
	for (const name of waiting) {
		for (const def of namedBy.get(name) ?? []) {
			if (names.has(def)) continue;
			names.add(def);
			waiting.push(def);
		}
	}
}

function addImported(program: Program, from: string, statement: ImportStmt | ImportFromStmt, names: Set<string>): void {
	const addAll = (module: ProgramModule | undefined): void => {
		if (module) for (const name of mattering(program, module)) names.add(name);
	};
	if (statement.kind === "import") {
		// `import a.b` reads `a.b.f`: what counts is the last name.
		for (const { path } of statement.names) {
			addAll(program.find(from, 0, path));
			if (path.includes(".")) addAll(program.find(from, 0, firstPart(path)));
		}
		return;
	}
	const module = program.find(from, statement.level, statement.module);
	if (module && statement.star) addAll(module);
	const telling = module ? mattering(program, module) : wrappingNames;
	for (const { name, alias } of statement.names) {
		if (telling.has(name)) names.add(alias?.name ?? name);
		else if (module) addAll(program.submodule(module.id, name));
	}
}

interface Mentions {
	readonly used: ReadonlySet<string>;
	/** By their node. */
	readonly defs: ReadonlyMap<object, Definition>;
	/** By each name, the functions and classes that mention it. */
	readonly namedBy: ReadonlyMap<string, readonly string[]>;
	readonly imports: readonly (ImportStmt | ImportFromStmt)[];
}

interface Definition {
	readonly name: string;
	/** What it mentions, inner functions included. */
	readonly names: Set<string>;
}

const cache = new WeakMap<ModuleFacts, Mentions>();

function mentionsOf(facts: ModuleFacts): Mentions {
	let mentions = cache.get(facts);
	if (!mentions) {
		const used = new Set<string>();
		const defs = new Map<object, Definition>();
		const imports: (ImportStmt | ImportFromStmt)[] = [];
		collect(facts.body, [used], defs, imports);
		mentions = { used, defs, namedBy: namersIn(defs), imports };
		cache.set(facts, mentions);
	}
	return mentions;
}

function namersIn(defs: ReadonlyMap<object, Definition>): ReadonlyMap<string, readonly string[]> {
	const namers = new Map<string, string[]>();
	for (const def of defs.values()) {
		for (const name of def.names) {
			const known = namers.get(name);
			if (known) known.push(def.name);
			else namers.set(name, [def.name]);
		}
	}
	return namers;
}

function intersects(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
	const [few, many] = a.size < b.size ? [a, b] : [b, a];
	for (const name of few) if (many.has(name)) return true;
	return false;
}

/** Adds every name read under `node` to all the sets around it, and every function, class and import to its list. */
function collect(
	node: unknown,
	around: readonly Set<string>[],
	defs: Map<object, Definition>,
	imports: (ImportStmt | ImportFromStmt)[],
): void {
	if (Array.isArray(node)) {
		for (const item of node) collect(item, around, defs, imports);
		return;
	}
	if (!node || typeof node !== "object") return;
	const part = node as Stmt | Expr;
	if (part.kind === "import" || part.kind === "import-from") imports.push(part);
	if (part.kind === "name") for (const names of around) names.add(part.name);
	if (part.kind === "attribute") for (const names of around) names.add(part.attr.name);
	let inner = around;
	if (part.kind === "def" || part.kind === "class") {
		const names = new Set<string>();
		defs.set(part, { name: part.name.name, names });
		inner = [...around, names];
	}
	for (const value of Object.values(part)) if (value && typeof value === "object") collect(value, inner, defs, imports);
}

const stopping = new WeakMap<object, boolean>();
const EXITS: ReadonlySet<string> = new Set(["exit", "_exit", "quit", "abort"]);

/** The function may raise or leave the program, and so says what must hold after it. */
export function mayStop(def: DefStmt | LambdaExpr): boolean {
	let may = stopping.get(def);
	if (may === undefined) {
		may = stops(def.body);
		stopping.set(def, may);
	}
	return may;
}

function stops(node: unknown): boolean {
	if (Array.isArray(node)) return node.some(stops);
	if (!node || typeof node !== "object") return false;
	const part = node as Stmt | Expr;
	if (part.kind === "raise" || part.kind === "assert") return true;
	if (part.kind === "name" && EXITS.has(part.name)) return true;
	if (part.kind === "attribute" && EXITS.has(part.attr.name)) return true;
	return Object.values(part).some((value) => value && typeof value === "object" && stops(value));
}
