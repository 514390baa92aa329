/** Changes to a person's code, made from places alone: what is not touched keeps its layout and its comments. */
import type { ArgSite, CallSite, ModelGraph, Place, StatementSite } from "../../analysis/graph";
import type { Applicability, Edit, Fix } from "../rule";
import { comparePlaces, textOf } from "./source";

export function fix(title: string, applicability: Applicability, edits: readonly Edit[]): Fix {
	return { title, applicability, preferred: false, edits: [...edits].sort(comparePlaces) };
}

/** Best first; only the first may be the preferred one. */
export function ranked(
	fixes: readonly (Fix | undefined)[],
	isPreferable: (fix: Fix) => boolean = () => true,
): readonly Fix[] {
	const offered = fixes.filter((candidate) => candidate !== undefined);
	return offered.map((candidate, index) => ({ ...candidate, preferred: index === 0 && isPreferable(candidate) }));
}

export function replace(place: Place, text: string): Edit {
	return { file: place.file, start: place.start, end: place.end, text };
}

export function insert(file: number, at: number, text: string): Edit {
	return { file, start: at, end: at, text };
}

/** Takes a statement out with its lines; `pass` stays where its block would be left empty. It must own its lines. */
export function deleteStatement(graph: ModelGraph, statement: StatementSite): Edit {
	if (statement.alone) return replace(statement, "pass");
	return deleteLines(graph, statement);
}

/** Takes out the lines a place stands on. */
export function deleteLines(graph: ModelGraph, place: Place): Edit {
	const text = graph.sources[place.file]?.text ?? "";
	const start = lineStart(text, place.start);
	const end = text.indexOf("\n", place.end);
	if (end !== -1) return { file: place.file, start, end: end + 1, text: "" };
	const before = start > 1 && text[start - 2] === "\r" ? start - 2 : Math.max(0, start - 1);
	return { file: place.file, start: before, end: text.length, text: "" };
}

/** Adds statements behind one, at its indentation. */
export function appendStatements(graph: ModelGraph, statement: StatementSite, lines: readonly string[]): Edit {
	const text = graph.sources[statement.file]?.text ?? "";
	if (!statement.ownLines) return insert(statement.file, statement.end, lines.map((line) => `; ${line}`).join(""));
	const lineFeed = text.indexOf("\n", statement.end);
	const lineEnd = lineFeed === -1 ? text.length : lineFeed;
	const end = text[lineEnd - 1] === "\r" ? lineEnd - 1 : lineEnd;
	return insert(statement.file, end, lines.map((line) => `${breakBefore(graph, statement)}${line}`).join(""));
}

/** What separates a statement in front of this one from it: a line break with its indentation, or `; `. */
export function breakBefore(graph: ModelGraph, statement: StatementSite): string {
	if (!statement.ownLines) return "; ";
	const text = graph.sources[statement.file]?.text ?? "";
	const start = lineStart(text, statement.start);
	return `${lineEnding(text)}${/^[ \t]*/.exec(text.slice(start, statement.start))?.[0] ?? ""}`;
}

/** Adds a keyword argument as the call's last, in the layout of the arguments that are there. */
export function addKeyword(graph: ModelGraph, call: CallSite, keyword: string): Edit {
	const text = graph.sources[call.file]?.text ?? "";
	const last = call.args.at(-1);
	if (last === undefined) return insert(call.file, call.parens.start + 1, keyword);
	const rest = text.slice(last.end, call.parens.end - 1);
	const comma = /^\s*,/.exec(rest)?.[0].length ?? 0;
	const start = lineStart(text, last.start);
	const indent = text.slice(start, last.start);
	const gap = rest.includes("\n") && indent.trim() === "" ? `${lineEnding(text)}${indent}` : " ";
	if (comma > 0) return insert(call.file, last.end + comma, `${gap}${keyword}${gap === " " ? "" : ","}`);
	return insert(call.file, last.end, `,${gap}${keyword}`);
}

/** Takes an argument out of its call, with the comma that it needs no longer. */
export function deleteArgument(graph: ModelGraph, call: CallSite, arg: ArgSite): Edit {
	const index = call.args.indexOf(arg);
	const next = call.args[index + 1];
	const previous = call.args[index - 1];
	const [start, end] = next === undefined ? [previous?.end ?? arg.start, arg.start] : [arg.end, next.start];
	// Comments between it and its neighbour stay, but for its own.
	if (textOf(graph, { file: call.file, start, end }).includes("#") && standsAlone(graph, arg))
		return deleteLines(graph, arg);
	if (next !== undefined) return { file: call.file, start: arg.start, end: next.start, text: "" };
	if (previous !== undefined) return { file: call.file, start: previous.end, end: arg.end, text: "" };
	const rest = textOf(graph, { file: call.file, start: arg.end, end: call.parens.end - 1 });
	return { file: call.file, start: arg.start, end: arg.end + (/^\s*,/.exec(rest)?.[0].length ?? 0), text: "" };
}

/** Nothing but a comma and a comment stands beside it on its lines. */
function standsAlone(graph: ModelGraph, arg: ArgSite): boolean {
	const text = graph.sources[arg.file]?.text ?? "";
	const before = text.slice(lineStart(text, arg.start), arg.start);
	return before.trim() === "" && /^[ \t]*,?[ \t]*(#[^\n]*)?\r?\n/.test(text.slice(arg.end));
}

export function lineStart(text: string, offset: number): number {
	return offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1;
}

function lineEnding(text: string): string {
	return /\r?\n/.exec(text)?.[0] ?? "\n";
}
