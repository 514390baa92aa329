/** What the files of one folder, and a virtual environment in it, say of versions. */
import { isBounded, type PackageName, packageNames, type VersionRange } from "../../rules/versions";
import type { EntryKind, Host } from "../host";
import { childOf, idOf, isWithin, nameIn, parentOf } from "../program/ids";
import { type Format, formatOf, requirementsFormat } from "./formats";
import { readDistInfo } from "./locks";
import { either, type Mention, mayMention, together } from "./mentions";

export interface Source {
	/** Of the file, or of the folder of a virtual environment. */
	readonly name: string;
	readonly uri: string;
}

export interface PackageVersion extends VersionRange {
	/** As a person reads it: `0.13.2`, `>=0.12,<0.15`; empty where the source sets no bounds. */
	readonly text: string;
	readonly source: Source;
	/** How sure it is: what is installed, what a tool chose, what will do. */
	readonly grade: Grade;
}

export type Grade = "installed" | "locked" | "declared";

export type PackageVersions = Readonly<Partial<Record<PackageName, PackageVersion>>>;

/** A file with all that it includes, or a virtual environment. */
interface Speaker {
	readonly grade: Grade;
	readonly mentions: readonly Sourced[];
}

interface Sourced extends Mention {
	readonly source: Source;
}

/** Surest first. */
const GRADES: readonly Grade[] = ["installed", "locked", "declared"];

/** Most files of one folder that are read, and most that one of them may include. */
const maxFiles = 30;

const ENVIRONMENTS = [".venv", "venv", "env"];

/** Of each library the surest that is said; nothing outside of `top` is read. Never rejects. */
export async function readFolder(host: Host, folder: string, top: string): Promise<PackageVersions> {
	const entries = await host.listDirectory(folder);
	if (entries === undefined) return {};
	const speakers = [...(await installedIn(host, folder, entries)), ...(await filesIn(host, folder, entries, top))];
	return Object.fromEntries(
		packageNames.flatMap((name) => {
			const version = surest(name, speakers);
			return version === undefined ? [] : [[name, version]];
		}),
	);
}

function surest(name: PackageName, speakers: readonly Speaker[]): PackageVersion | undefined {
	const said = speakers.flatMap(({ grade, mentions }) => {
		const own = mentions.filter((mention) => mention.name === name);
		const first = own.find(({ range }) => isBounded(range)) ?? own[0];
		return first === undefined ? [] : [{ ...together(own), source: first.source, grade }];
	});
	const best = GRADES.find((grade) => said.some((one) => one.grade === grade));
	const chosen = either(said.filter(({ grade }) => grade === best));
	return chosen && { ...chosen.range, text: chosen.text, source: chosen.source, grade: chosen.grade };
}

async function filesIn(
	host: Host,
	folder: string,
	entries: ReadonlyMap<string, EntryKind>,
	top: string,
): Promise<readonly Speaker[]> {
	const found = namesOf(entries, "file").flatMap((name) => {
		const format = formatOf(name);
		return format === undefined ? [] : [{ id: childOf(folder, name), format }];
	});
	const speakers = found.slice(0, maxFiles).map(async ({ id, format }): Promise<Speaker> => {
		return { grade: format.isLock ? "locked" : "declared", mentions: await readWhole(host, id, format, top) };
	});
	return Promise.all(speakers);
}

/** With all that it includes, each once. */
async function readWhole(host: Host, id: string, format: Format, top: string): Promise<readonly Sourced[]> {
	const mentions: Sourced[] = [];
	const seen = new Set<string>();
	const waiting = [{ id, format }];
	for (let next = waiting.shift(); next !== undefined && seen.size < maxFiles; next = waiting.shift()) {
		if (seen.has(next.id)) continue;
		seen.add(next.id);
		const source = { name: nameIn(next.id), uri: next.id };
		const read = await readFile(host, next.id, next.format);
		for (const mention of read.mentions) mentions.push({ ...mention, source });
		for (const path of read.includes) {
			const included = includedBy(next.id, path);
			if (included !== undefined && isWithin(top, included)) waiting.push({ id: included, format: requirementsFormat });
		}
	}
	return mentions;
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
): Promise<readonly Speaker[]> {
	const environments = ENVIRONMENTS.filter((name) => entries.get(name) === "directory");
	const speakers = environments.map(async (name): Promise<Speaker> => {
		const source = { name, uri: childOf(folder, name) };
		const sites = await sitePackagesIn(host, source.uri);
		const listed = await Promise.all(sites.map((site) => host.listDirectory(site)));
		const installed = listed.flatMap((packages = new Map()) => namesOf(packages, "directory").flatMap(readDistInfo));
		return { grade: "installed", mentions: installed.map((mention) => ({ ...mention, source })) };
	});
	return Promise.all(speakers);
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
