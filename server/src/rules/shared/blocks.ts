/** Which statements run whenever another one has run: told from indentation, since the graph keeps no blocks. */
import type { CallSite, ModelGraph, Place } from "../../analysis/graph";
import { lineStart } from "./edits";
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
	const word = name.replace(/[.\\]/g, "\\$&");
	return new RegExp(
		`(^|[^\\w.])(${word}\\s*([,:][^\\n]*)?=(?!=)|${word}\\s*:=|(del|for|as|global|nonlocal)\\b[^\\n]*\\b${word}\\b)`,
	).test(between);
}

/** The variable a call's result went to, while it surely still holds it where a later call of the same scope stands. */
export function nameOfResult(graph: ModelGraph, call: CallSite, later: CallSite): string | undefined {
	const { form, target } = call.statement;
	if (form !== "assign" || target === undefined || !samePlace(call.scope, later.scope)) return undefined;
	if (call.statement.end > later.statement.start) return undefined;
	const name = textOf(graph, target);
	return isAssignedBetween(graph, name, call.statement, later.statement) ? undefined : name;
}
