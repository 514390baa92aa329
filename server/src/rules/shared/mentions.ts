/** Where a name stands in code, told from the text: for values that the graph does not follow. */
import type { CallSite, ModelGraph } from "../../analysis/graph";
import { indentOf } from "./blocks";
import { withoutStrings } from "./lines";

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
