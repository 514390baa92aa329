/** What a line of a file says of one library, and how several of them come together. */
import { isBounded, type PackageName, packageNames, type VersionRange } from "../../rules/versions";
import { anyVersion, contains, hull, intersect } from "./ranges";
import { rangeOfSpecifiers } from "./specifiers";

export interface Mention {
	readonly name: PackageName;
	readonly range: VersionRange;
	/** As a person reads it: `0.13.2`, `>=0.12,<0.15`; empty where the file sets no bounds. */
	readonly text: string;
	/** It holds on some machines only, beside other mentions for the others. */
	readonly conditional: boolean;
}

/** conda's name for PyTorch. */
const ALIASES: Readonly<Record<string, PackageName>> = { pytorch: "torch" };

const WORDS = new RegExp(`${[...packageNames, ...Object.keys(ALIASES)].join("|")}`, "i");

/** Most files name none of them, and need not be parsed. */
export function mayMention(text: string): boolean {
	return WORDS.test(text);
}

/** Names are one whatever their case, and however their words are joined. */
export function packageNamed(name: string): PackageName | undefined {
	const plain = name
		.trim()
		.toLowerCase()
		.replace(/[-_.]+/g, "-");
	return packageNames.find((known) => known === plain) ?? ALIASES[plain];
}

/** A range that was not understood is no bound. */
export function mention(
	name: string,
	text: string,
	range: VersionRange | undefined,
	conditional = false,
): readonly Mention[] {
	const known = packageNamed(name);
	if (known === undefined) return [];
	if (range?.exact !== undefined) return [{ name: known, range, text: range.exact, conditional }];
	const said = isBounded(range) ? text.replace(/\s+/g, "") : "";
	return [{ name: known, range: range ?? anyVersion, text: said, conditional }];
}

const REQUIREMENT = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(.*)$/;

/** A requirement of PEP 508: `peft[extra] >=0.12,<0.15 ; python_version >= "3.9"`, `peft @ git+https://…`. */
export function mentionsIn(requirement: string): readonly Mention[] {
	const [, name = "", rest = ""] = REQUIREMENT.exec(requirement.trim()) ?? [];
	// A URL may hold a semicolon; no version is read from one.
	if (rest.startsWith("@")) return mention(name, "", undefined);
	const [specifiers = "", marker] = rest.split(/;(.*)/s);
	const bare = specifiers.trim().replace(/^\((.*)\)$/, "$1");
	return mention(name, bare, rangeOfSpecifiers(bare), marker !== undefined && marker.trim() !== "");
}

export interface Stated {
	readonly range: VersionRange;
	readonly text: string;
}

/**
 * What one file says: all of it at once; where that is impossible, or some is for other machines, any of it.
 * @param mentions of one library, at least one
 */
export function together(mentions: readonly Mention[]): Stated {
	return mentions.slice(1).reduce<Stated & { readonly conditional: boolean }>((a, b) => {
		const both = a.conditional || b.conditional ? undefined : intersect(a.range, b.range);
		const range = both ?? hull(a.range, b.range);
		const text = textOf(range, a, b, both === undefined ? " or " : ",");
		return { range, text, conditional: a.conditional || b.conditional };
	}, mentions[0] ?? { range: anyVersion, text: "", conditional: false });
}

/**
 * What several files say, each for itself: the one version that all of them allow, else all that one of them allows. A
 * file that sets no bounds adds nothing.
 * @param files at least one
 */
export function either<S extends Stated>(files: readonly S[]): S | undefined {
	const bounded = files.filter(({ range }) => isBounded(range));
	const exact = bounded.find(({ range }) => range.exact !== undefined);
	const version = exact?.range.exact;
	if (version !== undefined && bounded.every(({ range }) => contains(range, version))) return exact;
	const [first, ...others] = bounded;
	if (first === undefined) return files[0];
	const { range, text } = others.reduce<Stated>((a, b) => {
		const both = hull(a.range, b.range);
		return { range: both, text: textOf(both, a, b, " or ") };
	}, first);
	return { ...first, range, text };
}

function textOf(range: VersionRange, a: Stated, b: Stated, between: string): string {
	if (range.exact !== undefined) return range.exact;
	if (!isBounded(range)) return "";
	const same = [a, b].find((one) => one.range.min === range.min && one.range.max === range.max && one.text !== "");
	return same === undefined ? [a.text, b.text].filter((text) => text !== "").join(between) : same.text;
}
