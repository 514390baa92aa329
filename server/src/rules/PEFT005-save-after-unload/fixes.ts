/** Remedies of saving a wrapper that is an empty shell: what the unload returned is what was to be saved. */
import type { ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Finding, Fix } from "../rule";
import { sameBlock } from "../shared/blocks";
import { fix, ranked, replace } from "../shared/edits";
import { always } from "../shared/flow";
import { isPath, textOf } from "../shared/source";
import { keepResult, receiverOf } from "../shared/unload";

export function fixes(finding: Finding, graph: ModelGraph): readonly Fix[] {
	const save = graph.events[finding.event];
	const id = save?.cases.find((one) => one.certain && one.target?.stale !== undefined)?.target?.stale;
	const unload = id === undefined ? undefined : graph.events[id];
	if (save === undefined || unload === undefined) return [];
	const isSure = always(graph, save.call, ({ target }) => target?.stale === unload.id);
	return isSure ? ranked([keepUnloaded(graph, unload, save), saveResult(graph, unload, save)]) : [];
}

/** The unload and the save are of one variable, one right after the other. */
function keepUnloaded(graph: ModelGraph, unload: ModelEvent, save: ModelEvent): Fix | undefined {
	const isOne = receiverOf(graph, unload) === receiverOf(graph, save) && sameBlock(graph, unload.call, save.call);
	return isOne ? keepResult(graph, unload) : undefined;
}

/** `merged = model.merge_and_unload()`: `merged` is what is to be saved. */
function saveResult(graph: ModelGraph, unload: ModelEvent, save: ModelEvent): Fix | undefined {
	const { statement } = unload.call;
	const target = statement.form === "assign" && statement.target !== undefined ? textOf(graph, statement.target) : "";
	const model = receiverOf(graph, save);
	if (!isPath(target) || model === "" || target === model || !sameBlock(graph, unload.call, save.call))
		return undefined;
	const { func } = save.call;
	const place = { file: func.file, start: func.start, end: func.start + model.length };
	return fix(`Save what was merged: \`${target}${textOf(graph, { ...func, start: place.end })}\``, "suggestion", [
		replace(place, target),
	]);
}
