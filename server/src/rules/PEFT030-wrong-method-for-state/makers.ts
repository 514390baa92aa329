/** What made the object that a method is called on. */
import type { ArgSite, ConfigView, CoreId, EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import { nameOfResult } from "../shared/blocks";
import { argumentFor, hasUnpackedArgument, namesItself } from "../shared/calls";
import { samePlace, textOf } from "../shared/source";

export interface Maker {
	readonly event: ModelEvent;
	readonly isMixed: boolean;
	/** Of the adapter it was made with, where that is known. */
	readonly config: ConfigView | undefined;
}

/** The call of PEFT's own that made the outermost wrapper; undefined for a plain model, and for what other libraries make. */
export function makerOf(graph: ModelGraph, { target }: EventCase): Maker | undefined {
	const [step] = target?.path ?? [];
	const event = step?.token === "P" && step.event !== undefined ? graph.events[step.event] : undefined;
	if (event === undefined || !event.api.startsWith("peft.")) return undefined;
	const mixed = argumentFor(event.call, "mixed");
	const isMixed = event.api.startsWith("peft.PeftMixedModel") || mixed?.constant === true;
	if (mixed !== undefined && typeof mixed.constant !== "boolean") return undefined;
	const [config, ...others] = new Set(event.cases.map((one) => one.config?.peftType));
	const sameType = others.length === 0 && config !== undefined ? event.cases[0]?.config : undefined;
	return { event, isMixed, config: sameType };
}

/**
 * The call that made a model which is surely an object of one of transformers' own classes. Code that comes with a
 * checkpoint may bring any class and any method.
 */
export function plainModel(graph: ModelGraph, core: CoreId | undefined): ModelEvent | undefined {
	const id = core === undefined ? undefined : graph.cores[core]?.created;
	const event = id === undefined ? undefined : graph.events[id];
	if (event === undefined || !event.api.startsWith("transformers.")) return undefined;
	const remote = argumentFor(event.call, "trust_remote_code");
	const isOwn = remote === undefined || remote.constant === false;
	return isOwn && namesItself(graph, event) && !hasUnpackedArgument(graph, event.call) ? event : undefined;
}

/** The argument is a PEFT config: the call that makes it, or a variable that surely holds one. */
export function isConfig(graph: ModelGraph, event: ModelEvent, arg: ArgSite | undefined): boolean {
	if (arg === undefined) return false;
	return graph.events.some(
		({ kind, call }) =>
			kind === "config" &&
			(samePlace(call, arg.value) || nameOfResult(graph, call, event.call) === textOf(graph, arg.value)),
	);
}
