/** Saves that are asked of a wrapper for several processes. */
import type { EventCase, EventId, ModelEvent, ModelGraph } from "../../analysis/graph";
import { argumentFor } from "../shared/calls";
import { isAskedFor } from "../shared/guards";
import { isWrapping } from "../shared/handles";
import { isMentioned } from "../shared/mentions";
import { textOf } from "../shared/source";

/** A call of the PeftModel's own methods that write it. */
export function isSave({ kind, api }: ModelEvent): boolean {
	return kind === "save" && /^(save_pretrained|push_to_hub)$/.test(api);
}

/** What put the wrapper around the PeftModel that is saved; undefined where there is none, or may be none. */
export function wrapperOf(graph: ModelGraph, save: ModelEvent, situation: EventCase): ModelEvent | undefined {
	const { target } = situation;
	const [outermost, ...inner] = target?.path ?? [];
	if (outermost === undefined || inner.some(({ token }) => token === "?")) return undefined;
	if (outermost.token === "module") return inner.some(isWrapping) ? eventOf(graph, outermost.event) : undefined;
	const prepared = eventOf(graph, outermost.prepared);
	const isWrapper = prepared !== undefined && wrapsWithDdp(graph, prepared);
	return isWrapper && !isForOne(graph, save, situation) ? prepared : undefined;
}

function eventOf(graph: ModelGraph, id: EventId | undefined): ModelEvent | undefined {
	return id === undefined ? undefined : graph.events[id];
}

/** accelerate wraps in DDP unless it is told otherwise: FSDP and DeepSpeed hand the method on, a notebook is one process. */
function wrapsWithDdp(graph: ModelGraph, { api, call }: ModelEvent): boolean {
	if (api.startsWith("deepspeed.") || argumentFor(call, "evaluation_mode") !== undefined) return false;
	const isNotebook = graph.sources.some(({ cells }) => cells !== undefined);
	return graph.sources.every(({ text }) => !/deepspeed|fsdp|FullySharded|megatron/i.test(text)) && !isNotebook;
}

/** The weights are gathered by hand, or the save stands in a branch that asks how many processes there are. */
function isForOne(graph: ModelGraph, { call }: ModelEvent, { conditions }: EventCase): boolean {
	if (argumentFor(call, "state_dict") !== undefined || /\bstate_dict\s*=/.test(textOf(graph, call.parens))) return true;
	return conditions.some(({ test }) =>
		/num_processes|world_size|distributed|parallel|multi|n_gpu/i.test(textOf(graph, test)),
	);
}

/** The program asks whether there is a wrapper, or gives it the methods of what is inside. */
export function isUnwrappedSomehow(graph: ModelGraph): boolean {
	const asks = /isinstance\([^()]*(DataParallel|DDP)\b/;
	return (
		["module", "save_pretrained", "push_to_hub"].some((name) => isAskedFor(graph, name)) || isMentioned(graph, asks)
	);
}
