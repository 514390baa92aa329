/** Reading and replacing files on disk: only regular files are ever opened, and a write is all or nothing. */
import * as fs from "node:fs";
import * as path from "node:path";
import type { EntryKind } from "./host";
import { maxFolderEntries, maxTextLength } from "./limits";

/** A file within it also has a text within the analysis' own bound, whatever its encoding. */
export const MAX_SOURCE_BYTES = maxTextLength;

export type FileRead =
	| { readonly kind: "read"; readonly bytes: Buffer }
	| { readonly kind: "missing" }
	| { readonly kind: "directory" }
	/** FIFO, socket, device: reading could block for ever. */
	| { readonly kind: "special" }
	| { readonly kind: "too-large"; readonly size: number }
	| { readonly kind: "unreadable"; readonly reason: string };

/** Reads a regular file whole; never blocks on anything else. */
export function readRegularFile(file: string, maxBytes = MAX_SOURCE_BYTES): FileRead {
	try {
		// The name may change its meaning between a look and the opening: open without blocking, then look.
		const descriptor = fs.openSync(file, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0));
		try {
			return readOpened(descriptor, maxBytes);
		} finally {
			fs.closeSync(descriptor);
		}
	} catch (error) {
		return classify(error);
	}
}

/** See `Disk.listDirectory`. */
export function listFolder(folder: string): ReadonlyMap<string, EntryKind> | undefined {
	try {
		const directory = fs.opendirSync(folder);
		try {
			return entriesOf(directory, folder);
		} finally {
			directory.closeSync();
		}
	} catch {
		return undefined;
	}
}

function entriesOf(directory: fs.Dir, folder: string): ReadonlyMap<string, EntryKind> | undefined {
	const entries = new Map<string, EntryKind>();
	let met = 0;
	for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) {
		if (++met > maxFolderEntries) return undefined;
		const kind = entry.isSymbolicLink() ? kindBehind(path.join(folder, entry.name)) : kindOf(entry);
		if (kind !== undefined) entries.set(entry.name, kind);
	}
	return entries;
}

function kindBehind(link: string): EntryKind | undefined {
	try {
		return kindOf(fs.statSync(link));
	} catch {
		// It leads nowhere, or round in a circle.
		return undefined;
	}
}

function kindOf(entry: fs.Dirent | fs.Stats): EntryKind | undefined {
	if (entry.isFile()) return "file";
	return entry.isDirectory() ? "directory" : undefined;
}

export type FileWrite = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/**
 * Replaces the content of a file that still holds `before`, keeping its mode. A reader sees the old or the new content,
 * never a part; a symbolic link stays a link.
 */
export function replaceFile(file: string, before: Uint8Array, after: Uint8Array): FileWrite {
	try {
		const target = fs.realpathSync(file);
		const stat = fs.statSync(target);
		if (!isWritable(target, stat.mode)) return { ok: false, reason: "the file is read-only; nothing was changed" };
		if (!fs.readFileSync(target).equals(before)) {
			return { ok: false, reason: "the file changed while it was being checked; nothing was written" };
		}
		writeBeside(target, stat, after);
		return { ok: true };
	} catch (error) {
		return { ok: false, reason: `cannot write: ${describeSystemError(error)}; nothing was changed` };
	}
}

/** A clause for a person: "permission denied". */
export function describeSystemError(error: unknown): string {
	switch (systemCode(error)) {
		case "EACCES":
		case "EPERM":
			return "permission denied";
		case "ENOENT":
		case "ENOTDIR":
			return "no such file or directory";
		case "EISDIR":
			return "it is a directory";
		case "ELOOP":
			return "too many levels of symbolic links";
		case "ENAMETOOLONG":
			return "the path is too long";
		case "ENOSPC":
			return "no space left on the device";
		case "EROFS":
			return "the file system is read-only";
		case "EMFILE":
		case "ENFILE":
			return "too many open files";
		default:
			return error instanceof Error ? error.message : String(error);
	}
}

export function systemCode(error: unknown): string | undefined {
	return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

function readOpened(descriptor: number, maxBytes: number): FileRead {
	const stat = fs.fstatSync(descriptor);
	if (stat.isDirectory()) return { kind: "directory" };
	if (!stat.isFile()) return { kind: "special" };
	if (stat.size > maxBytes) return { kind: "too-large", size: stat.size };
	return { kind: "read", bytes: fs.readFileSync(descriptor) };
}

function classify(error: unknown): FileRead {
	switch (systemCode(error)) {
		case "ENOENT":
		case "ENOTDIR":
			return { kind: "missing" };
		case "EISDIR":
			return { kind: "directory" };
		// What opening a socket or an unconfigured device says.
		case "ENXIO":
		case "ENODEV":
		case "EOPNOTSUPP":
			return { kind: "special" };
		default:
			return { kind: "unreadable", reason: describeSystemError(error) };
	}
}

/** The owner's wish counts even for root, whom no access check stops. */
function isWritable(file: string, mode: number): boolean {
	if ((mode & 0o222) === 0) return false;
	try {
		fs.accessSync(file, fs.constants.W_OK);
		return true;
	} catch {
		return false;
	}
}

function writeBeside(target: string, stat: fs.Stats, content: Uint8Array): void {
	const temporary = path.join(path.dirname(target), `.${path.basename(target).slice(0, 100)}.${process.pid}.tmp`);
	try {
		const descriptor = fs.openSync(temporary, "wx", 0o600);
		try {
			fs.writeFileSync(descriptor, content);
			fs.fchmodSync(descriptor, stat.mode & 0o7777);
			keepOwner(descriptor, stat);
			fs.fsyncSync(descriptor);
		} finally {
			fs.closeSync(descriptor);
		}
		fs.renameSync(temporary, target);
	} catch (error) {
		fs.rmSync(temporary, { force: true });
		throw error;
	}
}

function keepOwner(descriptor: number, stat: fs.Stats): void {
	const own = fs.fstatSync(descriptor);
	if (own.uid === stat.uid && own.gid === stat.gid) return;
	try {
		fs.fchownSync(descriptor, stat.uid, stat.gid);
	} catch {
		// Only root may give a file away; the content matters more than the owner.
	}
}
