/** The versions that the project around a file uses, read on demand from the files of the workspace. */
import { isBounded, packageNames } from "../../rules/versions";
import type { Host } from "../host";
import { childOf, folderIdOf, foldersUpTo, idOf, isWithin, parentOf } from "../program/ids";
import { type PackageVersion, type PackageVersions, readFolder, type Source } from "./folder";
import { contains } from "./ranges";

export type { PackageVersion, PackageVersions, Source } from "./folder";

export interface VersionReader {
	/**
	 * What the folders from the file's own up to the workspace's say: the nearest that names a library counts. For a file
	 * outside of the workspace, its own folder alone. Never rejects; the same object until something changes.
	 */
	of(uri: string): Promise<PackageVersions>;
	/** The folders of the workspace, by URI. */
	setFolders(uris: readonly string[]): void;
	/** A file changed: everything is read anew when it is next asked for. */
	forget(): void;
}

export function createVersionReader(host: Host): VersionReader {
	const folders = new Map<string, Promise<PackageVersions>>();
	const projects = new Map<string, Promise<PackageVersions>>();
	let tops: readonly string[] = [];

	function once(known: typeof folders, key: string, read: () => Promise<PackageVersions>): Promise<PackageVersions> {
		const reading = known.get(key) ?? read();
		known.set(key, reading);
		return reading;
	}

	function forget(): void {
		folders.clear();
		projects.clear();
	}

	async function readProject(folder: string, top: string): Promise<PackageVersions> {
		let nearest: PackageVersions = {};
		for (const around of foldersUpTo(top, childOf(folder, "file"))) {
			nearest = widen(nearest, await once(folders, `${top} ${around}`, () => readFolder(host, around, top)));
		}
		return nearest;
	}

	return {
		async of(uri) {
			const folder = parentOf(idOf(uri));
			if (folder === undefined) return {};
			const top = tops.find((one) => isWithin(one, folder)) ?? folder;
			return once(projects, folder, () => readProject(folder, top));
		},
		setFolders(uris) {
			// The outermost first: what is around an inner one belongs to the workspace as well.
			tops = uris.map(folderIdOf).sort((a, b) => a.length - b.length);
			forget();
		},
		forget,
	};
}

/** For logs and bug reports: `peft 0.13.2 (uv.lock); trl any (pyproject.toml); unknown: transformers, torch`. */
export function describeVersions(versions: PackageVersions, nameOf = (source: Source) => source.name): string {
	const known = packageNames.flatMap((name) => {
		const version = versions[name];
		return version === undefined ? [] : [`${name} ${version.text || "any"} (${nameOf(version.source)})`];
	});
	const unknown = packageNames.filter((name) => versions[name] === undefined);
	return [...known, ...(unknown.length > 0 ? [`unknown: ${unknown.join(", ")}`] : [])].join("; ");
}

function widen(near: PackageVersions, far: PackageVersions): PackageVersions {
	return Object.fromEntries(
		packageNames.flatMap((name) => {
			const version = choose(near[name], far[name]);
			return version === undefined ? [] : [[name, version]];
		}),
	);
}

/**
 * The nearer one, if it sets bounds at all; its range is made exact by what is locked or installed farther up, if that is
 * one of its versions.
 */
function choose(near: PackageVersion | undefined, far: PackageVersion | undefined): PackageVersion | undefined {
	if (near === undefined || far === undefined) return near ?? far;
	if (!isBounded(near)) return isBounded(far) ? far : near;
	const narrows = near.exact === undefined && far.grade !== "declared" && far.exact !== undefined;
	return narrows && contains(near, far.exact) ? far : near;
}
