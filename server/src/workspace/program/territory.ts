/** Which part of the disk an import of a file may lead to. */
import { childOf, folderIdOf, foldersUpTo, isForeign, isWithin, nameIn, parentOf } from "./ids";
import type { FileLook } from "./known-files";
import { isPackage, type Territory } from "./resolve";

/** The folders that the workspace consists of, for one of its files. */
export type Folders = (id: string) => readonly string[];

/** What a client has open, by URI. */
export function foldersOf(uris: readonly string[]): readonly string[] {
	return [...new Set(uris.map(folderIdOf))];
}

/** The workspace; for a file that is not in it, the file's own folder, or the package it is in. Undefined: nothing. */
export function territoryOf(file: string, folders: readonly string[], look: FileLook): Territory | undefined {
	const [inner] = folders.filter((folder) => isWithin(folder, file)).sort((a, b) => b.length - a.length);
	if (inner === undefined) {
		const folder = isInstalled(file) ? undefined : aloneIn(file, look);
		return folder === undefined ? undefined : { folder, others: [] };
	}
	// Where the workspace itself is says nothing of it.
	const between = foldersUpTo(inner, file).slice(0, -1);
	if (between.map(nameIn).some(isForeign)) return undefined;
	return { folder: inner, others: folders.filter((other) => other !== inner) };
}

function aloneIn(file: string, look: FileLook): string | undefined {
	let folder = parentOf(file);
	if (folder === undefined || !isPackage(look, folder)) return folder;
	// Of a folder around a package, only that one file is of interest.
	for (let outer = parentOf(folder); outer !== undefined; outer = parentOf(folder)) {
		if (look.module(childOf(outer, "__init__.py")) === undefined) return folder;
		folder = outer;
	}
	return folder;
}

function isInstalled(file: string): boolean {
	return /\/(site|dist)-packages\//.test(file);
}
