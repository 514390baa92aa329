/** An adapter that came into its model later than the optimizer which is to train it. */
import type { AdapterView, EventCase, EventId, ModelGraph } from "../../analysis/graph";
import { isWrapped } from "../shared/handles";

/**
 * The adapter that the optimizer of a step does not hold. Only where every adapter with gradients came later, and the model
 * has no second optimizer that was made after them.
 */
export function lateAdapter(graph: ModelGraph, { before, optimizer }: EventCase): AdapterView | undefined {
	if (before === undefined || !before.known || optimizer === undefined) return undefined;
	const since = before.history.lastIndexOf(optimizer.made);
	const trained = before.adapters.filter(
		({ name, trainable }) => trainable !== false && before.active?.includes(name) !== false,
	);
	const isLate = ({ event, trainable }: AdapterView): boolean =>
		trainable === true && event !== undefined && before.history.lastIndexOf(event) > since && isFirst(graph, event);
	if (since === -1 || !trained.every(isLate)) return undefined;
	const late = trained.at(-1);
	const after = late?.event === undefined ? [] : before.history.slice(before.history.lastIndexOf(late.event));
	return after.some((id) => graph.events[id]?.kind === "optimizer") ? undefined : late;
}

/** It was no second wrap, nor one over an adapter of the same name: other rules speak of those. */
function isFirst(graph: ModelGraph, id: EventId): boolean {
	const event = graph.events[id];
	if (event === undefined) return false;
	const isBeside = event.kind === "add-adapter" || event.kind === "load-adapter";
	return event.cases.every(
		({ target, before, adapter }) =>
			(isBeside || !isWrapped(target)) && before?.adapters.every(({ name }) => name !== adapter) !== false,
	);
}

/** Somewhere the program puts parameters into an optimizer that exists. */
export function addsByHand({ sources }: ModelGraph): boolean {
	return sources.some(({ text }) =>
		/add_param_group|param_groups\s*(\.|\+?=(?!=))|\[\s*["']params["']\s*\]/.test(text),
	);
}
