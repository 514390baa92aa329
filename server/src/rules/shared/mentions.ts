/** Where a name stands in code, told from the text: for values that the graph does not follow. */
import type { CallSite, ModelGraph } from "../../analysis/graph";
import { indentOf } from "./blocks";
import { withoutStrings } from "./lines";

/**
 * The pattern is found in any file that the analysis came to, in code, comment or string. It reads all of their texts: to be
 * asked last. Its time must be linear in a text, and it has no `g`.
 */
export function isMentioned(graph: Pick<ModelGraph, "sources">, pattern: RegExp): boolean {
	return graph.sources.some(({ text }) => pattern.test(text));
}

/** What was found, unless something else is so: that is asked only where there is something to say. */
export function unless<T>(found: readonly T[], isSo: () => boolean): readonly T[] {
	return found.length > 0 && isSo() ? [] : found;
}

/** What was found, but for programs that mention one of these. */
export function unlessMentioned<T>(
	graph: Pick<ModelGraph, "sources">,
	patterns: readonly RegExp[],
	found: readonly T[],
): readonly T[] {
	return unless(found, () => patterns.some((pattern) => isMentioned(graph, pattern)));
}

/** A mention of a plain name or a dotted path, with the code around it. */
export interface Mention {
	readonly before: string;
	readonly after: string;
}

/** Every mention of a name in a piece of code; those in strings and comments do not count. */
export function mentionsIn(text: string, name: string): readonly Mention[] {
	const code = withoutStrings(text);
	const word = new RegExp(`(?<![\\w.])${name.replace(/\W/g, "\\$&")}(?!\\w)`, "g");
	return [...code.matchAll(word)].map(({ index, 0: { length } }) => ({
		before: code.slice(code.lastIndexOf("\n", index - 1) + 1, index),
		after: code.slice(index + length),
	}));
}

/**
 * The lines of a call's scope that may run behind its statement: not the other branches of its `if`, nor what a `return`
 * in its way keeps from it. Strings and comments are left out.
 */
export function linesBehind(graph: ModelGraph, { file, statement, scope }: CallSite): readonly string[] {
	const text = graph.sources[file]?.text ?? "";
	const [rest = "", ...lines] = withoutStrings(text.slice(statement.end, scope.end)).split(/\r?\n/);
	let block = indentOf(text, statement)?.length ?? 0;
	let skipped = Number.POSITIVE_INFINITY;
	const behind = [rest];
	for (const line of lines) {
		if (line.trim() === "") continue;
		const indent = line.length - line.trimStart().length;
		if (indent > skipped) continue;
		skipped = Number.POSITIVE_INFINITY;
		if (indent < block && /^\s*(elif|else|except|case)\b/.test(line)) skipped = indent;
		else behind.push(line);
		block = Math.min(block, indent);
		if (indent <= block && /^\s*(return|raise|break|continue)\b/.test(line)) break;
	}
	return behind;
}
