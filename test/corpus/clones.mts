/** Local clones of public repositories. Nothing of them is run, and no clone that was there before is changed. */
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import type { Revision } from "./manifest.mts";

export type Clone =
	| { readonly kind: "found"; readonly gitFolder: string }
	/** `reason` is for a person. */
	| { readonly kind: "absent"; readonly reason: string };

/** What of a revision came to lie in a folder. */
export interface Extracted {
	/** Python files and notebooks, with `/` between folders. */
	readonly programs: readonly string[];
	/** Files that the clone does not hold or the platform cannot name. */
	readonly absent: readonly string[];
}

/** A blob of a revision's tree. `size` is undefined where the clone does not hold it. */
interface Entry {
	readonly id: string;
	readonly size: number | undefined;
	readonly path: string;
}

const program = /\.(?:py|pyw|ipynb)$/i;

/** What a project says of the versions it uses, and what it does not want to be searched. */
const project = new RegExp(
	[
		/^pyproject\.toml$/,
		/^setup\.cfg$/,
		/requirements.*\.(?:txt|in)$/,
		/^(?:uv|poetry|pdm)\.lock$/,
		/^pylock(?:\..+)?\.toml$/,
		/^Pipfile(?:\.lock)?$/,
		/^(?:environment|conda).*\.ya?ml$/,
		/^\.gitignore$/,
	]
		.map(({ source }) => source)
		.join("|"),
);

/** Bytes of blobs that git is asked for at a time. */
const batchBytes = 2 ** 26;

/** The clone of a revision under `folder`, fetched there from GitHub when there is none yet. */
export function findClone(folder: string, revision: Revision): Clone {
	const clones = layouts(folder, revision).filter((path) => existsSync(join(path, "HEAD")));
	const gitFolder = clones.find((path) => git(path, ["cat-file", "-e", `${revision.commit}^{commit}`]).status === 0);
	if (gitFolder !== undefined) return { kind: "found", gitFolder };
	return fetchClone(ownFolder(folder, revision), revision);
}

/** Writes the revision's programs and project files below `target`. Throws when git does. */
export function extract(gitFolder: string, { commit }: Revision, target: string): Extracted {
	const entries = listFiles(gitFolder, commit);
	const absent = entries.filter(({ size }) => size === undefined).map(({ path }) => path);
	for (const batch of batches(entries.filter(({ size }) => size !== undefined))) {
		for (const [path, bytes] of readBlobs(gitFolder, batch)) {
			if (!writeFile(target, path, bytes)) absent.push(path);
		}
	}
	const programs = entries.map(({ path }) => path).filter((path) => program.test(path) && !absent.includes(path));
	return { programs, absent };
}

function layouts(folder: string, revision: Revision): string[] {
	const [owner = "", name = ""] = revision.repository.split("/");
	const clones = [
		join(folder, owner, name),
		join(folder, `${owner}+${name}`, "repo"),
		join(folder, `${owner}+${name}`),
	];
	return [...clones.flatMap((clone) => [clone, join(clone, ".git")]), ownFolder(folder, revision)];
}

/** Where a fetched revision lies: never inside a clone that somebody made. */
function ownFolder(folder: string, { repository, commit }: Revision): string {
	return join(folder, ...`${repository}@${commit}`.split("/"));
}

function fetchClone(folder: string, { repository, commit }: Revision): Clone {
	const url = `https://github.com/${repository}`;
	mkdirSync(folder, { recursive: true });
	const steps = [
		["init", "--quiet", "--bare"],
		["fetch", "--quiet", "--depth=1", "--filter=blob:limit=8m", url, commit],
	];
	for (const step of steps) {
		const { status, stderr } = git(folder, step);
		if (status === 0) continue;
		rmSync(folder, { recursive: true, force: true });
		return { kind: "absent", reason: stderr.toString().trim().split("\n").at(-1) || "git failed" };
	}
	return { kind: "found", gitFolder: folder };
}

/** Symbolic links and submodules are left out. */
function listFiles(gitFolder: string, commit: string): Entry[] {
	const listing = gitOutput(gitFolder, ["ls-tree", "-r", "-l", "-z", commit]).toString();
	return listing.split("\0").flatMap((line) => {
		const { id, size, path } = /^100\d+ blob (?<id>\w+) +(?<size>\S+)\t(?<path>.+)$/s.exec(line)?.groups ?? {};
		if (id === undefined || path === undefined) return [];
		const name = path.slice(path.lastIndexOf("/") + 1);
		if (!program.test(name) && !project.test(name)) return [];
		return [{ id, path, size: Number.isNaN(Number(size)) ? undefined : Number(size) }];
	});
}

function batches(entries: readonly Entry[]): Entry[][] {
	const result: Entry[][] = [];
	let room = 0;
	for (const entry of entries) {
		const { size = 0 } = entry;
		if (size > room || result.length === 0) {
			result.push([]);
			room = batchBytes;
		}
		room -= size;
		result.at(-1)?.push(entry);
	}
	return result;
}

/** Git answers `id type size LF bytes LF` for each, in order. */
function* readBlobs(gitFolder: string, entries: readonly Entry[]): Generator<readonly [path: string, bytes: Buffer]> {
	const answer = gitOutput(gitFolder, ["cat-file", "--batch"], entries.map(({ id }) => `${id}\n`).join(""));
	let at = 0;
	for (const { path } of entries) {
		const start = answer.indexOf("\n", at) + 1;
		const end = start + Number(answer.subarray(at, start).toString().trim().split(" ")[2]);
		yield [path, answer.subarray(start, end)];
		at = end + 1;
	}
}

/** False where the name leads out of the folder, or the platform does not take it. */
function writeFile(folder: string, path: string, bytes: Buffer): boolean {
	const file = join(folder, path);
	if (!file.startsWith(folder + sep)) return false;
	try {
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(file, bytes);
		return true;
	} catch {
		return false;
	}
}

function gitOutput(gitFolder: string, args: readonly string[], input = ""): Buffer {
	const { status, stdout, stderr, error } = git(gitFolder, args, input);
	if (status !== 0) throw new Error(`git ${args.join(" ")}: ${error?.message ?? stderr.toString().trim()}`);
	return stdout;
}

/** Asks for no password, and fetches nothing that was not asked for. */
function git(gitFolder: string, args: readonly string[], input = ""): SpawnSyncReturns<Buffer> {
	const env = { ...process.env, GIT_DIR: gitFolder, GIT_TERMINAL_PROMPT: "0", GIT_NO_LAZY_FETCH: "1" };
	return spawnSync("git", [...args], { env, input, maxBuffer: 2 ** 30 });
}
