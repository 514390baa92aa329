/** Adapters that come into their model after it was distributed. */
import type { EventCase, ModelEvent, ModelGraph, PathStep } from "../../analysis/graph";
import { argumentFor } from "../shared/calls";
import { isWrapped } from "../shared/handles";
import { isMentioned } from "../shared/mentions";

export interface Unsynchronised {
	/** What distributes the model. */
	readonly early: ModelEvent;
	/** What put the adapter in. */
	readonly injection: ModelEvent;
}

/** The step of DataParallel or DDP that an adapter is put around; undefined where PEFT's own wrapper is in there as well. */
export function moduleStep({ target, config }: EventCase): PathStep | undefined {
	if (target === undefined || config?.injects === false || isWrapped(target)) return undefined;
	const isOpen = target.path.some(({ token }) => token === "?");
	return isOpen ? undefined : target.path.find(({ token }) => token === "module");
}

/** An adapter that is trained here, while what distributes the model does not know of it. */
export function unsynchronised(graph: ModelGraph, { before }: EventCase): Unsynchronised | undefined {
	if (before === undefined || !before.known) return undefined;
	for (const { event: id, trainable, name } of before.adapters) {
		const injection = id === undefined ? undefined : graph.events[id];
		if (injection === undefined || trainable !== true || before.active?.includes(name) === false) continue;
		const at = before.history.lastIndexOf(injection.id);
		const [earlier, later] = [before.history.slice(0, Math.max(0, at)), before.history.slice(at + 1)].map((ids) =>
			ids.flatMap((one) => graph.events[one] ?? []),
		);
		const early = earlier?.findLast(synchronises);
		const isDoneAgain = later?.some((event) => event.kind === "trainer" || isDistribution(event));
		if (at !== -1 && early !== undefined && isDoneAgain === false) return { early, injection };
	}
	return undefined;
}

/**
 * It hooks into the parameters that the model has: DataParallel alone copies the model anew for each step. What DeepSpeed does
 * was not looked at.
 */
function synchronises(event: ModelEvent): boolean {
	return isDistribution(event) && !/^deepspeed\.|\.DataParallel$/.test(event.api);
}

function isDistribution({ kind, api, call }: ModelEvent): boolean {
	if (kind === "prefix") return /DataParallel$|\.fully_shard$/.test(api);
	return kind === "prepare" && !api.endsWith("init_inference") && argumentFor(call, "evaluation_mode") === undefined;
}

/** The program synchronises gradients of its own accord. */
export function isReducedByHand(graph: ModelGraph): boolean {
	return isMentioned(graph, /\ball_reduce|\breduce_scatter|\.reduce\(|_coalesced/);
}
