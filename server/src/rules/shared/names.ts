/** Names that fixes add or assign to. */
import type { AdapterView, CallSite, ModelGraph } from "../../analysis/graph";
import { lineStart } from "./edits";
import { withoutBrackets } from "./lines";

/** `base`, or `base_2`, `base_3` … where an adapter has that name already. */
export function freshName(base: string, adapters: readonly AdapterView[]): string {
	const taken = new Set(adapters.map((adapter) => adapter.name));
	let name = base;
	for (let count = 2; taken.has(name); count++) name = `${base}_${count}`;
	return name;
}

/** A Python string literal. */
export function literal(text: string): string {
	return JSON.stringify(text);
}

/**
 * An assignment to the name where the call stands makes no new variable: the name is the module's own there, or the
 * function has it as a parameter or has bound it before.
 */
export function isOwnName(graph: ModelGraph, name: string, { file, scope, start }: CallSite): boolean {
	const text = graph.sources[file]?.text ?? "";
	const header = /^(?:@[^\n]*\n\s*)*(?:async\s+)?def\s+\w+\s*/.exec(text.slice(scope.start, start))?.[0];
	if (header === undefined) return scope.start === 0 && scope.end === text.length;
	const body = text.slice(scope.start + header.length, start);
	const word = `(?<![\\w.])${name.replace(/\W/g, "\\$&")}(?!\\w)`;
	const parameters = /^\([\s\S]*?\)\s*(?:->[^\n]*)?:\s*(?:\n|#)/.exec(body)?.[0] ?? "";
	if (new RegExp(`[(,*]\\s*${word}\\s*[,:=)]`).test(parameters)) return true;
	const depth = start - lineStart(text, start);
	const bound = new RegExp(
		`^([ \\t]*)(?:[\\w ,*]*${word}[\\w ,*]*(?::[^=\\n]*)?=(?!=)|(?:global|nonlocal)\\b.*${word})`,
		"gm",
	);
	return [...withoutBrackets(body).matchAll(bound)].some(([, indent = ""]) => indent.length <= depth);
}
