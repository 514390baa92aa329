/** Remedy of an adapter that is added in vain: make it active. */
import type { ModelGraph } from "../../analysis/graph";
import type { Finding, Fix } from "../rule";
import { argumentFor } from "../shared/calls";
import { appendStatements, fix, ranked } from "../shared/edits";
import { code, isPath, textOf } from "../shared/source";

export function fixes({ event }: Finding, graph: ModelGraph): readonly Fix[] {
	const call = graph.events[event]?.call;
	const name = call && argumentFor(call, "adapter_name");
	if (call === undefined || name === undefined) return [];
	// It is to be filled before it can be used.
	if (argumentFor(call, "low_cpu_mem_usage") !== undefined) return [];
	const owner = /^(.*\S)\s*\.\s*\w+$/s.exec(textOf(graph, call.func))?.[1];
	const isPlain = call.statement.form === "expr" || call.statement.form === "assign";
	if (owner === undefined || !isPath(owner) || !isPlain) return [];
	const line = `${owner}.set_adapter(${textOf(graph, name.value)})`;
	return ranked([
		fix(`Make the adapter active: ${code(line)}`, "suggestion", [appendStatements(graph, call.statement, [line])]),
	]);
}
