/** Calls that put a fresh adapter into a model, and what they destroy there. */
import type { AdapterView, EventCase, ModelEvent, ModelGraph, ModelRead } from "../../analysis/graph";
import { isWrapped, nests } from "./handles";

/** The call puts a fresh adapter into the network itself; a prompt does not, and Unsloth leaves a wrapped model alone. */
export function injects(event: ModelEvent, situation: EventCase): boolean {
	if (situation.config?.injects === false) return false;
	switch (event.kind) {
		case "wrap":
			return nests(event, situation);
		case "inject":
			return true;
		case "trainer":
			return situation.after?.adapters.some((adapter) => adapter.event === event.id) ?? false;
		default:
			return false;
	}
}

/**
 * The adapter whose weights the call throws away: one of the same name that was loaded, trained or written. Through the
 * base variable a fresh start is often meant (one wrap per fold): there an adapter counts that came from a checkpoint
 * outside of a loop, or whose wrapper is used again. What a trainer does with a wrapped model depends on its version.
 */
export function discardedAdapter(graph: ModelGraph, event: ModelEvent, situation: EventCase): AdapterView | undefined {
	const { before, target, adapter: name } = situation;
	if (!injects(event, situation) || before === undefined || !before.known || name === undefined) return undefined;
	const adapter = before.adapters.find(
		(other) => other.name === name && (other.origin === "loaded" || other.touched !== "no"),
	);
	if (adapter === undefined) return undefined;
	if (isWrapped(target)) return event.kind === "trainer" ? undefined : adapter;
	if (situation.pass > 0) return undefined;
	return adapter.origin === "loaded" || laterUseOfWrapper(graph, event, situation) !== undefined ? adapter : undefined;
}

/** Attributes that tell nothing of the weights, or that put things right. */
const HARMLESS = new Set([
	"config",
	"device",
	"dtype",
	"generation_config",
	"name_or_path",
	"peft_config",
	"to",
	"cpu",
	"unload",
	"delete_adapter",
	"load_adapter",
	"get_base_model",
	"base_model",
]);

/** The first use, after the event, of a wrapper that was made over the same Core before it: it may be of an earlier pass. */
export function laterUseOfWrapper(graph: ModelGraph, event: ModelEvent, situation: EventCase): ModelRead | undefined {
	const wrappers = situation.before?.wrappers ?? [];
	if (wrappers.length === 0) return undefined;
	return graph.reads.find(
		(read) =>
			!(read.use.kind === "attribute" && HARMLESS.has(read.use.name)) &&
			read.cases.some(({ handle, core }) => {
				const outermost = handle.path[0]?.event;
				return (
					handle.core === situation.target?.core &&
					handle.stale === undefined &&
					outermost !== undefined &&
					wrappers.includes(outermost) &&
					(outermost !== event.id || handle.outdated) &&
					core.history.includes(event.id)
				);
			}),
	);
}
