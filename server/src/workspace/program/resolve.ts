/** Which files of the person's the imports of a file mean: what Python would find, were it started in a likely folder. */
import { isLibraryRoot } from "../../catalog";
import type { EntryKind } from "../host";
import { childOf, folderAt, foldersUpTo, isForeign, isWithin, nameIn, parentOf } from "./ids";
import type { ImportStatement, Imports } from "./imports";
import { standardLibrary } from "./stdlib";

/** What an import can lead to. */
export interface Target {
	/** Of the file; of the folder where that has no `__init__.py`. */
	readonly id: string;
	/** Where its submodules are; undefined for a plain module. */
	readonly folder: string | undefined;
	/** What `__name__` is in it. */
	readonly dotted: string;
}

/** The imports of one file. */
export interface Edges {
	/** By `edgeKey`. */
	readonly found: ReadonlyMap<string, Target>;
	/** All of these, and the submodules that are named, each once. */
	readonly targets: readonly Target[];
	/** Libraries it imports of which there is a checkout where Python may look first: a fork, as likely as not. */
	readonly checkouts: readonly string[];
}

/** Where the files are that a file may import. Nothing else is looked at. */
export interface Territory {
	/** The folder that holds the file and all around it. */
	readonly folder: string;
	/** Other folders of the workspace. */
	readonly others: readonly string[];
}

export interface Look {
	/** Files and folders in a folder; undefined where there is none, or nothing is known of it. */
	entries(folder: string): ReadonlyMap<string, EntryKind> | undefined;
}

export function edgeKey(level: number, path: string): string {
	return `${level}:${path}`;
}

export const NO_EDGES: Edges = { found: new Map(), targets: [], checkouts: [] };

export function resolveImports(file: string, imports: Imports, territory: Territory, look: Look): Edges {
	const place = placeOf(file, imports, territory, look);
	if (isLibrary(place)) return NO_EDGES;
	const found = new Map<string, Target>();
	const targets = new Map<string, Target>();
	const checkouts = new Set<string>();

	function keep(target: Target): void {
		if (!targets.has(target.id)) targets.set(target.id, target);
	}

	function record(statement: ImportStatement, chain: readonly Target[]): void {
		const { form, level, path, names } = statement;
		const parts = partsOf(path);
		// `import a.b` binds `a`; `from a.b import x` has no use for it.
		const shown = form === "import" ? chain : chain.slice(-1);
		for (const target of shown) {
			const depth = chain.length - chain.indexOf(target) - 1;
			const key = edgeKey(level, parts.slice(0, parts.length - depth).join("."));
			if (depth === 0 || !found.has(key)) found.set(key, target);
			keep(target);
		}
		for (const name of names) {
			const submodule = step(look, chain.at(-1), name);
			if (submodule !== undefined) keep(submodule);
		}
	}

	for (const statement of imports.statements) {
		if (statement.form === "exports" && !isInit(file)) continue;
		if (statement.level === 0 && hasCheckout(topOf(statement.path), place, look)) checkouts.add(topOf(statement.path));
		const chain = statement.level === 0 ? absolute(statement.path, place, look) : relative(statement, place, look);
		if (chain !== undefined && chain.length > 0) record(statement, chain);
	}
	return { found, targets: [...targets.values()], checkouts: [...checkouts] };
}

/** Equal edges lead to equal programs. */
export function sameEdges(a: Edges, b: Edges): boolean {
	return (
		a.found.size === b.found.size &&
		a.targets.length === b.targets.length &&
		a.checkouts.join() === b.checkouts.join() &&
		[...a.found].every(([key, target]) => sameTarget(target, b.found.get(key))) &&
		a.targets.every((target, index) => sameTarget(target, b.targets[index]))
	);
}

function sameTarget(a: Target, b: Target | undefined): boolean {
	return a.id === b?.id && a.dotted === b.dotted;
}

// --- where a file stands

interface Place {
	readonly file: string;
	/** Its own folder first; none above the territory. */
	readonly folders: readonly string[];
	/** So many of them are packages around the file, one in the other. */
	readonly packages: number;
	/** So many of them must be packages: a relative import goes through them. */
	readonly level: number;
	/** Folders of the workspace that it puts on `sys.path`. */
	readonly paths: readonly string[];
	readonly others: readonly string[];
}

function placeOf(file: string, imports: Imports, territory: Territory, look: Look): Place {
	const folders = foldersUpTo(territory.folder, file);
	const plain = folders.findIndex((folder) => !isPackage(look, folder));
	const levels = imports.statements.map(({ form, level }) => (form === "exports" || form === "beside" ? 0 : level));
	return {
		file,
		folders,
		packages: plain === -1 ? folders.length : plain,
		level: Math.max(0, ...levels),
		paths: imports.paths.flatMap((path) => pathIn(path, folders, territory)),
		others: territory.others,
	};
}

/** From the file's own folder, or from where Python was started: the top of the workspace, as likely as not. */
function pathIn(path: string, folders: readonly string[], { folder, others }: Territory): readonly string[] {
	return [folders[0], folder].flatMap((from) => {
		const at = from && folderAt(from, path);
		const top = at && [folder, ...others].find((one) => isWithin(one, at));
		const isOwn = at && top && !foldersUpTo(top, childOf(at, "file")).slice(0, -1).map(nameIn).some(isForeign);
		return isOwn ? [at] : [];
	});
}

export function isPackage(look: Look, folder: string): boolean {
	return look.entries(folder)?.get("__init__.py") === "file";
}

