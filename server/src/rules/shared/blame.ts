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
	const isOwn =
		frame === undefined || meetInClass(graph, [...cause.frames.slice(shared).map(callOf), cause.call], effect);
	const where = isOwn ? own : { site: frame.call, frame };
	// What the constructor and a method do to each other is wrong for every object of the class.
	const isOfClass = isOwn && cause.frames[shared]?.name === "__init__";
	return where.site.file === 0 || isOfClass ? where : (atCaller(cause, effect, shared) ?? where);
}

/**
 * What is wrong inside another file is reported there, where it is wrong for every caller. Where it is the order of this
 * file's calls, a loop around one, or a function of this file that is called back, the call of this file is blamed.
 */
function atCaller(cause: ModelEvent, effect: ModelEvent, shared: number): Blame | undefined {
	const index = effect.frames.findLastIndex(({ call }) => call.file === 0);
	const frame = effect.frames[index];
	const isInside =
		index < shared &&
		cause.call.file !== 0 &&
		cause.id !== effect.id &&
		samePlace(scopeBelow(cause, index), scopeBelow(effect, index));
	return frame === undefined || isInside ? undefined : { site: frame.call, frame };
}

/** The function that the call of this frame led to: one call in a loop may lead to several. */
function scopeBelow({ frames, call }: ModelEvent, index: number): Place {
	return frames[index + 1]?.call.scope ?? call.scope;
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
	const { home } = effect.call;
	return home !== undefined && causeSites.some((site) => site.home !== undefined && samePlace(site.home, home));
}
