/** Remedy of a base model that is used up: one of its own for each adapter. */
import type { ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Finding, Fix } from "../rule";
import { indentOf, isAssignedBetween } from "../shared/blocks";
import { modelArgument } from "../shared/calls";
import { breakBefore, deleteStatement, fix, insert, ranked } from "../shared/edits";
import { lineText, samePlace, textOf } from "../shared/source";

export function fixes(finding: Finding, graph: ModelGraph): readonly Fix[] {
	const event = graph.events[finding.event];
	const core = event?.cases.find((one) => one.certain && one.target !== undefined)?.target?.core;
	const created = core === undefined ? undefined : graph.cores[core]?.created;
	const creation = created === undefined ? undefined : graph.events[created];
	return event === undefined || creation === undefined ? [] : ranked([createAnew(graph, creation, event)]);
}

/** `base = AutoModel….from_pretrained(…)` is put in front of the call, and taken out above where nothing else needs it there. */
function createAnew(graph: ModelGraph, creation: ModelEvent, event: ModelEvent): Fix | undefined {
	const model = modelArgument(event.call);
	const first = creation.call.statement;
	const next = event.call.statement;
	if (model === undefined || first.target === undefined || !first.ownLines || !next.ownLines) return undefined;
	const name = textOf(graph, first.target);
	if (textOf(graph, model.value) !== name || !samePlace(creation.call.scope, event.call.scope)) return undefined;
	if (first.end > next.start || areNamesChanged(graph, creation, event)) return undefined;
	const text = graph.sources[first.file]?.text ?? "";
	const [old, fresh] = [first, next].map((place) => indentOf(text, place));
	if (old === undefined || fresh === undefined) return undefined;
	const statement = textOf(graph, first).split(`\n${old}`).join(`\n${fresh}`);
	const isNeeded = graph.reads.some(
		(read) =>
			read.file === first.file &&
			(read.start < next.start || read.start > next.end) &&
			read.cases.some(({ handle }) => handle.core === creation.cases[0]?.result?.core && handle.path.length === 0) &&
			textOf(graph, read) === name,
	);
	return fix(`Create the base model anew in front of ${lineText(graph, next)}`, "suggestion", [
		...(isNeeded ? [] : [deleteStatement(graph, first)]),
		insert(next.file, next.start, `${statement}${breakBefore(graph, next)}`),
	]);
}

/** What the creation is given may be another by then. */
function areNamesChanged(graph: ModelGraph, { call }: ModelEvent, event: ModelEvent): boolean {
	const names = textOf(graph, call).match(/[A-Za-z_]\w*/g) ?? [];
	return [...new Set(names)].some((name) => isAssignedBetween(graph, name, call.statement, event.call.statement));
}
