/** The two forms of text a client can show, and how text from a person's code gets into them unharmed. */
import { fill } from "./texts";

export interface Markup {
	readonly kind: "markdown" | "plaintext";
	/** Source code inside a sentence: one line, cut when long. */
	code(source: string): string;
	/** A sentence that is not ours; what stands between backticks in it is code. */
	sentence(plain: string): string;
	link(label: string, href: string | undefined): string;
	/** A text of ours, with what is filled in made by this object. */
	fill(text: string, values?: Readonly<Record<string, string | number>>): string;
	block(language: string, source: string): string;
	bullets(items: readonly string[]): string;
	steps(items: readonly string[]): string;
}

/** Longest piece of code in a sentence, in UTF-16 code units. */
const maxCodeLength = 80;

export const markdown: Markup = {
	kind: "markdown",
	code: (source) => fence(oneLine(source)),
	sentence: (plain) => {
		const parts = plain.replace(/\s+/g, " ").split("`");
		// An odd number of backticks quotes nothing.
		if (parts.length % 2 === 0) return escapeText(parts.join("`"));
		return parts.map((part, index) => (index % 2 === 0 ? escapeText(part) : fence(part))).join("");
	},
	link: (label, href) => (href === undefined ? label : `[${label}](${escapeTarget(href)})`),
	fill: (text, values = {}) => fill(text, values),
	block: (language, source) => {
		const ticks = "`".repeat(Math.max(3, longestRun(source) + 1));
		return `${ticks}${language}\n${source}\n${ticks}`;
	},
	bullets: (items) => items.map((item) => `- ${item}`).join("\n"),
	steps: (items) => items.map((item, index) => `${index + 1}. ${item}`).join("\n"),
};

export const plaintext: Markup = {
	kind: "plaintext",
	code: oneLine,
	sentence: (plain) => plain.replace(/\s+/g, " "),
	link: (label) => label,
	// Only our own emphasis goes: a person's `a ** b` is filled in afterwards.
	fill: (text, values = {}) => fill(text.replaceAll("**", ""), values),
	block: (_language, source) => source.replace(/^/gm, "    "),
	bullets: (items) => items.map((item) => `- ${item}`).join("\n"),
	steps: (items) => items.map((item, index) => `${index + 1}. ${item}`).join("\n"),
};

function oneLine(source: string): string {
	const line = source.replace(/\s+/g, " ").trim();
	if (line.length <= maxCodeLength) return line;
	const cut = line.slice(0, maxCodeLength - 1);
	// Half of a surrogate pair is no character.
	return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}

/** A code span whose fence is longer than any run of backticks in it. */
function fence(code: string): string {
	if (code === "") return "";
	const ticks = "`".repeat(longestRun(code) + 1);
	const pad = code.startsWith("`") || code.endsWith("`") ? " " : "";
	return `${ticks}${pad}${code}${pad}${ticks}`;
}

function longestRun(code: string): number {
	return Math.max(0, ...(code.match(/`+/g) ?? []).map((run) => run.length));
}

function escapeText(plain: string): string {
	return plain.replace(/[\\`*_[\]<>~|&!#]/g, "\\$&");
}

function escapeTarget(href: string): string {
	return href.replace(/[\s()<>\\]/g, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
