/** A program of a few files that stand in a table: for tests of the analysis and the rules. */
import type { PythonParser } from "../syntax/parser";
import type { Program, ProgramModule } from "./program";

/** Every file concerns. Paths are relative to the one root; absolute imports start there. */
export function testProgram(entry: string, files: ReadonlyMap<string, string>, parser: PythonParser): Program {
	const modules = new Map<string, ProgramModule>();
	for (const [path, text] of files) modules.set(path, moduleOf(path, text, parser));
	for (const path of files.keys()) for (const folder of foldersOf(path)) addFolder(modules, folder, parser);

	function at(path: string): ProgramModule | undefined {
		return modules.get(inFolder(path, "__init__.py")) ?? modules.get(`${path}.py`) ?? modules.get(path);
	}

	return {
		entry,
		checkouts: [],
		find(from, level, path) {
			const folder = from.split("/").slice(0, -Math.max(level, 1));
			const base = level === 0 ? [] : folder;
			return at([...base, ...path.split(".").filter((part) => part !== "")].join("/"));
		},
		submodule(of, name) {
			if (of.endsWith(".py") && !of.endsWith("__init__.py")) return undefined;
			return at(inFolder(of.replace(/\/?__init__\.py$/, ""), name));
		},
	};
}

function moduleOf(path: string, text: string, parser: PythonParser): ProgramModule {
	const facts = parser.parse(text);
	const dotted = path.replace(/(\/__init__)?\.py$/, "").replaceAll("/", ".");
	return { id: path, name: path, dotted, text, concerns: true, facts: () => facts };
}

function foldersOf(path: string): readonly string[] {
	const parts = path.split("/").slice(0, -1);
	return ["", ...parts.map((_, index) => parts.slice(0, index + 1).join("/"))];
}

function inFolder(folder: string, name: string): string {
	return folder === "" ? name : `${folder}/${name}`;
}

/** A folder without `__init__.py` is a namespace. */
function addFolder(modules: Map<string, ProgramModule>, folder: string, parser: PythonParser): void {
	if (!modules.has(inFolder(folder, "__init__.py")) && !modules.has(folder))
		modules.set(folder, moduleOf(folder, "", parser));
}
