/** Remedy of an unload whose result is dropped: keep it in the variable. */
import type { ModelGraph } from "../../analysis/graph";
import type { Finding, Fix } from "../rule";
import { ranked } from "../shared/edits";
import { keepResult } from "../shared/unload";

export function fixes(finding: Finding, graph: ModelGraph): readonly Fix[] {
	const unload = graph.events[finding.event];
	return unload === undefined ? [] : ranked([keepResult(graph, unload)]);
}
