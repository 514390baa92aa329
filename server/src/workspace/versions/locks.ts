/** Files in which a tool wrote down the versions that it chose. Each reader throws on a text that is broken. */
import { parse as parseToml } from "smol-toml";
import { parse as parseYaml } from "yaml";
import { isVersion } from "../../rules/versions";
import { isTable, listOf, tableAt } from "./data";
import { type Mention, mayMention, mention } from "./mentions";

/** A list of packages with a name and a version each: uv's, Poetry's and PDM's `package`, the standard's `packages`. */
export function readTomlLock(text: string): readonly Mention[] {
	const file = parseToml(text);
	return [file.package, file.packages].flatMap(mentionsInList);
}

/** conda-lock's. Such a file is long and YAML is slow: only the entries that matter are parsed. */
export function readCondaLock(text: string): readonly Mention[] {
	return text
		.split(/^(?=[ ]{0,4}- )/m)
		.filter((entry) => mayMention(/^[ -]*name:(.*)$/m.exec(entry)?.[1] ?? ""))
		.flatMap((entry) => mentionsInList(parseYaml(entry.replace(/^[^\s-][\s\S]*/m, ""), { maxAliasCount: 0 })));
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
