/** Which statements run whenever another one has run: told from indentation, since the graph keeps no blocks. */
import type { CallSite, ModelGraph, Place } from "../../analysis/graph";
import { lineStart } from "./edits";
import { commentableLineEnd, withoutBrackets } from "./lines";
import { samePlace, textOf } from "./source";

/** `later` stands behind `earlier` in the very same block, so that one runs whenever the other does. */
export function sameBlock(graph: ModelGraph, earlier: CallSite, later: CallSite): boolean {
	if (!samePlace(earlier.scope, later.scope) || earlier.statement.end > later.statement.start) return false;
	const text = graph.sources[earlier.file]?.text ?? "";
	const indent = indentOf(text, earlier.statement);
	if (indent === undefined || indentOf(text, later.statement) !== indent) return false;
	return linesBetween(text, earlier.statement, later.statement).every((line) => line.startsWith(indent));
}

/** White space in front of a place; undefined when code stands there. */
export function indentOf(text: string, place: Place): string | undefined {
	const before = text.slice(lineStart(text, place.start), place.start);
	return before.trim() === "" ? before : undefined;
}

/** Lines of code between two places, without blank ones and comments. */
function linesBetween(text: string, earlier: Place, later: Place): readonly string[] {
	return text
		.slice(earlier.end, lineStart(text, later.start))
		.split("\n")
		.slice(1)
		.filter((line) => line.trim() !== "" && !line.trimStart().startsWith("#"));
}

/** A name, or something a dotted path starts with, may get another value between two statements of one scope. */
export function isAssignedBetween(graph: ModelGraph, name: string, earlier: Place, later: Place): boolean {
	const between = textOf(graph, { file: earlier.file, start: earlier.end, end: later.start });
	const word = `(?<![\\w.])${name.replace(/\W/g, "\\$&")}(?![\\w])`;
	const target = new RegExp(`(^|[\\n;])[^\\n;=]*${word}[^\\n;=]*[^\\n;=!<>]?=(?!=)`);
	const binder = new RegExp(`(^|[\\n;])\\s*(del|for|global|nonlocal)\\b[^\\n]*${word}|\\bas\\s+${word}`);
	const code = withoutBrackets(between);
	return new RegExp(`${word}\\s*:=`).test(between) || target.test(code) || binder.test(code);
}

/** The variable a call's result went to, while it surely still holds it where a later call of the same scope stands. */
export function nameOfResult(graph: ModelGraph, call: CallSite, later: CallSite): string | undefined {
	const { form, target } = call.statement;
	if (form !== "assign" || target === undefined || !samePlace(call.scope, later.scope)) return undefined;
	if (call.statement.end > later.statement.start) return undefined;
	const name = textOf(graph, target);
	return isAssignedBetween(graph, name, call.statement, later.statement) ? undefined : name;
}

/**
 * Where a loop's body ends: behind the last line of code of the block that a call's statement stands in, when that block
 * is a loop's own and every pass comes to its end. Undefined where that is not plain to see.
 */
export function endOfLoopBody(graph: ModelGraph, call: CallSite): number | undefined {
	const text = graph.sources[call.file]?.text ?? "";
	const indent = indentOf(text, call.statement);
	if (!indent || !/^\s*(async\s+)?(for|while)\b/.test(headOf(text, call.statement, indent))) return undefined;
	let end = call.statement.end;
	for (let start = text.indexOf("\n", end) + 1; start > 0; start = text.indexOf("\n", start) + 1) {
		const lineFeed = text.indexOf("\n", start);
		const line = text.slice(start, lineFeed === -1 ? text.length : lineFeed).trimEnd();
		if (line !== "" && !line.startsWith(indent) && !line.trimStart().startsWith("#")) break;
		if (line.trim() !== "" && line.startsWith(indent)) end = start + line.length;
	}
	if (/(^|[^\w.])(break|continue|return|yield)\b/.test(text.slice(call.statement.end, end))) return undefined;
	return commentableLineEnd(text, call.statement.start, end) === end ? end : undefined;
}

/** The nearest line above a place that is indented less. */
function headOf(text: string, place: Place, indent: string): string {
	let start = lineStart(text, place.start);
	while (start > 0) {
		const end = start - 1;
		start = lineStart(text, end);
		const line = text.slice(start, end);
		if (line.trim() !== "" && !line.trimStart().startsWith("#") && !line.startsWith(indent)) return line;
	}
	return "";
}
