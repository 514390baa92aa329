/** How it came to this: the story of a finding, oldest event first. */
import type { CoreId, Frame, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { TimelineEntry } from "../rule";
import { commonFrames } from "./blame";
import { calleeText } from "./calls";
import { code, expressionText, textOf } from "./source";

export interface Step {
	readonly event: ModelEvent;
	readonly message: string;
}

/**
 * The creation of the Core, then the steps, with the person's own calls between them; the last step is the finding's
 * own event. Calls that all steps share are left out: they lead to every one of them.
 */
export function timeline(
	graph: ModelGraph,
	core: CoreId | undefined,
	steps: readonly Step[],
): readonly TimelineEntry[] {
	const last = steps.at(-1)?.event;
	if (last === undefined) return [];
	const entries = steps.flatMap((step) => (step.event === last ? arrive(graph, step, steps) : come(graph, step, last)));
	return [...creation(graph, core, steps), ...entries];
}

function creation(graph: ModelGraph, core: CoreId | undefined, steps: readonly Step[]): readonly TimelineEntry[] {
	const id = core === undefined ? undefined : graph.cores[core]?.created;
	const event = id === undefined ? undefined : graph.events[id];
	if (event === undefined || steps.some((step) => step.event === event)) return [];
	return [{ place: event.call, message: `${calleeText(graph, event)} creates the model` }];
}

/** A step before the last: it happened, and then its result came up through the calls around it. */
function come(graph: ModelGraph, step: Step, last: ModelEvent): readonly TimelineEntry[] {
	const frames = step.event.frames
		.slice(commonFrames(step.event.frames, last.frames))
		.filter((frame) => isWritten(graph, frame));
	const discarded = frames.filter((frame) => frame.call.statement.form === "expr");
	const returned = frames.filter((frame) => frame.call.statement.form !== "expr").reverse();
	return [
		...discarded.map((frame) => ({ place: frame.call, message: `${frameText(graph, frame)} is called` })),
		{ place: step.event.call, message: step.message },
		...returned.map((frame) => ({ place: frame.call, message: `Returned by ${frameText(graph, frame)}` })),
	];
}

/** The last step: the calls around it lead down to it. */
function arrive(graph: ModelGraph, step: Step, steps: readonly Step[]): readonly TimelineEntry[] {
	const shared = Math.min(...steps.map((other) => commonFrames(other.event.frames, step.event.frames)));
	const frames = steps.length > 1 ? step.event.frames.slice(shared).filter((frame) => isWritten(graph, frame)) : [];
	const passed = frames.map((frame) => ({
		place: frame.call,
		message:
			frame.call.args.length > 0 ? `Passed to ${frameText(graph, frame)}` : `${frameText(graph, frame)} is called`,
	}));
	return [...passed, { place: step.event.call, message: step.message }];
}

/** False for the call of a class that the program itself never makes. */
function isWritten(graph: ModelGraph, frame: Frame): boolean {
	return textOf(graph, frame.call.parens).startsWith("(");
}

function frameText(graph: ModelGraph, frame: Frame): string {
	return code(`${expressionText(graph, frame.call.func)}()`);
}
