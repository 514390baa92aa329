/** All that is wrong with the arguments of one call of a config class. */
import type { EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import { className } from "../shared/configs";
import { holdsFor, type Versions } from "../versions";
import { unreadParts } from "./init";
import { nameProblems } from "./names";
import type { Problem } from "./problem";
import { valueProblems } from "./values";

/** In any of its situations, each once for its argument. */
export function problemsAt(graph: ModelGraph, event: ModelEvent, versions: Versions): readonly Problem[] {
	const found = event.cases.flatMap((situation) => problemsOf(graph, event, situation, versions));
	return found.filter(({ field }, index) => found.findIndex((other) => other.field === field) === index);
}

export function problemsOf(
	graph: ModelGraph,
	event: ModelEvent,
	{ config: view }: EventCase,
	versions: Versions,
): readonly Problem[] {
	if (view === undefined) return [];
	const given = { graph, event, owner: className(event), view };
	const problems = [...nameProblems(given, versions), ...valueProblems(given, versions), ...unreadParts(given)];
	return problems.filter(({ holds = {} }) => holdsFor(holds, versions) !== "no");
}
