/** A program as the analysis asks for it: all that the entry imports, where any of it names PEFT. */
import type { Program, ProgramModule } from "../../analysis/program";
import type { ModuleFacts } from "../../syntax/facts";
import type { Closure, Entry, ProgramNode } from "./closure";
import { childOf, nameIn, parentOf } from "./ids";
import type { FactsCache } from "./module-text";
import { edgeKey, type Target } from "./resolve";

export interface LoadedProgram extends Program {
	/** Equal for programs of an entry that give the same answers. */
	readonly version: number;
	/** The entry names PEFT, or leads to what does. */
	readonly concerns: boolean;
	/** All that can be known of it is known. */
	readonly complete: boolean;
	/** Why some of it is missing; for the log. */
	readonly notes: readonly string[];
	/** The file is one of it, whether it concerns or not. */
	has(id: string): boolean;
}

/** The files that are handed out: flags, guards and base classes of any of them may decide what happens to a model. */
export function handedOut({ nodes, concerning }: Closure): ReadonlyMap<string, ProgramNode> {
	return concerning.size === 0 ? NOTHING : nodes;
}

const NOTHING: ReadonlyMap<string, ProgramNode> = new Map();

export function answersOf(
	entry: Entry,
	{ nodes, concerning }: Closure,
	handed: ReadonlyMap<string, ProgramNode>,
	nameOf: (id: string) => string,
	facts: FactsCache,
): Pick<Program, "entry" | "find" | "submodule" | "checkouts"> {
	const modules = new Map<string, ProgramModule>();
	/** By the path that a submodule has below its package's folder. */
	const submodules = new Map<string, Target>();
	for (const { target } of nodes.values()) {
		const path = pathOf(target);
		if (path !== undefined) submodules.set(path, target);
	}

	function moduleOf(target: Target | undefined): ProgramModule | undefined {
		if (target === undefined) return undefined;
		const known = modules.get(target.id);
		const node = handed.get(target.id);
		if (known !== undefined || node === undefined) return known;
		const made = moduleFor(node, nameOf(target.id), concerning.has(target.id), facts);
		modules.set(target.id, made);
		return made;
	}

	return {
		entry: entry.id,
		checkouts: [...new Set([...nodes.values()].flatMap(({ edges }) => edges.checkouts))],
		find: (from, level, path) => moduleOf(handed.get(from)?.edges.found.get(edgeKey(level, path))),
		submodule(of, name) {
			const folder = handed.get(of)?.target.folder;
			return folder === undefined ? undefined : moduleOf(submodules.get(childOf(folder, name)));
		},
	};
}

function moduleFor({ target, module }: ProgramNode, name: string, concerns: boolean, cache: FactsCache): ProgramModule {
	let facts: ModuleFacts | undefined;
	return {
		id: target.id,
		name,
		dotted: target.dotted,
		text: module?.text ?? "",
		concerns,
		facts() {
			// Kept here as well: whoever asks twice must be given the same object.
			facts ??= module === undefined ? cache.of("") : module.facts();
			return facts;
		},
	};
}

/** `…/package/name`, whether it is a file, a package or a folder. */
function pathOf({ id, folder }: Target): string | undefined {
	if (folder !== undefined) return folder;
	const around = parentOf(id);
	return around === undefined ? undefined : childOf(around, nameIn(id).replace(/\.py$/, ""));
}
