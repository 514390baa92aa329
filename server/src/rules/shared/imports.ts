/** Names of libraries that fixes use: how the person's file reaches them, and what has to be imported. */
import type { ModelGraph } from "../../analysis/graph";
import type { Edit } from "../rule";
import { insert } from "./edits";

export interface Imported {
	/** How the name is written in this file: `PeftModel`, `peft.PeftModel`. */
	readonly expression: string;
	/** What makes it so; empty where it is imported already. */
	readonly edits: readonly Edit[];
}

/**
 * A name of a library in one file: as it is imported there, or added to what the file's top imports from the library, or
 * on a line of its own in front of the first import of transformers. Undefined where none of these is plain to see.
 */
export function imported(graph: ModelGraph, file: number, library: string, name: string): Imported | undefined {
	const text = withoutTexts(graph.sources[file]?.text ?? "");
	const found = fromImports(text, library);
	if (found.some(({ names }) => names.includes(name) || names.includes("*"))) return { expression: name, edits: [] };
	const [first] = found.filter(({ module, body }) => module === library && !/[#\\]/.test(body));
	if (first !== undefined) return { expression: name, edits: [insert(file, first.at, addition(first, name))] };
	if (new RegExp(`^import ${library}[^\\S\\n]*(?:#.*)?\\r?$`, "m").test(text))
		return { expression: `${library}.${name}`, edits: [] };
	const anchor = /^(?:from|import) transformers\b/m.exec(text);
	if (anchor === null) return undefined;
	const lineBreak = /\r?\n/.exec(text)?.[0] ?? "\n";
	return { expression: name, edits: [insert(file, anchor.index, `from ${library} import ${name}${lineBreak}`)] };
}

/** The same for a name that takes the place of another, which the import then brings no more. */
export function importedInstead(
	graph: ModelGraph,
	file: number,
	library: string,
	old: string,
	name: string,
): Imported | undefined {
	const text = withoutTexts(graph.sources[file]?.text ?? "");
	const uses = [...text.matchAll(new RegExp(`(?<![\\w])${old}(?!\\w)`, "g"))].length;
	const found = fromImports(text, library);
	const from = found.find(({ names }) => names.includes(old));
	// The import and the one use.
	if (from === undefined || uses !== 2 || found.some(({ names }) => names.includes(name)))
		return imported(graph, file, library, name);
	const at = text.slice(from.start).search(new RegExp(`(?<![\\w])${old}(?!\\w)`)) + from.start;
	return { expression: name, edits: [{ file, start: at, end: at + old.length, text: name }] };
}

interface FromImport {
	readonly start: number;
	/** The library or one of its modules. */
	readonly module: string;
	readonly names: readonly string[];
	/** What stands behind `import`, brackets left out. */
	readonly body: string;
	/** Behind the last name and the comma after it. */
	readonly at: number;
}

/** Imports at the start of a line, so of the module itself: `from peft import A, B`, in brackets over several lines too. */
function fromImports(text: string, library: string): readonly FromImport[] {
	const pattern = new RegExp(`^from (${library}(?:\\.\\w+)*) import +(?:\\(([^)]*)\\)|([^\\n(;#]*))`, "gm");
	return [...text.matchAll(pattern)].map((match) => {
		const [whole, module = "", inBrackets, onLine = ""] = match;
		const body = inBrackets ?? onLine;
		const bodyStart = match.index + whole.length - body.length - (inBrackets === undefined ? 0 : 1);
		const names = body
			.replace(/#.*/g, "")
			.split(",")
			.map((name) => name.trim());
		return { start: match.index, module, names, body, at: bodyStart + body.trimEnd().length };
	});
}

function addition({ body }: FromImport, name: string): string {
	const written = body.trimEnd();
	const gap = /^\r?\n[^\S\n]*/.exec(body)?.[0] ?? " ";
	return written.endsWith(",") ? `${gap}${name},` : `,${gap}${name}`;
}

/** Texts in triple quotes blanked out: what they say of imports imports nothing. */
function withoutTexts(text: string): string {
	return text.replace(/("""|''')[\s\S]*?\1/g, (quoted) => quoted.replace(/[^\n]/g, " "));
}
