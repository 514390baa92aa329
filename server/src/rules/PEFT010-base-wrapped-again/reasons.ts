/** Why a second wrap or load over one base model is wrong: the three ways that were proved, and nothing else. */
import type { AdapterView, ConfigView, EventCase, ModelEvent, ModelGraph, ModelRead } from "../../analysis/graph";
import { argumentFor, modelArgument } from "../shared/calls";
import { isWrapped, nests } from "../shared/handles";
import { discardedAdapter, injects, laterUseOfWrapper } from "../shared/injection";
import { textOf } from "../shared/source";

export type Reason =
	/** An earlier wrapper over the same layers is used again after this call. */
	| { readonly kind: "shared"; readonly earlier: ModelEvent | undefined; readonly read: ModelRead }
	/** Layers of an earlier wrap that this one does not replace stay active. */
	| { readonly kind: "leftover"; readonly earlier: ModelEvent | undefined; readonly modules: readonly string[] }
	/** An adapter of another name stays inside, and nothing ever activates it. */
	| { readonly kind: "unused"; readonly earlier: ModelEvent | undefined; readonly adapter: AdapterView };

/** What is wrong in one situation of an event; undefined where nothing is, or nothing is known. */
export function reasonAgainst(graph: ModelGraph, event: ModelEvent, situation: EventCase): Reason | undefined {
	const { before, target } = situation;
	if (target === undefined || before === undefined || !before.known || before.adapters.length === 0) return undefined;
	if (isWrapped(target) || discardedAdapter(graph, event, situation) !== undefined) return undefined;
	if (event.kind === "load") return nests(event, situation) ? againstLoad(graph, event, situation) : undefined;
	if (!injects(event, situation)) return undefined;
	return shared(graph, event, situation) ?? leftover(graph, situation) ?? unused(graph, event, situation);
}

/** Loading over a fresh wrapper works; over a loaded or trained one it changes that one too. */
function againstLoad(graph: ModelGraph, load: ModelEvent, situation: EventCase): Reason | undefined {
	const adapters = situation.before?.adapters ?? [];
	const changed = adapters.find((adapter) => adapter.origin === "loaded" || adapter.touched !== "no");
	if (changed === undefined || load.call.statement.form === "expr" || isSameCheckpoint(graph, load, situation, changed))
		return undefined;
	const model = modelArgument(load.call);
	const isUnwrapped = model !== undefined && /\.(base_model|model)$|\)$/.test(textOf(graph, model.value).trim());
	if (changed.origin !== "loaded" && isUnwrapped) return undefined;
	return shared(graph, load, situation);
}

function isSameCheckpoint(graph: ModelGraph, load: ModelEvent, situation: EventCase, adapter: AdapterView): boolean {
	const source = situation.after?.adapters.find((other) => other.event === load.id)?.source;
	if (source !== undefined || adapter.source !== undefined) return source === adapter.source;
	const earlier = adapter.event === undefined ? undefined : graph.events[adapter.event];
	const [now, before] = [load, earlier].map((event) => event && argumentFor(event.call, "model_id"));
	return now !== undefined && before !== undefined && textOf(graph, now.value) === textOf(graph, before.value);
}

function shared(graph: ModelGraph, event: ModelEvent, situation: EventCase): Reason | undefined {
	const read = laterUseOfWrapper(graph, event, situation);
	if (read === undefined || isSwitchedLater(graph, event, situation)) return undefined;
	const id = read.cases
		.map(({ handle }) => handle.path[0]?.event)
		.find((made) => made !== undefined && made !== event.id);
	return { kind: "shared", earlier: id === undefined ? undefined : graph.events[id], read };
}

/** Adapters under names of their own, and the program chooses between them. */
function isSwitchedLater(graph: ModelGraph, event: ModelEvent, situation: EventCase): boolean {
	const isBeside = !situation.before?.adapters.some((adapter) => adapter.name === situation.adapter);
	return isBeside && graph.events.some((other) => other.kind === "set-adapter" && comesAfter(other, event));
}

function leftover(graph: ModelGraph, situation: EventCase): Reason | undefined {
	const replaced = situation.before?.adapters.find((adapter) => adapter.name === situation.adapter);
	const old = targetModules(replaced?.config);
	const now = targetModules(situation.config);
	if (replaced === undefined || old === undefined || now === undefined) return undefined;
	const modules = old.filter((name) => !now.includes(name));
	const earlier = replaced.event === undefined ? undefined : graph.events[replaced.event];
	return modules.length === 0 ? undefined : { kind: "leftover", earlier, modules };
}

/** Literal lists only: what a pattern or the library's default covers cannot be told apart here. */
function targetModules(config: ConfigView | undefined): readonly string[] | undefined {
	const field = config?.fields.target_modules;
	if (!Array.isArray(field)) return undefined;
	const names = field.filter((name) => typeof name === "string");
	return names.length === field.length ? names : undefined;
}

function unused(graph: ModelGraph, event: ModelEvent, situation: EventCase): Reason | undefined {
	if (event.kind === "inject" || situation.adapter === undefined || situation.pass > 0) return undefined;
	const adapter = situation.before?.adapters.find(
		(other) =>
			other.name !== situation.adapter &&
			other.origin === "fresh" &&
			other.touched === "no" &&
			other.event !== undefined,
	);
	if (adapter?.event === undefined) return undefined;
	const isChosenLater = graph.events.some((other) => CHOOSING.has(other.kind) && comesAfter(other, event));
	return isChosenLater ? undefined : { kind: "unused", earlier: graph.events[adapter.event], adapter };
}

const CHOOSING: ReadonlySet<ModelEvent["kind"]> = new Set([
	"set-adapter",
	"delete-adapter",
	"combine-adapters",
	"write-adapter",
]);

function comesAfter(later: ModelEvent, earlier: ModelEvent): boolean {
	return later.cases.some((situation) => situation.before?.history.includes(earlier.id));
}
