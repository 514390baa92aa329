/** Remedies of a load onto a wrapper: load onto the base instead, or let the wrapper load. */
import type { ArgSite, CallSite, EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Edit, Finding, Fix } from "../rule";
import { addTrainable } from "../shared/arguments";
import { nameOfResult } from "../shared/blocks";
import { argumentFor, modelArgument } from "../shared/calls";
import { fix, insert, ranked, replace } from "../shared/edits";
import { always, isTrainedAfter } from "../shared/flow";
import { isWrapping, wrapperStep } from "../shared/handles";
import { loadThroughArgument } from "../shared/load-adapter";
import { code, expressionText, isPath, lineText, samePlace, textOf } from "../shared/source";
import { dropWrap, type Wrap } from "../shared/unwrap";

const APPLICABILITY = "suggestion";

export function fixes(finding: Finding, graph: ModelGraph): readonly Fix[] {
	const load = graph.events[finding.event];
	const model = load && modelArgument(load.call);
	const situation = load?.cases.find((other) => other.certain && wrapperStep(other.target) !== undefined);
	if (load === undefined || model === undefined || situation === undefined) return [];
	const offered = [
		loadOntoBase(graph, load, model, situation),
		loadOntoUnloaded(graph, load, model, situation),
		loadOntoCore(graph, load, model, situation),
		loadThroughArgument(graph, load, model, situation, "beside"),
		loadThroughArgument(graph, load, model, situation, "into"),
	];
	return ranked(offered, (best) => best !== offered[4] && !isLoadedOntoMerged(graph, situation));
}

/** The wrap is not needed: take it out and load onto what it wrapped. */
function loadOntoBase(graph: ModelGraph, load: ModelEvent, model: ArgSite, situation: EventCase): Fix | undefined {
	const wrap = soleWrap(graph, load.call, situation);
	if (wrap === undefined) return undefined;
	const edits = dropWrap(graph, wrap, { call: load.call, argument: model });
	if (edits === undefined) return undefined;
	const title = `Load the adapter onto ${code(expressionText(graph, wrap.base.value))} and drop the wrap in ${lineText(graph, wrap.call)}`;
	return fix(title, APPLICABILITY, [...edits, ...keepTrainable(graph, load)]);
}

/** The one `get_peft_model` call whose wrapper, and nothing around it, reaches the load on every path. */
function soleWrap(graph: ModelGraph, load: CallSite, situation: EventCase): Wrap | undefined {
	const id = wrapperStep(situation.target)?.event;
	const event = id === undefined ? undefined : graph.events[id];
	const base = event && modelArgument(event.call);
	if (event?.kind !== "wrap" || base === undefined) return undefined;
	const isSole = always(graph, load, ({ target }) => {
		const [step, ...rest] = target?.path ?? [];
		const maker = step?.event === undefined ? undefined : graph.events[step.event];
		return step?.token === "P" && !rest.some(isWrapping) && maker !== undefined && samePlace(maker.call, event.call);
	});
	return isSole ? { call: event.call, base } : undefined;
}

/**
 * `m.unload()` without an assignment leaves `m` the wrapper: keep its result, or use the name it was given. After a merge
 * the adapter comes on top of what was merged, which the title says.
 */
function loadOntoUnloaded(graph: ModelGraph, load: ModelEvent, model: ArgSite, situation: EventCase): Fix | undefined {
	const unload = situation.target?.stale === undefined ? undefined : graph.events[situation.target.stale];
	if (unload === undefined || !samePlace(unload.call.scope, load.call.scope)) return undefined;
	if (!always(graph, load.call, ({ target }) => target?.stale === unload.id && target.path.length === 1))
		return undefined;
	const name = textOf(graph, model.value);
	const base = nameOfResult(graph, unload.call, load.call);
	const what = isMerge(unload) ? "the merged model (on top of what was merged)" : "the base model";
	if (base !== undefined)
		return fix(`Load the adapter onto ${code(base)}, ${what}`, APPLICABILITY, [
			replace(model.value, base),
			...keepTrainable(graph, load),
		]);
	const receiver = textOf(graph, unload.call.func).replace(/\s*\.\s*\w+$/, "");
	if (!samePlace(unload.call.statement, unload.call) || !isPath(name) || receiver !== name) return undefined;
	return fix(`Keep what ${code(expressionText(graph, unload.call))} returns in ${code(name)}, ${what}`, APPLICABILITY, [
		insert(unload.call.file, unload.call.start, `${name} = `),
		...keepTrainable(graph, load),
	]);
}

/** Loading beside or onto a merge stacks adapters: seldom what was meant, so nobody is pushed to it. */
function isLoadedOntoMerged(graph: ModelGraph, { target }: EventCase): boolean {
	const unload = target?.stale === undefined ? undefined : graph.events[target.stale];
	return unload !== undefined && isMerge(unload);
}

function isMerge(unload: ModelEvent): boolean {
	return unload.cases.some((situation) => situation.after?.baked.includes(unload.id));
}

/** `m.base_model` is the tuner; one step further in is the model it was put into. */
function loadOntoCore(graph: ModelGraph, load: ModelEvent, model: ArgSite, situation: EventCase): Fix | undefined {
	const [step, ...rest] = situation.target?.path ?? [];
	const written = /^(.+?)\s*\.\s*base_model$/s.exec(textOf(graph, model.value))?.[1];
	if (step?.token !== "T" || rest.length > 0 || written === undefined || !isPath(written)) return undefined;
	if (
		situation.target?.stale !== undefined ||
		!always(graph, load.call, ({ target }) => target?.path[0]?.token === "T")
	)
		return undefined;
	const core = `${written}.get_base_model()`;
	return fix(`Load the adapter onto ${code(core)}`, APPLICABILITY, [
		replace(model.value, core),
		...keepTrainable(graph, load),
	]);
}

/** A loaded adapter is frozen unless asked otherwise: without this the fix would train nothing. */
function keepTrainable(graph: ModelGraph, load: ModelEvent): readonly Edit[] {
	if (!isTrainedAfter(graph, load) || argumentFor(load.call, "is_trainable") !== undefined) return [];
	return [addTrainable(graph, load.call)];
}
