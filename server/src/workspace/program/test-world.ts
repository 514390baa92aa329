/** A disk in memory, what is open of it, and the programs on it: for tests. */
import type { PythonParser } from "../../syntax/parser";
import { idOf } from "./ids";
import { importsOf } from "./imports";
import type { ModuleText } from "./module-text";
import type { LoadedProgram } from "./program";
import { createPrograms, type Programs } from "./programs";
import { foldersOf } from "./territory";
import { pathOf, type TestDisk, testDisk, uriOf } from "./test-disk";

export interface World {
	readonly disk: TestDisk;
	readonly programs: Programs;
	/** Texts that are open, by path. */
	readonly open: Map<string, string>;
	/** The whole program of a file, with its text on disk unless another one is given. */
	load(path: string, text: string): Promise<LoadedProgram>;
}

export function world(
	parser: PythonParser,
	files: Readonly<Record<string, string>>,
	folders: readonly string[],
): World {
	const disk = testDisk(files);
	const open = new Map<string, string>();
	const roots = foldersOf(folders.map(uriOf));
	const openTexts = new Map<string, ModuleText>();
	const programs: Programs = createPrograms({
		disk,
		parser,
		folders: () => roots,
		nameOf: pathOf,
		openText(id) {
			const text = open.get(pathOf(id));
			if (text === undefined) return undefined;
			const known = openTexts.get(id);
			const module = known?.text === text ? known : programs.moduleText(text);
			openTexts.set(id, module);
			return module;
		},
		onFault: (error) => {
			throw error;
		},
	});
	return {
		disk,
		programs,
		open,
		async load(path, text) {
			const entry = { id: idOf(uriOf(path)), module: programs.moduleText(text) };
			await programs.load(() => entry);
			return programs.of(entry);
		},
	};
}

export const concerning = "import peft\n";

/** What the one import of a text means, as a path. */
export function meaning(program: LoadedProgram, code: string): string | undefined {
	const [statement] = importsOf(code).statements;
	if (statement === undefined) throw new Error(`no import: ${code}`);
	const module = program.find(program.entry, statement.level, statement.path);
	const [name] = statement.names;
	const submodule = module && name !== undefined ? program.submodule(module.id, name) : undefined;
	const found = submodule ?? module;
	return found && pathOf(found.id);
}
