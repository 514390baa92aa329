/** Which functions can matter at all, judged by the names in them: the others are not entered. */
import { wrappingNames } from "../catalog";
import type { DefStmt, Expr, ImportFromStmt, ImportStmt, ModuleFacts, Stmt } from "../syntax/facts";
import type { Machine } from "./machine";
import { firstPart } from "./names";
import type { Program, ProgramModule } from "./program";

export interface Relevance {
	/** Every name and attribute that the file reads. */
	readonly used: ReadonlySet<string>;
	/** The function names a wrapping call, itself or through functions of the program that it names. */
	matters(def: DefStmt): boolean;
}

export function judgeRelevance({ program, files }: Machine): Relevance {
	const [entry] = files;
	const mentions = mentionsOf(entry?.facts() ?? { body: [], comments: [], hasError: false });
	const names = entry ? mattering(program, entry, new Map()) : wrappingNames;
	const named = new Map(mentions.defs.map((def) => [def.node, def.names]));
	return { used: mentions.used, matters: (def) => intersects(named.get(def) ?? new Set(), names) };
}

/**
 * The names that matter in a module: wrapping calls, functions that name one, and what it imports of the like. `known`
 * has the modules that were asked for before; one that is being asked for has none yet.
 */
function mattering(
	program: Program,
	module: Pick<ProgramModule, "id" | "facts">,
	known: Map<string, ReadonlySet<string>>,
): ReadonlySet<string> {
	const before = known.get(module.id);
	if (before) return before;
	const names = new Set(wrappingNames);
	known.set(module.id, names);
	const { defs, imports } = mentionsOf(module.facts());
	const of = (other: ProgramModule): ReadonlySet<string> => mattering(program, other, known);
	for (const statement of imports) addImported(program, module.id, statement, of, names);
	for (let grown = true; grown; ) {
		grown = false;
		for (const def of defs) {
			if (names.has(def.name) || !intersects(def.names, names)) continue;
			names.add(def.name);
			grown = true;
		}
	}
	return names;
}

function addImported(
	program: Program,
	from: string,
	statement: ImportStmt | ImportFromStmt,
	of: (module: ProgramModule) => ReadonlySet<string>,
	names: Set<string>,
): void {
	const addAll = (module: ProgramModule | undefined): void => {
		if (module) for (const name of of(module)) names.add(name);
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
	if (!module) return;
	if (statement.star) addAll(module);
	for (const { name, alias } of statement.names) {
		if (of(module).has(name)) names.add(alias?.name ?? name);
		else addAll(program.submodule(module.id, name));
	}
}

interface Mentions {
	readonly used: ReadonlySet<string>;
	readonly defs: readonly Definition[];
	readonly imports: readonly (ImportStmt | ImportFromStmt)[];
}

interface Definition {
	readonly node: object;
	readonly name: string;
	/** What it mentions, inner functions included. */
	readonly names: Set<string>;
}

const cache = new WeakMap<ModuleFacts, Mentions>();

function mentionsOf(facts: ModuleFacts): Mentions {
	let mentions = cache.get(facts);
	if (!mentions) {
		const used = new Set<string>();
		const defs: Definition[] = [];
		const imports: (ImportStmt | ImportFromStmt)[] = [];
		collect(facts.body, [used], defs, imports);
		mentions = { used, defs, imports };
		cache.set(facts, mentions);
	}
	return mentions;
}

function intersects(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
	for (const name of a) if (b.has(name)) return true;
	return false;
}

/** Adds every name read under `node` to all the sets around it, and every function, class and import to its list. */
function collect(
	node: unknown,
	around: readonly Set<string>[],
	defs: Definition[],
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
		defs.push({ node: part, name: part.name.name, names });
		inner = [...around, names];
	}
	for (const value of Object.values(part)) if (value && typeof value === "object") collect(value, inner, defs, imports);
}
