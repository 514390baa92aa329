/** Remedy of training an adapter that was loaded frozen: load it trainable. */
import type { ModelGraph } from "../../analysis/graph";
import type { Finding, Fix } from "../rule";
import { addTrainable } from "../shared/arguments";
import { argumentFor, hasUnpackedArgument } from "../shared/calls";
import { fix, ranked } from "../shared/edits";

export function fixes(finding: Finding, graph: ModelGraph): readonly Fix[] {
	const load = graph.events[finding.event];
	if (load === undefined || hasUnpackedArgument(graph, load.call)) return [];
	const given = argumentFor(load.call, "is_trainable");
	// A flag that is computed is the person's own decision.
	if (given !== undefined && given.constant === undefined) return [];
	return ranked([fix("Load the adapter trainable: `is_trainable=True`", "safe", [addTrainable(graph, load.call)])]);
}
