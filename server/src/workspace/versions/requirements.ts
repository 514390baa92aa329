/** pip's requirements files. */
import { type Mention, mention, mentionsIn } from "./mentions";

export interface Requirements {
	readonly mentions: readonly Mention[];
	/** Other files that count as well, as written; constraints, too. */
	readonly includes: readonly string[];
}

export function readRequirements(text: string): Requirements {
	const lines = text
		// A comment line ends a continuation; the comment goes first.
		.replace(/(^|\s)#.*$/gm, "$1")
		.replace(/\\\r?\n/g, " ")
		.split(/[\r\n]+/)
		.map((line) => line.trim());
	return { mentions: lines.flatMap(mentionsOfLine), includes: lines.flatMap(includesOfLine) };
}

function mentionsOfLine(line: string): readonly Mention[] {
	const [, editable] = /^(?:-e|--editable)[\s=]\s*(.+)$/.exec(line) ?? [];
	const requirement = editable ?? line;
	if (requirement.startsWith("-")) return [];
	const name = nameInUrl(requirement);
	if (name !== undefined) return mention(name, "", undefined);
	return mentionsIn(requirement.replace(/\s--?[a-z].*$/i, ""));
}

/** Of `git+https://host/owner/peft.git@branch#egg=peft`; undefined for what is no URL. */
function nameInUrl(requirement: string): string | undefined {
	if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(requirement)) return undefined;
	const egg = /[#&]egg=([\w.-]+)/.exec(requirement)?.[1];
	const last = requirement
		.replace(/[?#;\s].*$/, "")
		.split("/")
		.at(-1);
	return egg ?? last?.replace(/@.*$/, "").replace(/\.git$/, "") ?? "";
}

function includesOfLine(line: string): readonly string[] {
	const [, file] = /^(?:-r|-c|--requirement|--constraint)[\s=]*(.+)$/.exec(line) ?? [];
	return file === undefined ? [] : [file.trim()];
}
