/** What the files of one folder, and a virtual environment in it, say of versions. */
import { type PackageName, packageNames, type VersionRange } from "../../rules/versions";
import type { EntryKind, Host } from "../host";
import { childOf, idOf, isWithin, nameIn, parentOf } from "../program/ids";
import { type Format, formatOf, requirementsFormat } from "./formats";
import { readDistInfo } from "./locks";
import { type Mention, mayMention, together } from "./mentions";

export interface Source {
	/** Of the file, or of the folder of a virtual environment. */
	readonly name: string;
	readonly uri: string;
}

export interface PackageVersion extends VersionRange {
	/** As a person reads it: `0.13.2`, `>=0.12,<0.15`; empty where the source sets no bounds. */
	readonly text: string;
	readonly source: Source;
	/** How sure it is: what is installed, what a tool chose, the one version that is asked for, a range. */
	readonly grade: Grade;
}

export type Grade = "installed" | "locked" | "pinned" | "range";

export type PackageVersions = Readonly<Partial<Record<PackageName, PackageVersion>>>;

interface Found {
	readonly mention: Mention;
	readonly source: Source;
	readonly grade: Grade;
}

/** Surest first. */
const GRADES: readonly Grade[] = ["installed", "locked", "pinned", "range"];

/** Most files that are read for one folder. */
const maxFiles = 30;

const ENVIRONMENTS = [".venv", "venv", "env"];

/** Of each library the surest that is said; nothing outside of `top` is read. Never rejects. */
export async function readFolder(host: Host, folder: string, top: string): Promise<PackageVersions> {
	const entries = await host.listDirectory(folder);
	if (entries === undefined) return {};
	const found = [...(await installedIn(host, folder, entries)), ...(await statedIn(host, folder, entries, top))];
	return Object.fromEntries(
		packageNames.flatMap((name) => {
			const version = surest(found.filter(({ mention }) => mention.name === name));
			return version === undefined ? [] : [[name, version]];
		}),
	);
}

function surest(found: readonly Found[]): PackageVersion | undefined {
	const grade = GRADES.find((candidate) => found.some((one) => one.grade === candidate));
	const best = found.filter((one) => one.grade === grade);
	const [first] = best;
	if (grade === undefined || first === undefined) return undefined;
	const { range, text } = together(best.map(({ mention }) => mention));
	return { ...range, text, source: first.source, grade };
}

async function statedIn(
	host: Host,
	folder: string,
	entries: ReadonlyMap<string, EntryKind>,
	top: string,
): Promise<readonly Found[]> {
	const found: Found[] = [];
	const seen = new Set<string>();
	const waiting: { readonly id: string; readonly format: Format }[] = [];
	for (const name of namesOf(entries, "file")) {
		const format = formatOf(name);
		if (format !== undefined) waiting.push({ id: childOf(folder, name), format });
	}
	for (let next = waiting.shift(); next !== undefined && seen.size < maxFiles; next = waiting.shift()) {
		const { id, format } = next;
		if (seen.has(id)) continue;
		seen.add(id);
		const { mentions, includes } = await readFile(host, id, format);
		const source = { name: nameIn(id), uri: id };
		for (const mention of mentions) {
			const declared = mention.range.exact === undefined ? "range" : "pinned";
			found.push({ mention, source, grade: format.isLock ? "locked" : declared });
		}
		for (const path of includes) {
			const included = includedBy(id, path);
			if (included !== undefined && isWithin(top, included)) waiting.push({ id: included, format: requirementsFormat });
		}
	}
	return found;
}

const NOTHING = { mentions: [], includes: [] };

async function readFile(host: Host, id: string, format: Format): Promise<ReturnType<Format["read"]>> {
	const bytes = await host.readFile(id);
	if (bytes === undefined) return NOTHING;
	const text = decode(bytes);
	if (!mayMention(text) && format !== requirementsFormat) return NOTHING;
	try {
		if (text.length > format.maxLength) throw new Error(`it has more than ${format.maxLength} characters`);
		return format.read(text);
	} catch (error) {
		const [reason = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
		host.log("info", `${id} is not asked for versions: ${reason}`);
		return NOTHING;
	}
}

/** Windows' shell writes UTF-16 when `pip freeze` is sent to a file. */
function decode(bytes: Uint8Array): string {
	const [first, second] = bytes;
	const wide = (first === 0xff && second === 0xfe && "utf-16le") || (first === 0xfe && second === 0xff && "utf-16be");
	return new TextDecoder(wide || "utf-8").decode(bytes);
}

/** A path as it is written in a requirements file, relative to that file. */
function includedBy(id: string, path: string): string | undefined {
	const parts = path.replaceAll("\\", "/").split("/");
	let at = parentOf(id);
	for (const part of parts) {
		if (at === undefined || part === "" || part.includes(":")) return undefined;
		if (part === "..") at = parentOf(at);
		else if (part !== ".") at = childOf(at, part);
	}
	return at && idOf(at);
}

async function installedIn(
	host: Host,
	folder: string,
	entries: ReadonlyMap<string, EntryKind>,
): Promise<readonly Found[]> {
	const environments = ENVIRONMENTS.filter((name) => entries.get(name) === "directory");
	const found = environments.map(async (name) => {
		const uri = childOf(folder, name);
		const packages = await Promise.all((await sitePackagesIn(host, uri)).map((site) => host.listDirectory(site)));
		return packages
			.flatMap((listed) => (listed === undefined ? [] : namesOf(listed, "directory").flatMap(readDistInfo)))
			.map((mention): Found => ({ mention, source: { name, uri }, grade: "installed" }));
	});
	return (await Promise.all(found)).flat();
}

/** `lib/python3.12/site-packages`; on Windows, `Lib/site-packages`. */
async function sitePackagesIn(host: Host, environment: string): Promise<readonly string[]> {
	const windows = childOf(childOf(environment, "Lib"), "site-packages");
	const lib = childOf(environment, "lib");
	const versions = namesOf((await host.listDirectory(lib)) ?? new Map(), "directory");
	const others = versions
		.filter((name) => name.startsWith("python"))
		.map((name) => childOf(childOf(lib, name), "site-packages"));
	// Where case does not count, both spellings are one folder.
	return others.length > 0 ? others : [windows];
}

function namesOf(entries: ReadonlyMap<string, EntryKind>, kind: EntryKind): readonly string[] {
	return [...entries]
		.filter(([, found]) => found === kind)
		.map(([name]) => name)
		.sort();
}
