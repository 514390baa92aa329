/** Files in which people say what their project needs. Each reader throws on a text that is broken. */
import { parse as parseToml } from "smol-toml";
import type { VersionRange } from "../../rules/versions";
import { isTable, listOf, parseYaml, stringsOf, type Table, tableAt } from "./data";
import { type Mention, mention, mentionsIn, packageNamed } from "./mentions";
import { type Requirements, readRequirements } from "./requirements";
import { rangeOfConda, rangeOfPoetry, rangeOfSpecifiers } from "./specifiers";

/** PEP 621 and 735, and what Poetry, PDM and uv wrote before there was a standard. */
export function readPyproject(text: string): readonly Mention[] {
	const file = parseToml(text);
	const tool = tableAt(file, "tool");
	const poetry = tableAt(tool, "poetry");
	const poetryTables = [poetry, ...Object.values(tableAt(poetry, "group"))];
	const lists = [
		tableAt(file, "project").dependencies,
		...Object.values(tableAt(file, "project", "optional-dependencies")),
		...Object.values(tableAt(file, "dependency-groups")),
		...Object.values(tableAt(tool, "pdm", "dev-dependencies")),
		tableAt(tool, "uv")["dev-dependencies"],
	];
	const found = [
		...lists.flatMap((list) => stringsOf(list).flatMap(mentionsIn)),
		...poetryTables.flatMap((table) => [
			...mentionsInTable(tableAt(table, "dependencies"), rangeOfPoetry),
			...mentionsInTable(tableAt(table, "dev-dependencies"), rangeOfPoetry),
		]),
	];
	// uv takes these from elsewhere, whatever the requirement says.
	const elsewhere = Object.entries(tableAt(tool, "uv", "sources"))
		.filter(([, source]) => isTable(source) && !("index" in source))
		.map(([name]) => packageNamed(name));
	return found.map((one) => (elsewhere.includes(one.name) ? { ...one, range: {}, text: "" } : one));
}

export function readPipfile(text: string): readonly Mention[] {
	const file = parseToml(text);
	const read = (version: string) => (version.trim() === "*" ? {} : rangeOfSpecifiers(version));
	return ["packages", "dev-packages"].flatMap((key) => mentionsInTable(tableAt(file, key), read));
}

/** Name → version, or a table with one, or a list of such tables for different machines. */
function mentionsInTable(table: Table, read: (version: string) => VersionRange | undefined): readonly Mention[] {
	return Object.entries(table).flatMap(([name, value]) => {
		const entries = Array.isArray(value) ? value : [value];
		return entries.flatMap((entry) => {
			const version = isTable(entry) ? entry.version : entry;
			const text = typeof version === "string" ? version : "";
			return mention(name, text, text === "" ? undefined : read(text), entries.length > 1);
		});
	});
}

/** `install_requires` and every list of `options.extras_require`. */
export function readSetupCfg(text: string): readonly Mention[] {
	let section = "";
	let key = "";
	const requirements: string[] = [];
	for (const line of text.split(/\r\n|\r|\n/)) {
		if (/^\s*[#;]/.test(line)) continue;
		const header = /^\[(.*)\]\s*$/.exec(line)?.[1];
		const [, name, first] = /^([^\s=:][^=:]*)[=:](.*)$/.exec(line) ?? [];
		if (header !== undefined) [section, key] = [header.trim(), ""];
		else if (name !== undefined) key = name.trim();
		const isListed = (section === "options" && key === "install_requires") || section === "options.extras_require";
		if (isListed && header === undefined) requirements.push(name === undefined ? line : (first ?? ""));
	}
	return requirements.flatMap(mentionsIn);
}

/** conda's; what it hands to pip may include requirements files. */
export function readEnvironment(text: string): Requirements {
	const dependencies = listOf(tableAt({ file: parseYaml(text) }, "file").dependencies);
	const pip = dependencies.flatMap((item) => (isTable(item) ? stringsOf(item.pip) : []));
	const { mentions, includes } = readRequirements(pip.join("\n"));
	return { mentions: [...stringsOf(dependencies).flatMap(mentionsOfConda), ...mentions], includes };
}

/** `conda-forge::peft>=0.13`, `peft=0.13.2=build`, `peft 0.13.* build`. */
function mentionsOfConda(spec: string): readonly Mention[] {
	const [, name = "", rest = ""] = /^(?:[^\s:]+::)?([\w.-]+)\s*(.*)$/.exec(spec.trim()) ?? [];
	const [, build] = /^=?[^\s=<>!~|,]+(=\S+|\s+\S+)$/.exec(rest) ?? [];
	const version = build === undefined ? rest : rest.slice(0, -build.length);
	return mention(name, version, rangeOfConda(version));
}
