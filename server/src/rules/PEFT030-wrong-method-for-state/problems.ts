/** What can be wrong with a call: each kind with the situations in which it is, and with its words. */
import type { EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Blame } from "../shared/blame";
import { calleeIn } from "../shared/calls";
import { code } from "../shared/source";
import { givenArguments } from "./arguments";
import { makerOf } from "./makers";
import { missingMethod } from "./missing";

export interface Problem {
	readonly kind:
		| "missing"
		| "no-tuner"
		| "several-names"
		| "path-first"
		| "one-argument"
		| "config-as-name"
		| "swapped"
		| "no-name"
		| "mixed-save";
	readonly holds: (situation: EventCase) => boolean;
	/** The event that made the object what it is. */
	readonly cause: (situation: EventCase) => ModelEvent | undefined;
	/** What is said of that event. */
	readonly origin: (cause: ModelEvent) => string;
	readonly message: (situation: EventCase, where: Blame) => string;
	/** How the call ends: last line of the story. */
	readonly outcome: string;
}

export function problemOf(graph: ModelGraph, event: ModelEvent): Problem | undefined {
	switch (event.kind) {
		case "missing-method":
			return missingMethod(graph, event);
		case "merge":
		case "unload":
			return promptMerge(graph, event);
		case "save":
			return mixedSave(graph, event);
		default:
			return givenArguments(graph, event);
	}
}

/** Methods whose adapters are not in the network's layers, so that there is nothing to merge. */
const NO_MERGE = new Set([
	"PROMPT_TUNING",
	"P_TUNING",
	"PREFIX_TUNING",
	"MULTITASK_PROMPT_TUNING",
	"CPT",
	"CARTRIDGE",
	"ADAPTION_PROMPT",
]);

function promptMerge(graph: ModelGraph, event: ModelEvent): Problem | undefined {
	if (!/^(merge_and_unload|unload|merge_adapter)$/.test(event.api)) return undefined;
	const configOf = (situation: EventCase) => makerOf(graph, situation)?.config?.peftType;
	return {
		kind: "no-tuner",
		holds: (situation) => NO_MERGE.has(configOf(situation) ?? ""),
		cause: (situation) => makerOf(graph, situation)?.event,
		origin: () => "The config's adapter stays outside of the model's layers",
		message: (situation, where) =>
			`${calleeIn(graph, event, where)} raises \`AttributeError\`: an adapter of type ${code(configOf(situation) ?? "")} cannot be merged into the model or taken out of it.`,
		outcome: "There is no such method for this type of adapter",
	};
}

function mixedSave(graph: ModelGraph, event: ModelEvent): Problem | undefined {
	if (event.api !== "save_pretrained") return undefined;
	return {
		kind: "mixed-save",
		holds: (situation) => makerOf(graph, situation)?.isMixed === true,
		cause: (situation) => makerOf(graph, situation)?.event,
		origin: () => "A PeftMixedModel is made",
		message: (_, where) =>
			`${calleeIn(graph, event, where)} raises \`NotImplementedError\`: a \`PeftMixedModel\` cannot be saved.`,
		outcome: "Nothing is saved",
	};
}
