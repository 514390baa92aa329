/** Remedies of training an adapter that was frozen: a config for training, or no freezing after the wrap. */
import type { CallSite, ModelEvent, ModelGraph, Place } from "../../analysis/graph";
import type { Edit, Finding, Fix } from "../rule";
import { indentOf } from "../shared/blocks";
import { argumentFor } from "../shared/calls";
import { deleteLines, deleteStatement, fix, lineStart, ranked, replace } from "../shared/edits";
import { lineText, quote, samePlace } from "../shared/source";

export function fixes(finding: Finding, graph: ModelGraph): readonly Fix[] {
	const event = graph.events[finding.event];
	if (event === undefined) return [];
	return ranked([event.kind === "requires-grad" ? removeFreeze(graph, event) : trainConfig(event.call)]);
}

/** `inference_mode=True` → `inference_mode=False` */
function trainConfig(call: CallSite): Fix | undefined {
	const given = argumentFor(call, "inference_mode");
	if (given?.constant !== true) return undefined;
	return fix("Make the config one for training: `inference_mode=False`", "safe", [replace(given.value, "False")]);
}

/** The wrap has frozen the base model already. Not in a helper, which may be called for other models. */
function removeFreeze(graph: ModelGraph, freeze: ModelEvent): Fix | undefined {
	const { call } = freeze;
	const { statement } = call;
	const made = freeze.cases.flatMap(({ before }) => before?.adapters ?? []).map(({ event }) => event);
	const isInSight = graph.events.some((event) => made.includes(event.id) && samePlace(event.call.scope, call.scope));
	// `model.requires_grad_(False)`, or the same of every parameter of a loop.
	if (!isInSight || !statement.ownLines || statement.start !== call.start) return undefined;
	const loop = statement.alone ? loopAround(graph, statement) : undefined;
	const edit = loop === undefined ? deleteStatement(graph, statement) : deleteLoop(graph, loop);
	const what = quote(graph, loop ?? statement);
	return fix(
		`Remove ${what} in ${lineText(graph, loop ?? statement)}: the wrap has frozen the base model`,
		"suggestion",
		[edit],
	);
}

/** A loop whose body is this statement alone, with its head right above. */
function loopAround(graph: ModelGraph, statement: Place): Place | undefined {
	const text = graph.sources[statement.file]?.text ?? "";
	const end = lineStart(text, statement.start);
	const start = lineStart(text, Math.max(0, end - 1));
	const indent = /^([ \t]*)for\b.*:[ \t]*\r?\n$/.exec(text.slice(start, end))?.[1];
	const isInside = indent !== undefined && (indentOf(text, statement) ?? "").length > indent.length;
	return isInside ? { file: statement.file, start: start + indent.length, end: statement.end } : undefined;
}

/** `pass` stays where the block that the loop is in may have nothing else. */
function deleteLoop(graph: ModelGraph, loop: Place): Edit {
	const text = graph.sources[loop.file]?.text ?? "";
	const above = text.slice(0, lineStart(text, loop.start)).replace(/(?:\s*#.*)?\s*$/, "");
	return above.endsWith(":") ? replace(loop, "pass") : deleteLines(graph, loop);
}
