/** Moving statements behind a later one of their block. */
import type { CallSite, ModelGraph, Place, StatementSite } from "../../analysis/graph";
import type { Edit } from "../rule";
import { indentOf, isAssignedBetween, sameBlock } from "./blocks";
import { appendStatements, deleteLines, lineStart } from "./edits";
import { withoutBrackets } from "./lines";
import { isPath, textOf } from "./source";

export interface Move {
	readonly edits: readonly Edit[];
	/** How many statements had to come along, because they use what the first one makes. */
	readonly followers: number;
}

interface Follower {
	readonly place: Place;
	readonly text: string;
	/** What it assigns to. */
	readonly target: string;
}

/**
 * Puts the assignment that a call stands in behind the statement of a later call, with the one-line assignments in between
 * that use its variable. Undefined where anything else there, or the later statement, needs the variable or changes what
 * the assignment reads. `own` is a name that may change: the model's, which is the same network before and after.
 */
export function moveBehind(graph: ModelGraph, first: CallSite, later: CallSite, own: string): Move | undefined {
	const { statement } = first;
	const target = statement.target && textOf(graph, statement.target);
	if (statement.form !== "assign" || target === undefined || !isMovable(statement) || !isMovable(later.statement))
		return undefined;
	if (!isPath(target) || !sameBlock(graph, first, later)) return undefined;
	const followers = followersOf(graph, statement, later.statement, target);
	if (followers === undefined) return undefined;
	const moved = [textOf(graph, statement), ...followers.map(({ text }) => text)];
	const made = [own, target, ...followers.map((follower) => follower.target)];
	const isChanged = namesIn(moved.join("\n"))
		.filter((name) => !made.includes(name))
		.some(
			(name) => isAssignedBetween(graph, name, statement, later.statement) || isTarget(graph, name, later.statement),
		);
	if (isChanged) return undefined;
	return {
		edits: [
			deleteLines(graph, statement),
			...followers.map(({ place }) => deleteLines(graph, place)),
			appendStatements(graph, later.statement, moved),
		],
		followers: followers.length,
	};
}

function isMovable({ ownLines, alone }: StatementSite): boolean {
	return ownLines && !alone;
}

function isTarget(graph: ModelGraph, name: string, { target }: StatementSite): boolean {
	return target !== undefined && textOf(graph, target) === name;
}

/** The lines between two statements that use the variable, if each is an assignment on a line of its own. */
function followersOf(
	graph: ModelGraph,
	first: StatementSite,
	later: StatementSite,
	target: string,
): readonly Follower[] | undefined {
	const text = graph.sources[first.file]?.text ?? "";
	const indent = indentOf(text, first) ?? "";
	const names = [target];
	const followers: Follower[] = [];
	let start = text.indexOf("\n", first.end) + 1;
	for (; start > 0 && start < lineStart(text, later.start); start = text.indexOf("\n", start) + 1) {
		const line = text.slice(start, text.indexOf("\n", start)).trimEnd();
		if (line.trimStart().startsWith("#") || !names.some((name) => mentions(line, name))) continue;
		const assigned = /^([\w.]+) *= *[^=\s].*$/.exec(line.slice(indent.length))?.[1];
		const isWhole = assigned !== undefined && isOneStatement(line) && line.startsWith(indent);
		// A name that is rebound here may be read in between for what it held before.
		if (!isWhole || names.includes(assigned)) return undefined;
		names.push(assigned);
		const place = { file: first.file, start: start + indent.length, end: start + line.length };
		followers.push({ place, text: line.slice(indent.length), target: assigned });
	}
	const rest = text.slice(later.start, later.end);
	return names.some((name) => mentions(rest, name)) ? undefined : followers;
}

/** Brackets and strings that open on the line close on it. */
function isOneStatement(line: string): boolean {
	const opened = line.match(/[([{]/g)?.length ?? 0;
	const closed = line.match(/[)\]}]/g)?.length ?? 0;
	return opened === closed && !line.endsWith("\\") && !/"""|'''|;/.test(line) && withoutBrackets(line).trim() !== "";
}

function mentions(text: string, name: string): boolean {
	return new RegExp(`(?<![\\w.])${name.replaceAll(".", "\\s*\\.\\s*")}(?!\\w)`).test(text);
}

/** Plain names that a text reads. */
function namesIn(text: string): readonly string[] {
	return [...new Set(text.match(/(?<![\w."'])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*/g) ?? [])].flatMap((path) => [
		...new Set([path, path.split(".")[0] ?? path]),
	]);
}
