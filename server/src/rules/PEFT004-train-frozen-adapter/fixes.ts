/** Remedy of training an adapter that was loaded frozen: load it trainable. */
import type { ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Finding, Fix } from "../rule";
import { addTrainable } from "../shared/arguments";
import { argumentFor, hasUnpackedArgument } from "../shared/calls";
import { fix, ranked } from "../shared/edits";

export function fixes(finding: Finding, graph: ModelGraph): readonly Fix[] {
	const load = graph.events[finding.event];
	if (load === undefined || hasUnpackedArgument(graph, load.call)) return [];
	const given = argumentFor(load.call, "is_trainable");
	// Which of several adapters is meant to be trained is not to be seen.
	if (hasCompany(graph, load)) return [];
	// A flag that is computed is the person's own decision.
	if (given !== undefined && given.constant === undefined) return [];
	return ranked([fix("Load the adapter trainable: `is_trainable=True`", "safe", [addTrainable(graph, load.call)])]);
}

/** Another adapter is in the model when it is trained. */
function hasCompany(graph: ModelGraph, load: ModelEvent): boolean {
	return graph.events.some(({ kind, cases }) => {
		const trains = kind === "train" || kind === "optimizer-step";
		return trains && cases.some(({ before }) => before?.history.includes(load.id) && before.adapters.length > 1);
	});
}
