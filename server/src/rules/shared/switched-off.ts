/** Where `disable_adapter()` is in force: told from indentation, since the graph keeps no blocks. */
import type { CallSite, CoreId, ModelEvent, ModelGraph } from "../../analysis/graph";
import { indentOf } from "./blocks";
import { samePlace, textOf } from "./source";

/** The run, or a call that leads to it, may be in a block that the model's adapter is switched off for. */
export function mayBeSwitchedOff(graph: ModelGraph, { call, frames }: ModelEvent, core: CoreId): boolean {
	const sites = [call, ...frames.map((frame) => frame.call)];
	return graph.events.some(
		(event) =>
			event.kind === "context" &&
			event.cases.some(({ target }) => target?.core === core) &&
			(!isPlainWith(graph, event.call) || sites.some((site) => isWithin(graph, event.call, site))),
	);
}

/** `with model.disable_adapter():` around what is seen to stand in it: not kept in a variable, not a generator's. */
function isPlainWith(graph: ModelGraph, { statement, scope }: CallSite): boolean {
	return /^(?:async\s+)?with\b/.test(textOf(graph, statement)) && !/\byield\b/.test(textOf(graph, scope));
}

function isWithin(graph: ModelGraph, context: CallSite, site: CallSite): boolean {
	const { statement } = context;
	if (!samePlace(context.scope, site.scope) || site.start < statement.end) return false;
	const text = graph.sources[statement.file]?.text ?? "";
	const indent = indentOf(text, statement) ?? "";
	const [, ...lines] = text.slice(statement.end, site.end).split("\n");
	return lines.every(
		(line) => /^\s*(?:#|\)|$)/.test(line) || (line.startsWith(indent) && /^\s/.test(line.slice(indent.length))),
	);
}
