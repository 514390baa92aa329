/** Files in which a tool wrote down the versions that it chose. Each reader throws on a text that is broken. */
import { parse as parseToml } from "smol-toml";
import { isVersion } from "../../rules/versions";
import { isTable, listOf, parseYaml, tableAt } from "./data";
import { type Mention, mayMention, mention } from "./mentions";

/** Most entries that are parsed: a library has one for each platform. */
const maxEntries = 200;

/** A list of packages with a name and a version each: uv's, Poetry's and PDM's `package`, the standard's `packages`. */
export function readTomlLock(text: string): readonly Mention[] {
	return entriesIn(text, /^(?=\[\[packages?\]\])/m, /^name *=(.*)$/m).flatMap((entry) => {
		const file = parseToml(entry);
		return [file.package, file.packages].flatMap(mentionsInList);
	});
}

/** conda-lock's. */
export function readCondaLock(text: string): readonly Mention[] {
	return entriesIn(text, /^(?=[ ]{0,4}- )/m, /^[ -]*name:(.*)$/m).flatMap((entry) =>
		mentionsInList(parseYaml(entry.replace(/^[^\s-][\s\S]*/m, ""))),
	);
}

/** Such files are long: only those entries are parsed that are about a library of interest. */
function entriesIn(text: string, start: RegExp, name: RegExp): readonly string[] {
	const entries = text.split(start).filter((entry) => mayMention(name.exec(entry)?.[1] ?? ""));
	return entries.slice(0, maxEntries);
}

export function readPipfileLock(text: string): readonly Mention[] {
	const file: unknown = JSON.parse(text);
	return Object.keys(tableAt({ file }, "file"))
		.filter((key) => key !== "_meta")
		.flatMap((key) => Object.entries(tableAt(file, key)))
		.flatMap(([name, entry]) => locked(name, isTable(entry) ? entry.version : undefined));
}

/** `peft-0.13.2.dist-info`, the folder that an installer leaves beside a package. */
export function readDistInfo(folder: string): readonly Mention[] {
	const [, name = "", version] = /^(.+)-([^-]+)\.dist-info$/.exec(folder) ?? [];
	return locked(name, version);
}

function mentionsInList(list: unknown): readonly Mention[] {
	return listOf(list).flatMap((entry) =>
		isTable(entry) && typeof entry.name === "string" ? locked(entry.name, entry.version) : [],
	);
}

/** Several entries for one package are for different machines. */
function locked(name: string, version: unknown): readonly Mention[] {
	const exact = typeof version === "string" ? version.replace(/^==/, "") : "";
	return isVersion(exact) ? mention(name, exact, { exact }, true) : [];
}
