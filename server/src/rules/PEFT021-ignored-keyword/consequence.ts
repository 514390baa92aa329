/** What counts in the place of a keyword that is ignored. */
import type { ArgSite, ModelEvent, ModelGraph } from "../../analysis/graph";
import { argumentFor, hasUnpackedArgument } from "../shared/calls";
import type { Ignored } from "./keywords";

/** What the other arguments say. */
export interface Others {
	/** There is an `is_trainable` beside it. */
	readonly decided: boolean;
	/** Some are unpacked. */
	readonly isOpen: boolean;
	/** Where the adapter's config is from. */
	readonly config: string;
}

export function othersOf(graph: ModelGraph, { call }: ModelEvent): Others {
	const isOpen = hasUnpackedArgument(graph, call);
	const own = isOpen ? "the adapter's own config" : "the checkpoint's `adapter_config.json`";
	return {
		decided: argumentFor(call, "is_trainable") !== undefined,
		isOpen,
		config: argumentFor(call, "config") === undefined ? own : "`config`",
	};
}

/** The end of the message; among arguments that are unpacked there may be anything. */
export function consequence(arg: ArgSite, ignored: Ignored, { decided, isOpen, config }: Others): string {
	switch (ignored) {
		case "misspelt":
			if (decided) return ": `is_trainable` decides";
			return isOpen || isFalse(arg) ? ": the parameter is `is_trainable`" : ": the adapter is loaded frozen";
		case "field":
			return arg.param === "inference_mode" ? ": `is_trainable` decides" : `: the value in ${config} counts`;
		case "config":
			return `: the adapter is made from ${config}`;
		case "weights":
			return ": it belongs where the base model is loaded";
		case "unknown":
			return "";
	}
}

/** What is asked for is what happens anyway. */
export function isFalse({ constant }: ArgSite): boolean {
	return constant === false || constant === null;
}
