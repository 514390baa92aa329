/** Calls that save a model whole or an adapter alone. */
import type { EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import { argumentFor, hasUnpackedArgument } from "./calls";
import { textOf } from "./source";

/**
 * A model's own save or its trainer's, which writes what the model gives as its state. One that is given weights by the
 * caller is another matter.
 */
export function isOwnSave(graph: ModelGraph, { kind, api, call }: ModelEvent): boolean {
	if (kind !== "save" || !/^(?:save_pretrained|push_to_hub|save_model)$/.test(api)) return false;
	if (argumentFor(call, "model") !== undefined || hasUnpackedArgument(graph, call)) return false;
	const others = call.args.slice(1).map((arg) => textOf(graph, { ...arg, end: arg.value.start }));
	return others.every((start) => /^\w+\s*=/.test(start) && !/^state_dict\b/.test(start));
}

/** Where the call saves to, as written. */
export function pathGiven(graph: ModelGraph, { call }: ModelEvent): string | undefined {
	const path = argumentFor(call, "save_directory", "repo_id", "output_dir");
	return path && textOf(graph, path.value);
}

/**
 * The call that last put PEFT's own layers into the network, as far as they still are there. Undefined where they are
 * transformers' own (`model.add_adapter`), which it knows how to save, and where another library saves in its own way.
 */
export function injectionOf(graph: ModelGraph, { target, before }: EventCase): ModelEvent | undefined {
	const core = target && graph.cores[target.core];
	const events = [...(before?.adapters ?? []).map(({ event }) => event), core?.created].map((id) =>
		id === undefined ? undefined : graph.events[id],
	);
	const isForeign = (event: ModelEvent | undefined): boolean => /^(?:unsloth|swift|diffusers)\./.test(event?.api ?? "");
	if (core === undefined || core.family === "Diffusion" || events.some(isForeign)) return undefined;
	const replaced = graph.events.some(
		({ kind, cases }) => kind === "replace-state-dict" && cases.some((one) => one.target?.core === core.id),
	);
	return replaced ? undefined : events.slice(0, -1).findLast(isInjection);
}

/** A wrap or a load by PEFT, or a trainer's wrap for its `peft_config`. */
function isInjection(event: ModelEvent | undefined): boolean {
	return (
		event !== undefined &&
		/^(?:peft|trl)\./.test(event.api) &&
		["wrap", "load", "create", "trainer"].includes(event.kind)
	);
}
