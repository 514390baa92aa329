/** Programs of all files that are analysed. They share what they read; nothing is read but what one of them imports. */
import type { PythonParser } from "../../syntax/parser";
import type { Disk } from "../host";
import { maxKnownEdges, maxProgramModules, maxProgramRounds, maxToldPrograms } from "../limits";
import { createBoundedCache } from "./bounded-cache";
import { type Closure, closureOf, type Entry, type ProgramNode } from "./closure";
import type { Imports } from "./imports";
import { createKnownFiles, type FileLook } from "./known-files";
import { createFactsCache, type ModuleText, moduleTextOf } from "./module-text";
import { answersOf, handedOut, type LoadedProgram } from "./program";
import { type Edges, NO_EDGES, resolveImports, sameEdges } from "./resolve";
import { type Folders, territoryOf } from "./territory";

export interface Programs {
	/** The program of a text, as far as it is known. Reads nothing. */
	of(entry: Entry): LoadedProgram;
	/** Another number whenever a program may be another one than before. */
	readonly age: number;
	/** Reads what is missing of a program, until nothing is or there is no entry any more. Never rejects. */
	load(entry: () => Entry | undefined): Promise<void>;
	/** A text that is not open: the one that its file holds now, if it is a file's. */
	moduleText(text: string, id?: string): ModuleText;
	/** A text that is open has changed, or others are open. */
	touch(): void;
	/** A file, or what a folder around it holds, may have changed. */
	forget(id: string): void;
	/** Any folder may hold something else; or even any file. */
	forgetAll(what: "folders" | "files"): void;
}

export interface ProgramSources {
	readonly disk: Disk;
	readonly parser: PythonParser;
	/** The same array for the same folders. */
	readonly folders: Folders;
	/** What people call a file. */
	nameOf(id: string): string;
	/** The text that a client has open, which counts instead of the file's. Null: not known. */
	openText(id: string): ModuleText | null | undefined;
	/** The parser failed on a text, which then has no facts. */
	onFault(error: unknown): void;
}

/** What was last told of an entry. */
interface Told {
	readonly nodes: ReadonlyMap<string, ProgramNode>;
	readonly version: number;
}

/** The imports of a file, and where they lead in this workspace. */
interface KnownEdges {
	readonly imports: Imports;
	readonly folders: readonly string[];
	readonly layout: number;
	readonly edges: Edges;
}

const TOO_MUCH = `more than ${maxProgramModules} files are imported, or very long ones: some are not looked into`;

let versions = 0;

export function createPrograms(sources: ProgramSources): Programs {
	const facts = createFactsCache(sources.parser, sources.onFault);
	const files = createKnownFiles(sources.disk, facts);
	const known = new Map<string, KnownEdges>();
	const told = createBoundedCache<string, Told>(maxToldPrograms);
	let age = 0;
	/** Whoever loads a program asks for it next. */
	let last: (Entry & { readonly age: number; readonly program: LoadedProgram }) | undefined;

	/** The disk, with what is open before it. */
	function lookAround(): FileLook {
		const look = files.look();
		return {
			entries: look.entries,
			module(id) {
				const open = sources.openText(id);
				return open === undefined ? look.module(id) : (open ?? undefined);
			},
			missing: look.missing,
			read: look.read,
		};
	}

	function edgesOf(id: string, { imports }: ModuleText, look: FileLook): Edges {
		if (imports.statements.length === 0) return NO_EDGES;
		const folders = sources.folders(id);
		const { layout } = files;
		const before = known.get(id);
		const fits = before?.imports.key === imports.key && before.folders === folders;
		if (fits && before.layout === layout) return before.edges;
		const missing = look.missing();
		const territory = territoryOf(id, folders, look);
		const found = territory === undefined ? NO_EDGES : resolveImports(id, imports, territory, look);
		if (look.missing() > missing) return found;
		// Equal ones stay the same object: that is how an unchanged program is told.
		const edges = before !== undefined && sameEdges(before.edges, found) ? before.edges : found;
		if (known.size >= maxKnownEdges) known.clear();
		known.set(id, { imports, folders, layout, edges });
		return edges;
	}

	function closure(entry: Entry, look: FileLook): Closure {
		return closureOf(entry, look, (id, module) => edgesOf(id, module, look));
	}

	function programOf(entry: Entry): LoadedProgram {
		const look = lookAround();
		const whole = closure(entry, look);
		const nodes = handedOut(whole);
		const complete = look.missing() === 0;
		const before = told.get(entry.id);
		const same = complete && before !== undefined && sameNodes(before.nodes, nodes, entry.id);
		const version = same ? before.version : ++versions;
		// Half a program comes and goes: the whole one is told from the whole one before.
		if (complete) told.set(entry.id, { nodes, version }, 1);
		return {
			...answersOf(entry, whole, nodes, sources.nameOf, facts),
			version,
			concerns: whole.concerning.has(entry.id),
			complete,
			notes: whole.cut ? [TOO_MUCH] : [],
			has: (id) => whole.nodes.has(id),
		};
	}

	return {
		get age() {
			return age;
		},
		of(entry) {
			const { module } = entry;
			if (last?.age !== age || last.id !== entry.id || last.module !== module) {
				last = { id: entry.id, module, age, program: programOf(entry) };
			}
			return last.program;
		},
		async load(current) {
			for (let round = 0; round < maxProgramRounds; round++) {
				const entry = current();
				if (entry === undefined) return;
				const look = lookAround();
				closure(entry, look);
				if (look.missing() === 0) return;
				await look.read();
				age++;
			}
		},
		moduleText(text, id) {
			if (id === undefined) return moduleTextOf(text, () => facts.of(text));
			age++;
			return files.learn(id, text);
		},
		touch() {
			age++;
		},
		forget(id) {
			files.forget(id);
			age++;
		},
		forgetAll(what) {
			if (what === "files") files.forgetAll();
			else files.forgetFolders();
			age++;
		},
	};
}

/** The entry's own text may differ: it is analysed with its program anyway. A file that was opened has the same text. */
function sameNodes(
	before: ReadonlyMap<string, ProgramNode>,
	now: ReadonlyMap<string, ProgramNode>,
	entry: string,
): boolean {
	if (before.size !== now.size) return false;
	for (const [id, { module, edges }] of now) {
		const earlier = before.get(id);
		if (earlier?.edges !== edges) return false;
		if (id !== entry && earlier.module !== module && earlier.module?.text !== module?.text) return false;
	}
	return true;
}
