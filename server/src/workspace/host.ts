/** What the workspace asks of the world around it. A server on Node has a disk; one in a web worker asks its client. */

export type LogLevel = "error" | "warning" | "info" | "debug";

export type EntryKind = "file" | "directory";

/** Files as they lie on disk, by URI. Neither rejects. */
export interface Disk {
	/** Bytes of a regular file of a bounded size; undefined when there is none or it cannot be read. */
	readFile(uri: string): Promise<Uint8Array | undefined>;
	/**
	 * Regular files and folders in a folder, by name, symbolic links followed; undefined when there is no such folder, it
	 * cannot be read, or it holds more than `maxFolderEntries`.
	 */
	listDirectory(uri: string): Promise<ReadonlyMap<string, EntryKind> | undefined>;
}

export interface Host extends Disk {
	log(level: LogLevel, message: string): void;
}
