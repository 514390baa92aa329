/** Which part of the disk an import of a file may lead to. */
import { childOf, folderIdOf, foldersUpTo, isWithin, nameIn, parentOf } from "./ids";
import { type FileLook, isForeign } from "./known-files";
import { isPackage, type Territory } from "./resolve";

/** The folders that the workspace consists of, for one of its files. */
export type Folders = (id: string) => readonly string[];

/** What a client has open, by URI. */
export function foldersOf(uris: readonly string[]): readonly string[] {
	return [...new Set(uris.map(folderIdOf))];
}

/** The workspace; for a file that is not in it, the file's own folder, or the package it is in. Undefined: nothing. */
export function territoryOf(file: string, folders: readonly string[], look: FileLook): Territory | undefined {
	const around = folders.filter((folder) => isWithin(folder, file)).sort((a, b) => b.length - a.length);
	const folder = around[0] ?? aloneIn(file, look);
	if (folder === undefined || isForeignPath(folder, file, around.length > 0)) return undefined;
	return { folder, others: around.length === 0 ? [] : folders.filter((other) => other !== folder) };
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

/** Where a workspace is says nothing of it; what is not in one is known by all of its path. */
function isForeignPath(folder: string, file: string, inWorkspace: boolean): boolean {
	const names = foldersUpTo(folder, file)
		.filter((one) => one !== folder)
		.map(nameIn);
	return names.some(isForeign) || (!inWorkspace && /\/(site|dist)-packages\//.test(file));
}
