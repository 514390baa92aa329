/** Which folder's files a checked file may import. */
import { existsSync } from "node:fs";
import { dirname, isAbsolute, join, relative, sep } from "node:path";

/** What lies at the top of a project. */
const MARKERS: readonly string[] = ["pyproject.toml", "setup.py", ".git"];

/** The working directory for all that is in it, else the project around the file, else the folder that was named. */
export function projectFolder(file: string, named: string, workingDirectory: string): string {
	if (isIn(workingDirectory, file)) return workingDirectory;
	for (let folder = dirname(file); ; folder = dirname(folder)) {
		if (MARKERS.some((marker) => existsSync(join(folder, marker)))) return folder;
		if (folder === dirname(folder)) return named;
	}
}

function isIn(folder: string, file: string): boolean {
	const path = relative(folder, file);
	return path !== ".." && !path.startsWith(`..${sep}`) && !isAbsolute(path);
}
