/** Remedy of training an adapter that has no weights: it is made with some. */
import type { ModelGraph } from "../../analysis/graph";
import type { Finding, Fix } from "../rule";
import { argumentFor } from "../shared/calls";
import { deleteArgument, fix, ranked } from "../shared/edits";
import { textOf } from "../shared/source";

export function fixes(finding: Finding, graph: ModelGraph): readonly Fix[] {
	const call = graph.events[finding.event]?.call;
	const argument = call && argumentFor(call, "low_cpu_mem_usage");
	// A flag that is computed is the person's own decision, and a positional argument has others behind it.
	if (call === undefined || argument === undefined || !argument.keyword) return [];
	if (textOf(graph, argument.value) !== "True") return [];
	return ranked([fix("Take out `low_cpu_mem_usage=True`", "safe", [deleteArgument(graph, call, argument)])]);
}
