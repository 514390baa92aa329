/** Names of adapters, and what is wrong with some. */
import type { ArgSite, EventCase, EventKind, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Severity } from "../rule";
import { argumentFor } from "../shared/calls";
import { code } from "../shared/source";
import type { Holds } from "../versions";

/** What PEFT itself does; Unsloth, ms-swift and diffusers name adapters in ways of their own. */
const NAMING: ReadonlySet<EventKind> = new Set([
	"wrap",
	"inject",
	"load",
	"create",
	"load-adapter",
	"add-adapter",
	"combine-adapters",
]);
const METHOD = /^(?:load_adapter|add_adapter|add_weighted_adapter)$/;

export function isNamed(event: ModelEvent): boolean {
	return NAMING.has(event.kind) && (event.api.startsWith("peft.") || METHOD.test(event.api));
}

/** Where the name was written: in the call, or in the person's call of the function around it. */
export function nameArgument({ call, frames }: ModelEvent, { adapter }: EventCase): ArgSite | undefined {
	const given = argumentFor(call, "adapter_name");
	if (given === undefined || given.constant === adapter) return given;
	const outer = frames
		.toReversed()
		.flatMap((frame) => frame.call.args)
		.find(({ constant }) => constant === adapter);
	return outer ?? given;
}

interface BadName {
	readonly holds: (graph: ModelGraph, event: ModelEvent, situation: EventCase) => boolean;
	readonly message: (name: string, callee: string) => string;
	readonly severity?: Severity;
	/** The versions for which it is bad; undefined for all. */
	readonly versions?: Holds;
}

export const badNames: readonly BadName[] = [
	{
		holds: (graph, event, situation) => takesPeft(graph, event, situation) && situation.adapter?.includes(".") === true,
		message: (name, callee) =>
			`${callee} raises \`KeyError\`: the adapter's name becomes the name of a module, and ${code(name)} has a dot in it.`,
	},
	{
		// Transformers takes an empty name for none.
		holds: (graph, event, situation) =>
			takesPeft(graph, event, situation) && !isPlain(event, situation) && situation.adapter === "",
		message: (_, callee) => `${callee} raises \`KeyError\`: the adapter's name is empty.`,
	},
	{
		holds: (_, event, situation) => isTaken(event, situation),
		message: (name, callee) => `${callee} raises \`ValueError\`: the model has an adapter ${code(name)} already.`,
		versions: { peft: { since: "0.21" } },
	},
	{
		holds: (_, event, situation) => beginsStep(event, situation),
		message: (name) =>
			`PEFT before 0.18 cuts ${code(`.${name}`)} out of all keys that it saves: the weights of an adapter ${code(name)} do not load again.`,
		severity: "warning",
		versions: { peft: { until: "0.18" } },
	},
];

/** On a wrapper, by a function of PEFT, or on a model that transformers made. */
function takesPeft(graph: ModelGraph, { api }: ModelEvent, { target }: EventCase): boolean {
	if (api.startsWith("peft.")) return true;
	if (target?.path[0]?.token === "P" || target?.path[0]?.token === "T") return true;
	const core = target?.path.length === 0 ? graph.cores[target.core] : undefined;
	const made = core?.created === undefined ? undefined : graph.events[core.created];
	return made?.api.startsWith("transformers.") === true;
}

/** A method of transformers' own. */
function isPlain({ api }: ModelEvent, { target }: EventCase): boolean {
	return !api.startsWith("peft.") && target?.path.length === 0;
}

function isTaken({ kind, api }: ModelEvent, { target, before, adapter }: EventCase): boolean {
	if (kind !== "add-adapter" || api !== "add_adapter" || target?.path[0]?.token !== "P") return false;
	return before?.known === true && before.adapters.some(({ name }) => name === adapter);
}

/** Steps of the keys of a LoRA adapter's weights, of whatever model. */
const STEPS = ["model", "lora_A", "lora_B", "weight"];

function beginsStep({ kind }: ModelEvent, { adapter, config }: EventCase): boolean {
	if (!adapter || config?.peftType !== "LORA" || (kind !== "wrap" && kind !== "add-adapter")) return false;
	return STEPS.some((step) => step.startsWith(adapter));
}
