/** Calls that are given what another method of the same name takes. */
import type { ArgSite, EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import { argumentFor, calleeIn, hasUnpackedArgument } from "../shared/calls";
import { code, expressionText, quote, textOf } from "../shared/source";
import { isConfig, makerOf, plainModel } from "./makers";
import type { Problem } from "./problems";

const LOAD = /^peft\.Peft(?:Model\w*|MixedModel)\.from_pretrained$/;

export function givenArguments(graph: ModelGraph, event: ModelEvent): Problem | undefined {
	// A partial call has arguments that do not stand here, and other libraries have methods of these names.
	const method = event.api.startsWith("peft.") ? "from_pretrained" : event.api;
	const isItself = new RegExp(`\\.\\s*${method}$`).test(textOf(graph, event.call.func));
	if (!isItself || hasUnpackedArgument(graph, event.call)) return undefined;
	switch (event.kind) {
		case "set-adapter":
			return severalNames(graph, event);
		case "load":
			return LOAD.test(event.api) ? loadArguments(graph, event) : undefined;
		case "add-adapter":
			return swappedArguments(graph, event);
		case "load-adapter":
			return event.api === "load_adapter" && argumentFor(event.call, "adapter_name") === undefined
				? noName(graph, event)
				: undefined;
		default:
			return undefined;
	}
}

function problem(
	graph: ModelGraph,
	event: ModelEvent,
	kind: Problem["kind"],
	holds: (situation: EventCase) => boolean,
	/** Undefined where it depends on the version. */
	error: string | undefined,
	why: string,
): Problem {
	const fails = error === undefined ? "fails" : `raises ${code(error)}`;
	return {
		kind,
		holds,
		cause: (situation) => makerOf(graph, situation)?.event,
		origin: (cause) => `${code(expressionText(graph, cause.call.func))} returns a PeftModel`,
		message: (_, where) => `${calleeIn(graph, event, where)} ${fails}: ${why}.`,
		outcome: `The call ${fails}`,
	};
}

function isPeftModel(graph: ModelGraph): (situation: EventCase) => boolean {
	return (situation) => makerOf(graph, situation) !== undefined;
}

function severalNames(graph: ModelGraph, event: ModelEvent): Problem | undefined {
	const names = argumentFor(event.call, "adapter_name");
	if (names === undefined || !textOf(graph, names.value).startsWith("[")) return undefined;
	const isSingle = (situation: EventCase) => makerOf(graph, situation)?.isMixed === false;
	const why = `a PeftModel makes one adapter active, and is given the list ${quote(graph, names.value)}`;
	return problem(graph, event, "several-names", isSingle, "TypeError", why);
}

function loadArguments(graph: ModelGraph, event: ModelEvent): Problem | undefined {
	const [first, second] = event.call.args;
	const model = argumentFor(event.call, "model");
	if (first === undefined || model === undefined) return undefined;
	if (second === undefined) {
		const why = `it takes the base model and then the adapter, and is given ${quote(graph, first.value)} alone`;
		return problem(graph, event, "one-argument", () => true, "TypeError", why);
	}
	const name = argumentFor(event.call, "adapter_name");
	if (isConfig(graph, event, name)) {
		const why = `its third argument is the adapter's name, and is given the config ${quote(graph, name?.value ?? first)}`;
		return problem(graph, event, "config-as-name", ({ target }) => target !== undefined, "TypeError", why);
	}
	const why = `it takes the base model first, and is given the path ${quote(graph, model.value)}`;
	return problem(graph, event, "path-first", ({ target }) => target === undefined, errorFor(graph, event), why);
}

/** A model as the path fails at once, a path as the model when the adapter is put into it. */
function errorFor(graph: ModelGraph, event: ModelEvent): string {
	const source = argumentFor(event.call, "model_id");
	return source !== undefined && isModel(graph, source) ? "TypeError" : "AttributeError";
}

export function isModel(graph: ModelGraph, { value }: ArgSite): boolean {
	return graph.reads.some(({ file, start, end }) => file === value.file && start === value.start && end === value.end);
}

/** `(name, config)` on a PeftModel, `(config, name)` on a model of transformers. */
function swappedArguments(graph: ModelGraph, event: ModelEvent): Problem | undefined {
	const [first, second] = event.call.args;
	if (first === undefined || second === undefined || first.keyword || second.keyword) return undefined;
	if (first.param === "adapter_name" && isConfig(graph, event, first)) {
		const why = "a PeftModel takes the adapter's name first and its config second";
		return problem(graph, event, "swapped", isPeftModel(graph), undefined, why);
	}
	if (first.param !== "adapter_config" || typeof first.constant !== "string" || !isConfig(graph, event, second))
		return undefined;
	const isPlain = ({ target, before }: EventCase) =>
		target?.path.length === 0 && before?.known === true && plainModel(graph, target.core) !== undefined;
	const why = "a model of transformers takes the adapter's config first and its name second";
	return problem(graph, event, "swapped", isPlain, "TypeError", why);
}

function noName(graph: ModelGraph, event: ModelEvent): Problem {
	const why = "a PeftModel wants a name for the adapter that it loads, `adapter_name`";
	return problem(graph, event, "no-name", isPeftModel(graph), "TypeError", why);
}
