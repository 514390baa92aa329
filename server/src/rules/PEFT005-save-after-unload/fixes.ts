/** Remedies of saving a wrapper that is an empty shell: what the unload returned is what was to be saved. */
import type { ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Finding, Fix } from "../rule";
import { sameBlock } from "../shared/blocks";
import { fix, insert, ranked, replace } from "../shared/edits";
import { always } from "../shared/flow";
import { isOwnName } from "../shared/names";
import { isPath, lineText, textOf } from "../shared/source";

export function fixes(finding: Finding, graph: ModelGraph): readonly Fix[] {
	const save = graph.events[finding.event];
	const id = save?.cases.find((one) => one.certain && one.target?.stale !== undefined)?.target?.stale;
	const unload = id === undefined ? undefined : graph.events[id];
	if (save === undefined || unload === undefined) return [];
	const isSure = always(graph, save.call, ({ target }) => target?.stale === unload.id);
	return isSure ? ranked([keepResult(graph, unload, save), saveResult(graph, unload, save)]) : [];
}

function receiver(graph: ModelGraph, { call }: ModelEvent): string {
	const name = textOf(graph, call.func);
	return name.slice(0, Math.max(0, name.lastIndexOf(".")));
}

/** `model.merge_and_unload()` → `model = model.merge_and_unload()`: the network computes the same, and is saved whole. */
function keepResult(graph: ModelGraph, unload: ModelEvent, save: ModelEvent): Fix | undefined {
	const model = receiver(graph, unload);
	const { call } = unload;
	if (call.statement.form !== "expr" || !isPath(model) || receiver(graph, save) !== model) return undefined;
	if (!sameBlock(graph, call, save.call)) return undefined;
	// In a function, an assignment to a name of the module's would make another variable.
	if (!model.includes(".") && !isOwnName(graph, model, call)) return undefined;
	const isMerge = textOf(graph, call.func).endsWith(".merge_and_unload");
	return fix(
		`Keep the result in ${lineText(graph, call)}: \`${model} = ${textOf(graph, call)}\``,
		isMerge ? "safe" : "suggestion",
		[insert(call.file, call.start, `${model} = `)],
	);
}

/** `merged = model.merge_and_unload()`: `merged` is what is to be saved. */
function saveResult(graph: ModelGraph, unload: ModelEvent, save: ModelEvent): Fix | undefined {
	const { statement } = unload.call;
	const target = statement.form === "assign" && statement.target !== undefined ? textOf(graph, statement.target) : "";
	const model = receiver(graph, save);
	if (!isPath(target) || model === "" || target === model || !sameBlock(graph, unload.call, save.call))
		return undefined;
	const { func } = save.call;
	const place = { file: func.file, start: func.start, end: func.start + model.length };
	return fix(`Save what was merged: \`${target}${textOf(graph, { ...func, start: place.end })}\``, "suggestion", [
		replace(place, target),
	]);
}
