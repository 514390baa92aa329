/** Remedies of a `peft_config` for a model that is wrapped already: it has one adapter too many to train. */
import type { ArgSite, EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Edit, Finding, Fix } from "../rule";
import { addTrainable } from "../shared/arguments";
import { argumentFor, hasUnpackedArgument, modelArgument } from "../shared/calls";
import { deleteArgument, fix, ranked, replace } from "../shared/edits";
import { always } from "../shared/flow";
import { code, isPath, samePlace, textOf } from "../shared/source";
import { hasOnlyFreshAdapters } from "./fresh";

export function fixes(finding: Finding, graph: ModelGraph): readonly Fix[] {
	const trainer = graph.events[finding.event];
	const given = trainer && argumentFor(trainer.call, "peft_config");
	const model = trainer && modelArgument(trainer.call);
	if (trainer === undefined || given === undefined || model === undefined) return [];
	const wrapped = trainer.cases.filter(({ certain, config }) => certain && config !== undefined);
	const [situation] = wrapped;
	if (situation === undefined || wrapped.some(({ target }) => target?.stale !== undefined)) return [];
	if (!always(graph, trainer.call, (one) => one.config !== undefined || staysPlain(one))) return [];
	if (!wrapped.every(({ target }) => target?.path[0]?.token === "P")) return [];
	return ranked([
		keepAdapter(graph, trainer, given, model, wrapped),
		wrapped.every(hasOnlyFreshAdapters) ? undefined : mergeFirst(graph, trainer, model),
	]);
}

/** The trainer was given no config, and the model is no PeftModel. */
function staysPlain({ target, result }: EventCase): boolean {
	return target?.path.length === 0 && result?.path.length === 0;
}

/** Without the config the trainer trains the adapter that is there. */
function keepAdapter(
	graph: ModelGraph,
	trainer: ModelEvent,
	given: ArgSite,
	model: ArgSite,
	wrapped: readonly EventCase[],
): Fix | undefined {
	const loads = frozenLoads(graph, wrapped);
	if (loads === undefined) return undefined;
	const isSafe = wrapped.every((one) => hasOnlyFreshAdapters(one) && isSameConfig(graph, one, given));
	const more = loads.length === 0 ? "" : ", and load it with `is_trainable=True`";
	const title = `Remove \`peft_config\` and train the adapter of ${code(textOf(graph, model.value))}${more}`;
	return fix(title, isSafe ? "safe" : "suggestion", [deleteArgument(graph, trainer.call, given), ...loads]);
}

/** Edits that load what is to be trained as trainable; undefined where that is not to be seen. */
function frozenLoads(graph: ModelGraph, wrapped: readonly EventCase[]): readonly Edit[] | undefined {
	const frozen = wrapped.flatMap(({ before }) => before?.adapters.filter(({ trainable }) => trainable === false) ?? []);
	const edits: Edit[] = [];
	for (const { event } of frozen) {
		const load = event === undefined ? undefined : graph.events[event];
		if (load?.kind !== "load" && load?.kind !== "create") return undefined;
		const flag = argumentFor(load.call, "is_trainable");
		if (hasUnpackedArgument(graph, load.call) || (flag !== undefined && flag.constant === undefined)) return undefined;
		const edit = addTrainable(graph, load.call);
		if (!edits.some((other) => samePlace(other, edit))) edits.push(edit);
	}
	return edits;
}

/** The wrapper was made for the very config that the trainer gets: the same object, or the same call. */
function isSameConfig(graph: ModelGraph, { target, config, before }: EventCase, given: ArgSite): boolean {
	const made = before?.adapters[0]?.config?.created;
	if (config?.created !== undefined && made !== undefined) return samePlace(config.created, made);
	const id = target?.path[0]?.event;
	const first = id === undefined ? undefined : graph.events[id];
	const other = first && argumentFor(first.call, "peft_config");
	return other !== undefined && textOf(graph, other.value) === textOf(graph, given.value);
}

/** What TRL's own error asks for: the adapter goes into the base model, and a new one is trained on top. */
function mergeFirst(graph: ModelGraph, trainer: ModelEvent, model: ArgSite): Fix | undefined {
	const name = textOf(graph, model.value);
	if (!isPath(name) || !always(graph, trainer.call, ({ target }) => target?.path[0]?.token === "P")) return undefined;
	return fix(`Merge the adapter into the base model first: ${code(`${name}.merge_and_unload()`)}`, "suggestion", [
		replace(model.value, `${name}.merge_and_unload()`),
	]);
}
