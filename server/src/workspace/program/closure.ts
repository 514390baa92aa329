/** All that a file imports, and all that this imports in turn. */
import { maxModuleText, maxProgramModules, maxProgramText } from "../limits";
import { parentOf } from "./ids";
import type { FileLook } from "./known-files";
import type { ModuleText } from "./module-text";
import { type Edges, folderOfInit, NO_EDGES, type Target } from "./resolve";

/** A file that is analysed, and its present text. */
export interface Entry {
	readonly id: string;
	readonly module: ModuleText;
}

/** A file of a program, or a folder that stands for a package without `__init__.py`. */
export interface ProgramNode {
	readonly target: Target;
	/** Undefined for a folder. */
	readonly module: ModuleText | undefined;
	readonly edges: Edges;
}

export interface Closure {
	/** By id, nearest first; the entry is the first. */
	readonly nodes: ReadonlyMap<string, ProgramNode>;
	/** Ids of all that names PEFT or leads to what does. */
	readonly concerning: ReadonlySet<string>;
	/** Some files were left out: there are too many, or they are too long. */
	readonly cut: boolean;
}

/** What the imports of a file lead to. */
export type EdgesOf = (id: string, module: ModuleText) => Edges;

/** Nearest first, so that what is left out is far away. What is not known yet is noted by `look`. */
export function closureOf(entry: Entry, look: FileLook, edgesOf: EdgesOf): Closure {
	const nodes = new Map<string, ProgramNode>();
	const met = new Set([entry.id]);
	const waiting: Target[] = [{ id: entry.id, folder: folderOfInit(entry.id), dotted: "__main__" }];
	let left = maxProgramText;
	let cut = false;
	for (const target of waiting) {
		const module = target.id === entry.id ? entry.module : moduleOf(target, look);
		if (module === undefined && target.id !== target.folder) continue;
		const size = module?.text.length ?? 0;
		if (size > left || (size > maxModuleText && target.id !== entry.id)) {
			cut = true;
			continue;
		}
		left -= size;
		const edges = module === undefined ? NO_EDGES : edgesOf(target.id, module);
		nodes.set(target.id, { target, module, edges });
		for (const next of edges.targets) {
			if (met.has(next.id)) continue;
			cut ||= met.size >= maxProgramModules;
			if (met.size >= maxProgramModules) break;
			met.add(next.id);
			waiting.push(next);
		}
	}
	return { nodes, concerning: concerningIn(nodes), cut };
}

function moduleOf({ id, folder }: Target, look: FileLook): ModuleText | undefined {
	return id === folder ? undefined : look.module(id);
}

/** From what names PEFT back to all that imports it; a package is on the way to its submodules. */
function concerningIn(nodes: ReadonlyMap<string, ProgramNode>): ReadonlySet<string> {
	const importers = new Map<string, string[]>();
	const packages = new Map<string, string>();
	for (const [id, { target, edges }] of nodes) {
		if (target.folder !== undefined) packages.set(target.folder, id);
		for (const { id: imported } of edges.targets) {
			const known = importers.get(imported);
			if (known === undefined) importers.set(imported, [id]);
			else known.push(id);
		}
	}
	const waiting = [...nodes].filter(([, { module }]) => module?.namesPeft).map(([id]) => id);
	const concerning = new Set(waiting);
	const add = (id: string | undefined): void => {
		if (id === undefined || concerning.has(id)) return;
		concerning.add(id);
		waiting.push(id);
	};
	for (const id of waiting) {
		for (const importer of importers.get(id) ?? []) add(importer);
		const around = parentOf(nodes.get(id)?.target.folder ?? id);
		if (around !== undefined) add(packages.get(around));
	}
	return concerning;
}
