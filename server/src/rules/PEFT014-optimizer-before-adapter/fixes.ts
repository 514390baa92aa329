/** Remedy of an optimizer that comes too early: make it after the adapter is in the model. */
import type { ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Finding, Fix } from "../rule";
import { modelArgument } from "../shared/calls";
import { fix, ranked } from "../shared/edits";
import { moveBehind } from "../shared/move";
import { code, expressionText, lineText, textOf } from "../shared/source";

export function fixes({ event, cause }: Finding, graph: ModelGraph): readonly Fix[] {
	const made = graph.events[event];
	const injection = cause === undefined ? undefined : graph.events[cause];
	if (made === undefined || injection === undefined || !givesGradients(injection)) return [];
	// A list that was made before would stay what it is.
	if (!/\.\s*(named_)?parameters\(\)/.test(textOf(graph, made.call))) return [];
	const given = modelArgument(injection.call);
	const move = moveBehind(graph, made.call, injection.call, given === undefined ? "" : textOf(graph, given.value));
	if (move === undefined) return [];
	const title = `Make the optimizer after the adapter: move ${code(expressionText(graph, made.call.statement))} behind ${lineText(graph, injection.call)}`;
	return ranked([fix(title, move.followers === 0 ? "safe" : "suggestion", move.edits)]);
}

/** The call itself leaves the adapter trainable: `add_adapter` of a PeftModel waits for `set_adapter`. */
function givesGradients(injection: ModelEvent): boolean {
	return injection.cases.every(({ after }) =>
		after?.adapters.every(({ event, trainable }) => event !== injection.id || trainable === true),
	);
}