/** The outermost package around the file. */
function topPackage({ folders, packages }: Place): string | undefined {
	return folders[packages - 1];
}

/** A checkout of a library: it is known from the catalogue, and not interpreted. */
function isLibrary(place: Place): boolean {
	const top = topPackage(place);
	return top !== undefined && isLibraryRoot(nameIn(top));
}

// --- what an import means

/** Every part of the path in order; undefined where one is missing. */
function absolute(path: string, place: Place, look: Look): readonly Target[] | undefined {
	const parts = partsOf(path);
	const [top = ""] = parts;
	if (isLibraryRoot(top) || standardLibrary.has(top)) return shadow(parts, place, look);
	const own = topPackage(place);
	if (own !== undefined && nameIn(own) === top) {
		const chain = follow(look, [packageAt(own, top)], parts.slice(1));
		if (chain !== undefined) return chain;
	}
	const chains = rootsFor(place, look).flatMap((root) => {
		const chain = follow(look, [{ id: root, folder: root, dotted: "" }], parts)?.slice(1);
		return chain === undefined || chain[0]?.id === place.file ? [] : [chain];
	});
	// A folder without `__init__.py` is what Python takes when it finds nothing else.
	return chains.find(([first]) => first?.id !== first?.folder) ?? chains[0];
}

/** `peft/`, `src/peft/` or `peft/src/peft/` in a folder that Python may have been started in. */
function hasCheckout(library: string, place: Place, look: Look): boolean {
	if (!isLibraryRoot(library)) return false;
	return rootsFor(place, look).some((root) => {
		if (look.entries(root)?.get(library) !== "directory") return false;
		const folder = childOf(root, library);
		const source = look.entries(folder)?.get("src") === "directory" ? childOf(folder, "src") : undefined;
		return isPackage(look, folder) || (source !== undefined && isPackage(look, childOf(source, library)));
	});
}

/** Only a file beside a script comes before a library: a folder of that name is a checkout, or data. */
function shadow(
	parts: readonly string[],
	{ file, folders, packages, level }: Place,
	look: Look,
): readonly Target[] | undefined {
	const [folder] = folders;
	const [name = "", ...rest] = parts;
	if (folder === undefined || rest.length > 0 || packages > 0 || level > 0) return undefined;
	const module = moduleAt(look, folder, name, name);
	return module === undefined || module.id === file ? undefined : [module];
}

/**
 * The folders that Python may have been started in, likeliest first. A file's own folder is one of them only if the file
 * can be a script: not behind a relative import, and not in a package unless nothing else fits.
 */
function rootsFor({ folders, packages, level, paths, others }: Place, look: Look): readonly string[] {
	const outside = folders.slice(Math.max(packages, level));
	const inside = folders.slice(level, Math.max(packages, level));
	return [...outside, ...inside, ...paths, ...others].flatMap((folder) => {
		const hasSource = look.entries(folder)?.get("src") === "directory";
		return hasSource ? [folder, childOf(folder, "src")] : [folder];
	});
}

function relative({ level, path }: ImportStatement, { folders }: Place, look: Look): readonly Target[] | undefined {
	const folder = folders[level - 1];
	if (folder === undefined) return undefined;
	const dotted = dottedName(folders.slice(level - 1), look);
	const base = isPackage(look, folder) ? packageAt(folder, dotted) : { id: folder, folder, dotted };
	return follow(look, [base], partsOf(path));
}

/** `[c, b, a, …]` is `a.b.c` where these three are packages; a folder that is none has no more than its own name. */
function dottedName(folders: readonly string[], look: Look): string {
	const names: string[] = [];
	for (const folder of folders) {
		if (names.length > 0 && !isPackage(look, folder)) break;
		names.unshift(nameIn(folder));
	}
	return names.join(".");
}

function follow(look: Look, chain: readonly Target[], names: readonly string[]): readonly Target[] | undefined {
	const [name, ...rest] = names;
	if (name === undefined) return chain;
	const next = step(look, chain.at(-1), name);
	return next && follow(look, [...chain, next], rest);
}

/** A submodule; as in Python, a package comes before a file, and a file before a mere folder. */
function step(look: Look, from: Target | undefined, name: string): Target | undefined {
	if (from?.folder === undefined) return undefined;
	const dotted = from.dotted === "" ? name : `${from.dotted}.${name}`;
	const folder = childOf(from.folder, name);
	const isFolder = look.entries(from.folder)?.get(name) === "directory";
	if (isFolder && isPackage(look, folder)) {
		const isCheckout = isLibraryRoot(name) && !isPackage(look, from.folder);
		return isCheckout ? undefined : packageAt(folder, dotted);
	}
	return moduleAt(look, from.folder, name, dotted) ?? (isFolder ? { id: folder, folder, dotted } : undefined);
}

function moduleAt(look: Look, folder: string, name: string, dotted: string): Target | undefined {
	const fileName = `${name}.py`;
	if (look.entries(folder)?.get(fileName) !== "file") return undefined;
	return { id: childOf(folder, fileName), folder: undefined, dotted };
}

function packageAt(folder: string, dotted: string): Target {
	return { id: childOf(folder, "__init__.py"), folder, dotted };
}

/** The folder of a package's `__init__.py`; undefined for any other file. */
export function folderOfInit(id: string): string | undefined {
	return isInit(id) ? parentOf(id) : undefined;
}

function isInit(id: string): boolean {
	return id.endsWith("/__init__.py");
}

function topOf(path: string): string {
	return partsOf(path)[0] ?? "";
}

function partsOf(path: string): readonly string[] {
	return path === "" ? [] : path.split(".");
}
