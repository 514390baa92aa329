/** Finds the Python files and notebooks below a folder. */
import * as fs from "node:fs";
import * as path from "node:path";
import { describeSystemError, systemCode } from "./files";
import { enterFolder, type IgnoreStack, isIgnored, patternRules, rulesAround } from "./gitignore";

/** Folders that hold no code of the person's own. */
export const DEFAULT_EXCLUDED_FOLDERS: readonly string[] = [
	".bzr",
	".direnv",
	".eggs",
	".git",
	".git-rewrite",
	".hg",
	".ipynb_checkpoints",
	".mypy_cache",
	".nox",
	".pants.d",
	".pyenv",
	".pytest_cache",
	".pytype",
	".ruff_cache",
	".svn",
	".tox",
	".venv",
	".vscode",
	"__pycache__",
	"__pypackages__",
	"_build",
	"buck-out",
	"build",
	"dist",
	"node_modules",
	"site-packages",
	"venv",
];

/** Stubs (`.pyi`) run nothing. */
const PYTHON_FILE = /\.(?:pyw?|ipynb)$/i;

export interface WalkOptions {
	/** Further patterns in git's syntax, relative to `base` when it holds the root, else to the root. */
	readonly exclude: readonly string[];
	readonly base: string;
}

export type WalkEntry =
	| { readonly kind: "file"; readonly path: string }
	| { readonly kind: "problem"; readonly path: string; readonly reason: string };

interface PendingFolder {
	readonly path: string;
	readonly rules: IgnoreStack;
}

/**
 * Every Python file and notebook below `root`, sorted within its folder. Folders behind symbolic links are not entered, so
 * a loop of links ends nowhere and a file has one name; nothing is opened but folders.
 */
export function* walkPython(root: string, options: WalkOptions): Generator<WalkEntry> {
	const excluded = patternRules(isInside(root, options.base) ? options.base : root, options.exclude);
	const pending: (PendingFolder | WalkEntry)[] = [{ path: root, rules: rulesAround(root) }];
	for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
		if ("kind" in next) {
			yield next;
			continue;
		}
		const listing = listFolder(next, excluded);
		for (const entry of listing.reverse()) pending.push(entry);
	}
}

function listFolder(folder: PendingFolder, excluded: IgnoreStack): (PendingFolder | WalkEntry)[] {
	let entries: fs.Dirent[];
	try {
		entries = fs.readdirSync(folder.path, { withFileTypes: true });
	} catch (error) {
		// It vanished while we walked: as if it had never been there.
		if (systemCode(error) === "ENOENT") return [];
		return [{ kind: "problem", path: folder.path, reason: describeSystemError(error) }];
	}
	const rules = enterFolder(folder.rules, folder.path);
	return entries
		.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
		.flatMap((entry) => classifyEntry(entry, path.join(folder.path, entry.name), rules, excluded));
}

function classifyEntry(
	entry: fs.Dirent,
	full: string,
	rules: IgnoreStack,
	excluded: IgnoreStack,
): (PendingFolder | WalkEntry)[] {
	if (entry.isDirectory()) {
		const skip = DEFAULT_EXCLUDED_FOLDERS.includes(entry.name) || isHidden(full, true, rules, excluded);
		return skip ? [] : [{ path: full, rules }];
	}
	if (!PYTHON_FILE.test(entry.name) || isHidden(full, false, rules, excluded)) return [];
	return entry.isFile() || (entry.isSymbolicLink() && isRegularFile(full)) ? [{ kind: "file", path: full }] : [];
}

function isInside(target: string, folder: string): boolean {
	const relative = path.relative(folder, target);
	return relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

function isHidden(full: string, directory: boolean, rules: IgnoreStack, excluded: IgnoreStack): boolean {
	return isIgnored(excluded, full, directory) || isIgnored(rules, full, directory);
}

function isRegularFile(file: string): boolean {
	try {
		return fs.statSync(file).isFile();
	} catch {
		return false;
	}
}
