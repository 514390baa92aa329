/** The engine as the command line uses it: one file in, its model graph and findings out. */
import { fileURLToPath, pathToFileURL } from "node:url";
import { analyze } from "../analysis/analyze";
import type { ModelGraph } from "../analysis/graph";
import { fixesFor, lint, type RuleSelection } from "../rules/engine";
import { createPythonParser } from "../syntax/parser";
import { loadAssets } from "../workspace/assets";
import { nodeDisk } from "../workspace/disk";
import { createCellParser, moduleOfCells } from "../workspace/notebook/cells";
import { folderIdOf, idOf, isWithin } from "../workspace/program/ids";
import type { ModuleText } from "../workspace/program/module-text";
import { createPrograms } from "../workspace/program/programs";
import { createVersionReader, type PackageVersions } from "../workspace/versions/project";
import type { Code } from "./check/code";
import { chooseFix, type FileResult } from "./check/result";

export interface Linted extends Pick<FileResult, "graph" | "findings"> {
	/** The code is no well-formed Python somewhere. */
	readonly hasError: boolean;
}

/** What is to be checked. */
export interface Subject {
	/** How its graph calls it. */
	readonly name: string;
	readonly code: Code;
	/** Where it is, or would be, on disk, and the folder that it may import from; without it, it imports nothing. */
	readonly file: { readonly path: string; readonly project: string } | undefined;
}

/** Code with all that it imports. */
export interface Opened {
	/** False: neither it nor what it imports names a PEFT library, so that there is nothing to find. */
	readonly concerns: boolean;
	/** Why not all of it was read; for the log. */
	readonly notes: readonly string[];
	/** Of the libraries that its project uses. */
	readonly versions: PackageVersions;
	readonly graph: () => ModelGraph;
	/** The findings in the code, or in another that may replace it. */
	readonly lint: (selection: RuleSelection, code?: Code) => Linted;
}

export interface Engine {
	readonly open: (subject: Subject) => Promise<Opened>;
	/** The file was written. */
	readonly changed: (path: string) => void;
}

export interface EngineOptions {
	/** How graphs call an imported file. */
	readonly nameOf: (path: string) => string;
	/** Hears of a fault of ours in an imported file. */
	readonly onFault: (error: unknown) => void;
	/** Why a file that could name versions was not understood. */
	readonly log: (message: string) => void;
}

/** Throws with a message for a person when the parser cannot be loaded. */
export async function createEngine({ nameOf, onFault, log }: EngineOptions): Promise<Engine> {
	const projects = new Map<string, readonly string[]>();
	const parser = await createPythonParser(await loadAssets());
	const programs = createPrograms({
		disk: nodeDisk,
		parser,
		// What is imported belongs to the project of whoever imports it.
		folders: (id) => innermost(projects, id),
		nameOf: (id) => nameOf(fileURLToPath(id)),
		openText: () => undefined,
		onFault,
	});
	const versionReader = createVersionReader({ ...nodeDisk, log: (_level, message) => log(message) });

	function addProject(path: string): void {
		const id = folderIdOf(pathToFileURL(path).href);
		if (projects.has(id)) return;
		projects.set(id, [id]);
		versionReader.setFolders([...projects.keys()]);
	}

	return {
		async open({ name, code, file }) {
			const id = file === undefined ? "" : idOf(pathToFileURL(file.path).href);
			if (file !== undefined) addProject(file.project);
			const parseCells = createCellParser(parser);

			function moduleOf({ text, cells }: Code, of?: string): ModuleText {
				if (cells === undefined) return programs.moduleText(text, of);
				return moduleOfCells({ text, cells }, () => parseCells({ text, cells }));
			}

			const module = moduleOf(code, file === undefined ? undefined : id);
			const entry = { id, module };
			await programs.load(() => entry);
			const versions = await versionReader.of(id);

			function understand(present: Code) {
				const own = present === code ? module : moduleOf(present);
				const facts = own.facts();
				const program = programs.of({ id, module: own });
				return { facts, graph: analyze({ name, ...present, facts, program }) };
			}

			const { concerns, notes } = programs.of(entry);
			return {
				concerns,
				notes,
				versions,
				graph: () => understand(code).graph,
				lint(selection, present = code) {
					const { facts, graph } = understand(present);
					// What is wrong inside of an imported file is said where that is checked.
					const own = lint(graph, facts.comments, selection, versions).filter(({ place }) => place.file === 0);
					const findings = own.map((finding) => ({ finding, fix: chooseFix(fixesFor(finding, graph)) }));
					return { graph, findings, hasError: facts.hasError };
				},
			};
		},
		changed: (path) => programs.forget(idOf(pathToFileURL(path).href)),
	};
}

const NONE: readonly string[] = [];

function innermost(projects: ReadonlyMap<string, readonly string[]>, id: string): readonly string[] {
	let best = NONE;
	for (const [project, folders] of projects) {
		if (isWithin(project, id) && project.length > (best[0]?.length ?? -1)) best = folders;
	}
	return best;
}
