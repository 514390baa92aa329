/** A disk in memory, for tests. Paths start with a slash; a name that ends in one is an empty folder. */
import type { Disk, EntryKind } from "../host";

export interface TestDisk extends Disk {
	write(path: string, text: string): void;
	remove(path: string): void;
	/** What was asked for since the last time, as paths; folders end in a slash. */
	asked(): readonly string[];
}

export function testDisk(files: Readonly<Record<string, string>>): TestDisk {
	const texts = new Map(Object.entries(files));
	let asked: string[] = [];

	function entriesOf(folder: string): ReadonlyMap<string, EntryKind> | undefined {
		const below = [...texts.keys()].filter((path) => path.startsWith(folder)).map((path) => path.slice(folder.length));
		if (below.length === 0) return undefined;
		const entries = below.filter((path) => path !== "").map((path) => path.split("/"));
		return new Map(entries.map(([name = "", ...rest]) => [name, rest.length > 0 ? "directory" : "file"]));
	}

	return {
		write: (path, text) => void texts.set(path, text),
		remove: (path) => void texts.delete(path),
		asked() {
			const paths = asked;
			asked = [];
			return paths;
		},
		async readFile(uri) {
			const path = pathOf(uri);
			asked.push(path);
			const text = texts.get(path);
			return text === undefined ? undefined : new TextEncoder().encode(text);
		},
		async listDirectory(uri) {
			const folder = `${pathOf(uri).replace(/\/$/, "")}/`;
			asked.push(folder);
			return entriesOf(folder);
		},
	};
}

export function uriOf(path: string): string {
	return `file://${path}`;
}

export function pathOf(uri: string): string {
	return decodeURIComponent(uri.slice("file://".length));
}
