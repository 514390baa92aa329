/** Code that expects a call to fail: told from indentation, since the graph keeps no blocks. */
import type { CallSite, ModelEvent, ModelGraph } from "../../analysis/graph";
import { lineStart } from "./edits";
import { isMentioned } from "./mentions";
import { textOf } from "./source";

/**
 * A `try` with a handler stands around the call in its own function, or one that names the error around a call that leads
 * there: whoever wrote it knows that the call may fail.
 */
export function isTried(graph: ModelGraph, { call, frames }: ModelEvent, error: RegExp): boolean {
	if (handlersAround(graph, call).length > 0) return true;
	return frames.some((frame) => handlersAround(graph, frame.call).some((handler) => error.test(handler)));
}

/** A test of a library makes on purpose what would be wrong elsewhere. */
export function isInTest(graph: ModelGraph, { call, frames }: ModelEvent): boolean {
	return [call, ...frames.map((frame) => frame.call)].some(({ scope }) =>
		/^(?:@[^\n]*\n\s*)*(?:async\s+)?def\s+test/.test(textOf(graph, scope)),
	);
}

/** A name is asked for as a string anywhere in the program, or set from outside: `hasattr(model, "unload")`, `model.unload = …` */
export function isAskedFor(graph: ModelGraph, name: string): boolean {
	const mention = new RegExp(`["']${name}["']|\\.\\s*${name}\\s*=(?!=)`);
	return isMentioned(graph, mention);
}

/** The call stands in a branch of a program that asks for versions or signatures: it may be the one for old versions. */
export function isForVersions(graph: ModelGraph, { file, statement, scope }: CallSite): boolean {
	const text = graph.sources[file]?.text ?? "";
	const asks = /__version__|\bversion\.parse\(|\bVersion\(|\binspect\.signature\(|\bmetadata\.version\(/;
	if (!isMentioned(graph, asks)) return false;
	return headsAround(text, statement.start, scope.start).some(({ line }) => /^\s*(if|elif|else)\b/.test(line));
}

/** The `if` and `elif` lines whose `elif` or `else` a head is. */
function branchesAbove(text: string, head: Line): readonly Line[] {
	const indent = indentation(head.line);
	const branches: Line[] = [];
	let { start, line } = head;
	while (start > 0 && /^\s*(elif|else)\b/.test(line)) {
		do {
			const end = start - 1;
			start = lineStart(text, end);
			line = text.slice(start, end);
		} while (start > 0 && (!isCode(line) || indentation(line) > indent));
		branches.push({ start, line });
	}
	return branches;
}

/** The call stands in a branch of a test that asks the file system. */
export function isForFiles(graph: ModelGraph, { file, statement, scope }: CallSite): boolean {
	const text = graph.sources[file]?.text ?? "";
	return headsAround(text, statement.start, scope.start)
		.flatMap((head) => [head, ...branchesAbove(text, head)])
		.some(({ line }) => /^\s*(if|elif|while)\b.*(exists|isfile|isdir|is_file|is_dir|glob|listdir)\b/.test(line));
}

/** The first handler of every `try`, and every `with suppress(…)`, whose block the call stands in. */
export function handlersAround(graph: ModelGraph, { file, statement, scope }: CallSite): readonly string[] {
	const text = graph.sources[file]?.text ?? "";
	return headsAround(text, statement.start, scope.start).flatMap(({ start, line }) => {
		if (/^\s*(async\s+)?with\b.*\b(suppress|raises|assertRaises)\b/.test(line)) return [line];
		return /^\s*try\s*:/.test(line) ? handlerOf(text, start, line) : [];
	});
}

interface Line {
	readonly start: number;
	readonly line: string;
}

/** The `except` that ends the block of a `try`; none where `finally` does. */
function handlerOf(text: string, start: number, head: string): readonly string[] {
	const indent = indentation(head);
	const next = linesOf(text.slice(start)).find(
		(line, index) => index > 0 && isCode(line) && indentation(line) <= indent && !/^\s*[)\]}]/.test(line),
	);
	return next !== undefined && /^\s*except\b/.test(next) ? [next] : [];
}

/** Lines above a place that are indented less than all between, innermost first, down to `from`. */
function headsAround(text: string, at: number, from: number): readonly Line[] {
	const heads: Line[] = [];
	let start = lineStart(text, at);
	let indent = indentation(text.slice(start, at));
	while (start > from && indent > 0) {
		const end = start - 1;
		start = lineStart(text, end);
		const line = text.slice(start, end);
		if (!isCode(line) || indentation(line) >= indent) continue;
		indent = indentation(line);
		heads.push({ start, line });
	}
	return heads;
}

function linesOf(text: string): readonly string[] {
	return text.split("\n");
}

function isCode(line: string): boolean {
	return line.trim() !== "" && !line.trimStart().startsWith("#");
}

function indentation(line: string): number {
	return line.length - line.trimStart().length;
}
