import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

// Support for tests: Python that other people wrote.

export interface SourceFile {
	/** From the folder that was searched. */
	readonly path: string;
	readonly fullPath: string;
	readonly text: string;
}

/** Where the Python standard library lies, if there is a Python. */
export function standardLibrary(): string | undefined {
	try {
		const found = execFileSync("python3", ["-c", "import sysconfig; print(sysconfig.get_paths()['stdlib'])"], {
			encoding: "utf8",
		}).trim();
		return existsSync(found) ? found : undefined;
	} catch {
		return undefined;
	}
}

/** So many of the Python files under the folder, spread evenly, none longer than `maxLength` characters. */
export function pythonFiles(folder: string, count: number, maxLength = 60_000): SourceFile[] {
	const paths = readdirSync(folder, { recursive: true, encoding: "utf8" })
		.filter((path) => path.endsWith(".py") && !path.includes("site-packages"))
		.sort();
	const files = paths.filter((_, index) => index % Math.max(1, Math.floor(paths.length / count)) === 0);
	return files
		.map((path) => ({ path, fullPath: join(folder, path), text: readFileSync(join(folder, path), "utf8") }))
		.filter((file) => file.text.length <= maxLength);
}

/** The repository's own examples. */
export function exampleFiles(): SourceFile[] {
	return pythonFiles(join(__dirname, "../../../examples"), 100);
}
