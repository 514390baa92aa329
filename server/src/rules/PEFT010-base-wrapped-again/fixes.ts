/** Remedies of a second wrap over one base: clean the base first, or let one wrapper hold both adapters. */
import type { EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Finding, Fix } from "../rule";
import { addThroughWrapper } from "../shared/add-adapter";
import { endOfLoopBody, isAssignedBetween, nameOfResult } from "../shared/blocks";
import { argumentFor, modelArgument } from "../shared/calls";
import { addKeyword, breakBefore, fix, insert, ranked, replace } from "../shared/edits";
import { always } from "../shared/flow";
import { loadThroughWrapper } from "../shared/load-adapter";
import { literal } from "../shared/names";
import { code, isPath, textOf } from "../shared/source";
import { type Reason, reasonAgainst } from "./reasons";

const APPLICABILITY = "suggestion";

export function fixes(finding: Finding, graph: ModelGraph): readonly Fix[] {
	const event = graph.events[finding.event];
	if (event === undefined) return [];
	const isWrong = (situation: EventCase) => reasonAgainst(graph, event, situation) !== undefined;
	const situation = event.cases.find((other) => other.certain && isWrong(other));
	const reason = situation && reasonAgainst(graph, event, situation);
	if (situation === undefined || reason === undefined) return [];
	if (always(graph, event.call, isWrong)) return ranked([remedy(graph, event, situation, reason)]);
	const isLoop = always(graph, event.call, (other) => isWrong(other) === other.pass > 0);
	return ranked([isLoop && reason.kind === "leftover" ? unloadAfterPass(graph, event) : undefined]);
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

/** A loop wraps the same base in each pass: the last thing a pass does is to take its layers out again. */
function unloadAfterPass(graph: ModelGraph, event: ModelEvent): Fix | undefined {
	const { call } = event;
	const model = modelArgument(call);
	const end = endOfLoopBody(graph, call);
	if (model === undefined || end === undefined || call.statement.target === undefined || event.kind !== "wrap")
		return undefined;
	const base = textOf(graph, model.value);
	const wrapper = textOf(graph, call.statement.target);
	const rest = { file: call.file, start: end, end };
	const isKept = [base, wrapper].every((name) => isPath(name) && !isAssignedBetween(graph, name, call.statement, rest));
	if (!isKept || base === wrapper) return undefined;
	const line = `${breakBefore(graph, call.statement)}${base} = ${wrapper}.unload()`;
	return fix(`Take the adapter layers out of ${code(base)} again at the end of each pass`, APPLICABILITY, [
		insert(call.file, end, line),
	]);
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
