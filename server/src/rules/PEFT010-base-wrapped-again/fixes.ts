/** Remedies of a second wrap over one base: clean the base first, or let one wrapper hold both adapters. */
import type { EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Finding, Fix } from "../rule";
import { addThroughWrapper } from "../shared/add-adapter";
import { nameOfResult } from "../shared/blocks";
import { argumentFor, modelArgument } from "../shared/calls";
import { addKeyword, fix, ranked, replace } from "../shared/edits";
import { always } from "../shared/flow";
import { loadThroughWrapper } from "../shared/load-adapter";
import { literal } from "../shared/names";
import { code } from "../shared/source";
import { type Reason, reasonAgainst } from "./reasons";

const APPLICABILITY = "suggestion";

export function fixes(finding: Finding, graph: ModelGraph): readonly Fix[] {
	const event = graph.events[finding.event];
	const situation = event?.cases.find((other) => other.certain && reasonAgainst(graph, event, other) !== undefined);
	const reason = event && situation && reasonAgainst(graph, event, situation);
	if (event === undefined || situation === undefined || reason === undefined) return [];
	if (!always(graph, event.call, (other) => reasonAgainst(graph, event, other) !== undefined)) return [];
	return ranked([remedy(graph, event, situation, reason)]);
}

function remedy(graph: ModelGraph, event: ModelEvent, situation: EventCase, reason: Reason): Fix | undefined {
	const wrapper = reason.earlier && nameOfResult(graph, reason.earlier.call, event.call);
	switch (reason.kind) {
		case "shared":
			return wrapper === undefined ? undefined : throughWrapper(graph, event, situation, wrapper);
		case "leftover":
			return wrapper === undefined || reason.earlier?.kind === "inject" ? undefined : unloadFirst(event, wrapper);
		case "unused":
			return reuseName(graph, event, reason.adapter.name);
	}
}

/** One wrapper with two adapters; which of them runs is then said with `set_adapter`. */
function throughWrapper(graph: ModelGraph, event: ModelEvent, situation: EventCase, wrapper: string): Fix | undefined {
	const model = modelArgument(event.call);
	if (model === undefined) return undefined;
	return event.kind === "load"
		? loadThroughWrapper(graph, event, model, situation, wrapper, "beside")
		: addThroughWrapper(graph, event, situation, wrapper);
}

function unloadFirst(event: ModelEvent, wrapper: string): Fix | undefined {
	const model = modelArgument(event.call);
	if (model === undefined) return undefined;
	const unloaded = `${wrapper}.unload()`;
	return fix(`Wrap ${code(unloaded)}, the base model without its adapter layers`, APPLICABILITY, [
		replace(model.value, unloaded),
	]);
}

function reuseName(graph: ModelGraph, event: ModelEvent, name: string): Fix | undefined {
	if (event.kind !== "wrap") return undefined;
	const keyword = `adapter_name=${literal(name)}`;
	const given = argumentFor(event.call, "adapter_name");
	const edit = given === undefined ? addKeyword(graph, event.call, keyword) : replace(given.value, literal(name));
	return fix(`Wrap the model for its adapter ${code(name)}`, APPLICABILITY, [edit]);
}
