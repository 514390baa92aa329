/** Remedy of a wrapper that is dropped: keep it in the variable. */
import type { CallSite, ModelEvent, ModelGraph, ModelRead } from "../../analysis/graph";
import type { Finding, Fix } from "../rule";
import { modelArgument } from "../shared/calls";
import { fix, insert, ranked } from "../shared/edits";
import { isOwnName } from "../shared/names";
import { isPath, lineText, samePlace, textOf } from "../shared/source";

export function fixes({ event: id }: Finding, graph: ModelGraph): readonly Fix[] {
	const call = graph.events[id];
	return call === undefined ? [] : ranked([keep(graph, call)]);
}

/** What means the same of the wrapper, or does what is wanted. In PEFT 0.7 its `generate` takes keywords alone. */
const SHARED: ReadonlySet<string> = new Set([
	"bfloat16",
	"config",
	"cpu",
	"cuda",
	"device",
	"dtype",
	"eval",
	"float",
	"forward",
	"half",
	"named_parameters",
	"parameters",
	"push_to_hub",
	"save_pretrained",
	"to",
	"train",
]);

/** `get_peft_model(model, config)` → `model = get_peft_model(model, config)`, where all who use the model use that variable. */
function keep(graph: ModelGraph, event: ModelEvent): Fix | undefined {
	const { id, call } = event;
	const model = modelArgument(call);
	const name = model && textOf(graph, model.value);
	if (name === undefined || !isPath(name) || !isOwn(graph, name, call)) return undefined;
	const later = graph.reads.filter((read) => read.cases.some(({ core }) => core.history.includes(id)));
	if (!later.every((read) => isSeenBy(graph, name, call, read))) return undefined;
	const isSafe = later.every((read) => isShared(graph, read)) && !isHeldElsewhere(graph, event);
	return fix(
		`Keep the wrapper in ${lineText(graph, call)}: \`${name} = ${textOf(graph, call)}\``,
		isSafe ? "safe" : "suggestion",
		[insert(call.file, call.start, `${name} = `)],
	);
}

/** An assignment is seen by all who read the name: it is a variable of the module, an attribute, or read in this function alone. */
function isOwn(graph: ModelGraph, name: string, call: CallSite): boolean {
	return name.includes(".") || isOwnName(graph, name, call);
}

function isSeenBy(graph: ModelGraph, name: string, call: CallSite, read: ModelRead): boolean {
	const isModule = call.scope.start === 0 && call.scope.end === graph.sources[call.file]?.text.length;
	return textOf(graph, read) === name && (isModule || name.includes(".") || samePlace(read.scope, call.scope));
}

function isShared(graph: ModelGraph, { file, start, end, use }: ModelRead): boolean {
	if (use.kind === "attribute") return SHARED.has(use.name);
	if (use.kind !== "argument") return use.kind !== "return";
	return graph.events.some(({ call }) =>
		call.args.some(({ value }) => value.file === file && value.start === start && value.end === end),
	);
}

/** A trainer or an optimizer made before holds the base model, whatever the variable is. */
function isHeldElsewhere(graph: ModelGraph, call: ModelEvent): boolean {
	const core = call.cases[0]?.target?.core;
	return graph.events.some(
		({ id, kind, cases }) =>
			id < call.id && (kind === "trainer" || kind === "optimizer") && cases.some(({ target }) => target?.core === core),
	);
}
