/** What of a call later versions took away. */
import type { ArgSite, EventKind, ModelEvent, ModelGraph } from "../../analysis/graph";
import { type Removal, removedApi, removedArgument } from "../../catalog/removed";
import { namesItself } from "../shared/calls";
import { isForVersions, isTried } from "../shared/guards";
import { isImported } from "../shared/imports";
import { isMentioned } from "../shared/mentions";
import { textOf } from "../shared/source";

export interface RemovedArgument extends Removal {
	readonly arg: ArgSite;
}

const CALLS: ReadonlySet<EventKind> = new Set(["create", "trainer"]);

/** The removal of the called function or class itself. */
export function removalOf(graph: ModelGraph, event: ModelEvent): Removal | undefined {
	const removal = removedApi(event.api);
	if (removal === undefined || isExpected(graph, event)) return undefined;
	const { library } = removal;
	const name = event.api.slice(library.length + 1);
	// An import that is tried is guarded.
	const isPlain = textOf(graph, event.call.func) !== name || isImported(graph, event.call.file, library, name);
	return isPlain ? removal : undefined;
}

/** Keywords that the called function does not take any more. */
export function removedArguments(graph: ModelGraph, event: ModelEvent): readonly RemovedArgument[] {
	if (!CALLS.has(event.kind) || isExpected(graph, event)) return [];
	if (event.kind === "create" && !namesItself(graph, event)) return [];
	// Unsloth gives the trainers of TRL their old arguments back.
	if (event.kind === "trainer" && isMentioned(graph, /^\s*(?:import|from)\s+unsloth\b/m)) return [];
	return event.call.args.flatMap((arg) => {
		const removal = arg.keyword && arg.param !== undefined ? removedArgument(event.api, arg.param) : undefined;
		return removal === undefined ? [] : [{ ...removal, arg }];
	});
}

function isExpected(graph: ModelGraph, event: ModelEvent): boolean {
	return isTried(graph, event, /TypeError|ImportError/) || isForVersions(graph, event.call);
}
