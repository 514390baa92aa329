/** Remedy of compiling too early: compile what the load or the wrap returns. */
import type { ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Finding, Fix } from "../rule";
import { isAssignedBetween, sameBlock } from "../shared/blocks";
import { modelArgument } from "../shared/calls";
import { appendStatements, deleteStatement, fix, ranked, replace } from "../shared/edits";
import { always, eventsAt } from "../shared/flow";
import { isPath, lineText, samePlace, textOf } from "../shared/source";
import { compiledBy } from "./rule";

export function fixes(finding: Finding, graph: ModelGraph): readonly Fix[] {
	const event = graph.events[finding.event];
	const id = event?.cases.map(compiledBy).find((one) => one !== undefined);
	const compile = id === undefined ? undefined : graph.events[id];
	if (event === undefined || compile === undefined) return [];
	return ranked([compileLater(graph, compile, event)]);
}

/** `model = torch.compile(base)` is taken out, `base` given in its place, and the result compiled. */
function compileLater(graph: ModelGraph, compile: ModelEvent, event: ModelEvent): Fix | undefined {
	const base = modelArgument(compile.call);
	const model = modelArgument(event.call);
	const early = compile.call.statement;
	const late = event.call.statement;
	if (base === undefined || model === undefined || early.target === undefined || late.target === undefined)
		return undefined;
	const [network, compiled, result] = [base.value, early.target, late.target].map((place) => textOf(graph, place)) as [
		string,
		string,
		string,
	];
	if (textOf(graph, model.value) !== compiled || !isPath(network) || !early.ownLines || !late.ownLines)
		return undefined;
	if (!sameBlock(graph, compile.call, event.call) || isUsedBetween(graph, compile, event)) return undefined;
	if (network !== compiled && isAssignedBetween(graph, network, early, late)) return undefined;
	if (!always(graph, event.call, (situation) => compiledBy(situation) === compile.id)) return undefined;
	const { call } = compile;
	const before = textOf(graph, { ...call, end: base.value.start });
	const after = textOf(graph, { ...call, start: base.value.end });
	return fix(`Compile after ${lineText(graph, late)}: \`${result} = ${before}${result}${after}\``, "suggestion", [
		deleteStatement(graph, early),
		...(network === compiled ? [] : [replace(model.value, network)]),
		appendStatements(graph, late, [`${result} = ${before}${result}${after}`]),
	]);
}

/** Something else is done with what was compiled, before the adapter comes. */
function isUsedBetween(graph: ModelGraph, compile: ModelEvent, event: ModelEvent): boolean {
	const model = modelArgument(event.call);
	const made = eventsAt(graph, compile.call).map(({ id }) => id);
	return graph.reads.some(
		(read) =>
			(model === undefined || !samePlace(read, model.value)) &&
			read.cases.some(({ handle }) => handle.path.length === 1 && made.includes(handle.path[0]?.event ?? -1)),
	);
}
