/** What happens to a model elsewhere in the program. */
import type {
	CallSite,
	EventCase,
	EventId,
	EventKind,
	HandleView,
	ModelEvent,
	ModelGraph,
	ModelRead,
} from "../../analysis/graph";
import { samePlace } from "./source";

const TRAINING: ReadonlySet<EventKind> = new Set(["train", "optimizer", "optimizer-step", "trainer"]);

/** Something that trains is given the model after this event. */
export function isTrainedAfter(graph: ModelGraph, event: ModelEvent): boolean {
	return graph.events.some(
		(other) =>
			TRAINING.has(other.kind) && other.cases.some((situation) => situation.before?.history.includes(event.id)),
	);
}

/** Every event of one call, whatever the calling context. */
export function eventsAt(graph: ModelGraph, call: CallSite): readonly ModelEvent[] {
	return graph.events.filter((event) => samePlace(event.call, call));
}

/** True when a predicate holds in every situation in which control reaches the call, from wherever it comes. */
export function always(graph: ModelGraph, call: CallSite, holds: (situation: EventCase) => boolean): boolean {
	return eventsAt(graph, call).every((event) => event.cases.filter((situation) => situation.certain).every(holds));
}

/** Reads of a value whose outermost wrapper one of these events made, but for what was unloaded from around it. */
export function readsOfWrapper(graph: ModelGraph, wrappers: readonly EventId[]): readonly ModelRead[] {
	return graph.reads.filter((read) => read.cases.some(({ handle }) => isMadeBy(handle, wrappers)));
}

function isMadeBy(handle: HandleView, wrappers: readonly EventId[]): boolean {
	const outermost = handle.path[0]?.event;
	return outermost !== undefined && wrappers.includes(outermost) && handle.unloadedBy === undefined;
}
