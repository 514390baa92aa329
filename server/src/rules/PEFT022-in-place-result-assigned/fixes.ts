/** Remedies of a model whose place the result of a call in place takes. */
import type { CallSite, ModelGraph } from "../../analysis/graph";
import type { Finding, Fix } from "../rule";
import { fix, ranked, replace } from "../shared/edits";
import { code, textOf } from "../shared/source";

export function fixes({ event: id }: Finding, graph: ModelGraph): readonly Fix[] {
	const event = graph.events[id];
	if (event === undefined) return [];
	return ranked([event.kind === "unload" ? unloadItself(graph, event.call) : dropAssignment(graph, event.call)]);
}

function dropAssignment(graph: ModelGraph, call: CallSite): Fix | undefined {
	const { statement } = call;
	const { target } = statement;
	if (target === undefined) return undefined;
	const assignment = { file: call.file, start: statement.start, end: call.start };
	// Between the name and the call stands nothing but an annotation: no bracket that would be left alone.
	const isPlain = /^\s*(:[^=(]*)?=\s*$/.test(textOf(graph, { ...assignment, start: target.end }));
	if (!isPlain || target.start !== assignment.start) return undefined;
	return fix(`Drop the assignment to ${code(textOf(graph, target))}`, "safe", [replace(assignment, "")]);
}

/** ms-swift drops what PEFT's method returns: without the assignment the name would hold an empty wrapper. */
function unloadItself(graph: ModelGraph, call: CallSite): Fix | undefined {
	const [model, ...more] = call.args;
	if (model === undefined || more.length > 0) return undefined;
	const method = `${textOf(graph, model.value)}.merge_and_unload()`;
	return fix(`Call PEFT's own method, which returns the merged model: ${code(method)}`, "suggestion", [
		replace(call, method),
	]);
}
