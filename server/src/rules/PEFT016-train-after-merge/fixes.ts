/** Remedies of training what a merge has left frozen: a new adapter, gradients for all of it, or the merge undone. */
import type { ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Finding, Fix } from "../rule";
import { isAssignedBetween, sameBlock } from "../shared/blocks";
import { argumentFor } from "../shared/calls";
import { appendStatements, breakBefore, fix, insert, ranked } from "../shared/edits";
import { code, isPath, lineText, textOf } from "../shared/source";
import { isTraining } from "../shared/training";

export function fixes(finding: Finding, graph: ModelGraph): readonly Fix[] {
	const merge = graph.events[finding.event];
	if (merge === undefined) return [];
	if (merge.kind === "merge") return ranked([unmerge(graph, merge)]);
	return ranked([addAdapter(graph, merge), trainAll(graph, merge)]);
}

/** The variable that holds what the unload returned. */
function resultOf(graph: ModelGraph, { call }: ModelEvent): string | undefined {
	const { form, target } = call.statement;
	const name = form === "assign" && target !== undefined ? textOf(graph, target) : "";
	return isPath(name) ? name : undefined;
}

/** A new adapter of the same config, as the wrap before made one. */
function addAdapter(graph: ModelGraph, unload: ModelEvent): Fix | undefined {
	const model = resultOf(graph, unload);
	const made = unload.cases.flatMap(({ before }) => before?.adapters ?? []).map(({ event }) => event);
	const wrap = graph.events.find(({ id, api }) => made.includes(id) && api === "peft.get_peft_model");
	const config = wrap && argumentFor(wrap.call, "peft_config");
	if (model === undefined || wrap === undefined || config === undefined) return undefined;
	if (!sameBlock(graph, wrap.call, unload.call)) return undefined;
	const given = textOf(graph, config.value);
	if (!isPath(given) || isAssignedBetween(graph, given, wrap.call.statement, unload.call.statement)) return undefined;
	const line = `${model} = ${textOf(graph, wrap.call.func)}(${model}, ${given})`;
	return fix(`Put a new adapter on top: ${code(line)}`, "suggestion", [
		appendStatements(graph, unload.call.statement, [line]),
	]);
}

/** Full fine-tuning; quantised weights cannot have gradients. */
function trainAll(graph: ModelGraph, unload: ModelEvent): Fix | undefined {
	const model = resultOf(graph, unload);
	if (model === undefined || unload.cases.some(({ before }) => before?.quantized !== "none")) return undefined;
	const line = `${model}.requires_grad_(True)`;
	return fix(`Train all weights: ${code(line)}`, "suggestion", [
		appendStatements(graph, unload.call.statement, [line]),
	]);
}

/** In front of the first training that follows in the same block. */
function unmerge(graph: ModelGraph, merge: ModelEvent): Fix | undefined {
	const model = /^(.+?)\s*\.\s*merge_adapter$/s.exec(textOf(graph, merge.call.func))?.[1];
	const sink = graph.events.find(
		(event) => isTraining(event) && event.cases.some(({ before }) => before?.history.includes(merge.id)),
	);
	if (model === undefined || !isPath(model) || sink === undefined) return undefined;
	if (!sameBlock(graph, merge.call, sink.call)) return undefined;
	const { statement } = sink.call;
	if (!statement.ownLines || isAssignedBetween(graph, model, merge.call.statement, statement)) return undefined;
	const line = `${model}.unmerge_adapter()`;
	return fix(`Take it out again before ${lineText(graph, statement)}: ${code(line)}`, "suggestion", [
		insert(statement.file, statement.start, `${line}${breakBefore(graph, statement)}`),
	]);
}
