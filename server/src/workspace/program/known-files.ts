/**
 * What is known of the disk. Looking never reads: it notes what is not known, and that is read afterwards, all at once.
 * So whoever looks is a plain function, to be asked again until nothing is missing.
 */
import { decodeSource } from "../encoding";
import type { Disk, EntryKind } from "../host";
import { maxKeptEntries, maxKeptText } from "../limits";
import { createBoundedCache } from "./bounded-cache";
import { isForeign, parentOf } from "./ids";
import { type FactsCache, type ModuleText, moduleTextOf } from "./module-text";
import type { Look } from "./resolve";

export interface KnownFiles {
	look(): FileLook;
	/** A file, or what a folder around it holds, may have changed. */
	forget(id: string): void;
	/** What any folder holds may have changed. */
	forgetFolders(): void;
	/** Any file may have changed as well. */
	forgetAll(): void;
	/** This is what the file holds now. */
	learn(id: string, text: string): ModuleText;
	/** Another number whenever a folder may hold something else than before. */
	readonly layout: number;
}

export interface FileLook extends Look {
	/** A Python file; undefined where there is none, or nothing is known of it. */
	module(id: string): ModuleText | undefined;
	/** So many times something was looked for that is not known. */
	missing(): number;
	/** Reads them. Never rejects. */
	read(): Promise<void>;
}

type Entries = ReadonlyMap<string, EntryKind>;

/** `fresh`: nothing was heard of it since it was read. */
interface Remembered<T> {
	readonly value: T | undefined;
	readonly fresh: boolean;
}

/** Puts what was read where it is remembered. */
type Store = () => void;

export function createKnownFiles(disk: Disk, facts: FactsCache): KnownFiles {
	const files = createBoundedCache<string, Remembered<ModuleText>>(maxKeptText);
	const folders = new Map<string, Remembered<Entries>>();
	const underWay = new Map<string, Promise<void>>();
	let keptEntries = 0;
	let layout = 0;

	function keepFile(id: string, value: ModuleText | undefined, fresh: boolean): void {
		files.set(id, { value, fresh }, (value?.text.length ?? 0) + id.length);
	}

	function keepFolder(id: string, value: Entries | undefined): void {
		const before = folders.get(id);
		if (before !== undefined && !sameEntries(before.value, value)) layout++;
		keptEntries += (value?.size ?? 0) - (before?.value?.size ?? 0);
		if (keptEntries > maxKeptEntries) {
			folders.clear();
			keptEntries = value?.size ?? 0;
			layout++;
		}
		folders.set(id, { value, fresh: true });
	}

	function textOf(id: string, text: string): ModuleText {
		const before = files.get(id)?.value;
		return before?.text === text ? before : moduleTextOf(text, () => facts.of(text), before);
	}

	async function readFile(id: string): Promise<Store> {
		const bytes = await disk.readFile(id);
		const decoded = bytes && decodeSource(bytes);
		return () => keepFile(id, decoded?.ok ? textOf(id, decoded.text) : undefined, true);
	}

	async function readFolder(id: string): Promise<Store> {
		const listed = await disk.listDirectory(id);
		return () => keepFolder(id, listed && importable(listed));
	}

	/** Of each, one at a time. What is heard of it meanwhile makes the answer worthless: whoever looks next reads anew. */
	function once(id: string, read: (id: string) => Promise<Store>): Promise<void> {
		const running = underWay.get(id);
		if (running !== undefined) return running;
		const started: Promise<void> = read(id).then((store) => {
			if (underWay.get(id) !== started) return;
			underWay.delete(id);
			store();
		});
		underWay.set(id, started);
		return started;
	}

	function look(): FileLook {
		const missingFiles = new Set<string>();
		const missingFolders = new Set<string>();
		let missing = 0;
		return {
			module(id) {
				const known = files.get(id);
				if (known?.fresh) return known.value;
				missingFiles.add(id);
				missing++;
				return undefined;
			},
			entries(folder) {
				const known = folders.get(folder);
				if (known?.fresh) return known.value;
				missingFolders.add(folder);
				missing++;
				return undefined;
			},
			missing: () => missing,
			async read() {
				await Promise.all([
					...[...missingFiles].map((id) => once(id, readFile)),
					...[...missingFolders].map((id) => once(id, readFolder)),
				]);
			},
		};
	}

	function forgetFile(id: string): void {
		underWay.delete(id);
		const known = files.get(id);
		if (known !== undefined) keepFile(id, known.value, false);
	}

	function forgetFolder(id: string): void {
		underWay.delete(id);
		const known = folders.get(id);
		if (known === undefined) return;
		folders.set(id, { ...known, fresh: false });
		layout++;
	}

	return {
		look,
		forget(id) {
			forgetFile(id);
			// With the first file in it a folder appears, and with its last one it vanishes.
			for (let folder = parentOf(id); folder !== undefined; folder = parentOf(folder)) forgetFolder(folder);
		},
		forgetFolders() {
			for (const id of folders.keys()) forgetFolder(id);
		},
		forgetAll() {
			for (const id of [...folders.keys()]) forgetFolder(id);
			for (const id of files.keys()) forgetFile(id);
		},
		learn(id, text) {
			const module = textOf(id, text);
			keepFile(id, module, true);
			return module;
		},
		get layout() {
			return layout;
		},
	};
}

/** Of a folder of data, nearly nothing is to be kept. */
function importable(entries: Entries): Entries {
	return new Map(
		[...entries].filter(([name, kind]) => (kind === "directory" ? !isForeign(name) : name.endsWith(".py"))),
	);
}

function sameEntries(a: Entries | undefined, b: Entries | undefined): boolean {
	if (a === undefined || b === undefined) return a === b;
	return a.size === b.size && [...a].every(([name, kind]) => b.get(name) === kind);
}
