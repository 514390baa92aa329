/** Git's ignore rules for a walk from a root downwards: nested files, `.git/info/exclude` and the user's own rules. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import ignore, { type Ignore } from "ignore";

/** Rules of one ignore file, relative to the folder they are written for. */
interface RuleSet {
	readonly base: string;
	readonly rules: Ignore;
}

/** Every rule that holds in one folder; the innermost set comes last and wins. */
export type IgnoreStack = readonly RuleSet[];

/** An ignore file larger than this is no ignore file. */
const MAX_IGNORE_BYTES = 1024 * 1024;

/** Git's default where it makes repositories on these systems. */
const IGNORE_CASE = process.platform === "win32" || process.platform === "darwin";

/** Rules that hold in `root` before its own ignore file: those of the repository around it, if there is one. */
export function rulesAround(root: string): IgnoreStack {
	const repository = repositoryOf(root);
	if (repository === undefined || repository === root) return [];
	let stack: IgnoreStack = [];
	for (const folder of foldersBetween(repository, root)) stack = enterFolder(stack, folder);
	// A folder that git ignores but a person names is meant: what hides it does not hide its content.
	return isIgnored(stack, root, true) ? [] : stack;
}

/** The rules inside `folder`, given those of its parent. A repository inside a folder starts afresh, as in git. */
export function enterFolder(parent: IgnoreStack, folder: string): IgnoreStack {
	const start = fs.existsSync(path.join(folder, ".git")) ? repositoryRules(folder) : parent;
	return withFile(start, folder, path.join(folder, ".gitignore"));
}

export function isIgnored(stack: IgnoreStack, target: string, directory: boolean): boolean {
	for (let index = stack.length - 1; index >= 0; index--) {
		const set = stack[index];
		if (set === undefined) continue;
		const verdict = set.rules.test(relativePosix(set.base, target) + (directory ? "/" : ""));
		if (verdict.ignored) return true;
		if (verdict.unignored) return false;
	}
	return false;
}

/** Rules given as patterns in git's syntax, relative to `base`. */
export function patternRules(base: string, patterns: readonly string[]): IgnoreStack {
	return patterns.length === 0 ? [] : [{ base, rules: ignore({ ignorecase: IGNORE_CASE }).add([...patterns]) }];
}

function repositoryRules(root: string): IgnoreStack {
	return withFile(globalRules(root), root, path.join(root, ".git", "info", "exclude"));
}

function globalRules(base: string): IgnoreStack {
	const file = globalIgnoreFile();
	return file === undefined ? [] : withFile([], base, file);
}

/** `core.excludesFile` of the user's git configuration, else git's default place. */
function globalIgnoreFile(): string | undefined {
	const home = os.homedir();
	const config = process.env.XDG_CONFIG_HOME || path.join(home, ".config");
	for (const file of [path.join(home, ".gitconfig"), path.join(config, "git", "config")]) {
		const named = /^[ \t]*excludesfile[ \t]*=[ \t]*"?([^"\r\n]+?)"?[ \t]*$/im.exec(readSmall(file) ?? "")?.[1];
		if (named !== undefined) return path.resolve(home, named.replace(/^~(?=[/\\])/, home));
	}
	return path.join(config, "git", "ignore");
}

function withFile(stack: IgnoreStack, base: string, file: string): IgnoreStack {
	const content = readSmall(file);
	return content === undefined ? stack : [...stack, { base, rules: ignore({ ignorecase: IGNORE_CASE }).add(content) }];
}

function readSmall(file: string): string | undefined {
	try {
		const stat = fs.statSync(file);
		return stat.isFile() && stat.size <= MAX_IGNORE_BYTES
			? fs.readFileSync(file, "utf8").replace(/^\uFEFF/, "")
			: undefined;
	} catch {
		return undefined;
	}
}

function repositoryOf(folder: string): string | undefined {
	for (let current = folder; ; current = path.dirname(current)) {
		if (fs.existsSync(path.join(current, ".git"))) return current;
		if (current === path.dirname(current)) return undefined;
	}
}

/** From `outer` (included) to `inner` (excluded), outermost first. */
function foldersBetween(outer: string, inner: string): string[] {
	const folders: string[] = [];
	for (let current = path.dirname(inner); ; current = path.dirname(current)) {
		folders.unshift(current);
		if (current === outer || current === path.dirname(current)) return folders;
	}
}

function relativePosix(base: string, target: string): string {
	return path.relative(base, target).split(path.sep).join("/");
}
