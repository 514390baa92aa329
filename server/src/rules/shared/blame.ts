/** Where a finding about two events is reported: in the lowest frame that holds both. */
import type { CallSite, Frame, ModelEvent, ModelGraph, Place } from "../../analysis/graph";
import { modelArgument } from "./calls";
import { samePlace, textOf } from "./source";

export interface Blame {
	readonly site: CallSite;
	/** The person's own call that is blamed for what happens inside it; undefined when it is the event's own call. */
	readonly frame: Frame | undefined;
}

/**
 * Wrapped in `main` and loaded inside `load(model)`: the call of `load` in `main`. Both in one helper: inside the helper.
 * Two methods of one class that hand the model over in a field of `self`: inside the class, whoever calls it.
 */
export function blame(graph: ModelGraph, cause: ModelEvent | undefined, effect: ModelEvent): Blame {
	const own = { site: effect.call, frame: undefined };
	if (cause === undefined) return own;
	const shared = commonFrames(cause.frames, effect.frames);
	const frame = effect.frames[shared];
	if (frame === undefined || meetInClass(graph, [...cause.frames.slice(shared).map(callOf), cause.call], effect))
		return own;
	return { site: frame.call, frame };
}

/** How many of the outermost calls two events share. */
export function commonFrames(a: readonly Frame[], b: readonly Frame[]): number {
	const differs = a.findIndex((frame, index) => {
		const other = b[index];
		return other === undefined || !samePlace(frame.call, other.call);
	});
	return differs === -1 ? a.length : differs;
}

function callOf(frame: Frame): CallSite {
	return frame.call;
}

function meetInClass(graph: ModelGraph, causeSites: readonly CallSite[], effect: ModelEvent): boolean {
	const model = modelArgument(effect.call);
	if (model === undefined || !/^(self|cls)\b/.test(textOf(graph, model.value))) return false;
	const home = enclosingClass(graph, effect.call.scope);
	return home !== undefined && causeSites.some((site) => site.file === home.file && isIn(graph, site, home));
}

function isIn(graph: ModelGraph, site: CallSite, home: Place): boolean {
	return enclosingClass(graph, site.scope)?.start === home.start;
}

/** The `class` line that a method's `def` stands under, told by indentation. */
function enclosingClass(graph: ModelGraph, scope: Place): Place | undefined {
	const text = graph.sources[scope.file]?.text ?? "";
	let start = text.lastIndexOf("\n", scope.start - 1) + 1;
	const depth = indentation(text, start);
	while (start > 0) {
		start = text.lastIndexOf("\n", start - 2) + 1;
		const end = text.indexOf("\n", start);
		const line = text.slice(start, end);
		if (line.trim() === "" || line.trimStart().startsWith("#") || indentation(text, start) >= depth) continue;
		return /^\s*class\b/.test(line) ? { file: scope.file, start, end } : undefined;
	}
	return undefined;
}

function indentation(text: string, lineStart: number): number {
	return /^[ \t]*/.exec(text.slice(lineStart, lineStart + 200))?.[0].length ?? 0;
}
