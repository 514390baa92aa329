/**
 * The files around the analysed one. The analysis asks for them when a name of theirs is used; whoever answers has read
 * them before, so that asking has no effect and the same question always has the same answer.
 */
import type { ModuleFacts } from "../syntax/facts";

/** One file of the person's workspace that something imports. */
export interface ProgramModule {
	/** A URI or an absolute path; equal for the same file, whoever imports it. */
	readonly id: string;
	/** What people call the file. */
	readonly name: string;
	/** What `__name__` is in it: `pkg.helpers`. */
	readonly dotted: string;
	/** Empty for a folder without `__init__.py`. */
	readonly text: string;
	/** It names PEFT, or imports what does; all that the others can do is to say how the program goes on. */
	readonly concerns: boolean;
	/** Lowered when first asked for. Never throws. */
	facts(): ModuleFacts;
}

export interface Program {
	/** The id of the analysed file: a module that imports it back gets file 0. */
	readonly entry: string;
	/**
	 * What `from <level dots><path> import …` or `import <path>` means in the module with the id `from`. Undefined: not of
	 * this workspace: a library, or nothing there.
	 */
	find(from: string, level: number, path: string): ProgramModule | undefined;
	/** The module `name` in the package `of`; undefined also where `of` is no package. */
	submodule(of: string, name: string): ProgramModule | undefined;
	/** Libraries of which the workspace has a checkout that the program may run with instead. */
	readonly checkouts: readonly string[];
}

/** A file on its own: all it imports is unseen. */
export const ALONE: Program = { entry: "", find: () => undefined, submodule: () => undefined, checkouts: [] };
