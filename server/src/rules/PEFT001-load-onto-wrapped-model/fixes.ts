/** Remedies of a load onto a wrapper: load onto the base instead, or let the wrapper load. */
import type { ArgSite, CallSite, EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Edit, Finding, Fix } from "../rule";
import { addTrainable } from "../shared/arguments";
import { argumentFor, modelArgument } from "../shared/calls";
import { fix, ranked, replace } from "../shared/edits";
import { always, isTrainedAfter } from "../shared/flow";
import { wrapperStep } from "../shared/handles";
import { loadThroughArgument } from "../shared/load-adapter";
import { code, expressionText, isPath, lineOf, samePlace, textOf } from "../shared/source";
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
	return ranked(offered, (best) => best !== offered[4]);
}

/** The wrap is not needed: take it out and load onto what it wrapped. */
function loadOntoBase(graph: ModelGraph, load: ModelEvent, model: ArgSite, situation: EventCase): Fix | undefined {
	const wrap = soleWrap(graph, load.call, situation);
	if (wrap === undefined) return undefined;
	const edits = dropWrap(graph, wrap, { call: load.call, argument: model });
	if (edits === undefined) return undefined;
	const title = `Load the adapter onto ${code(expressionText(graph, wrap.base.value))} and drop the wrap in line ${lineOf(graph, wrap.call)}`;
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
		return step?.token === "P" && rest.length === 0 && maker !== undefined && samePlace(maker.call, event.call);
	});
	return isSole ? { call: event.call, base } : undefined;
}

/** `m.unload()` without an assignment leaves `m` the wrapper: keep its result, or use the name it was given. */
function loadOntoUnloaded(graph: ModelGraph, load: ModelEvent, model: ArgSite, situation: EventCase): Fix | undefined {
	const unload = situation.target?.stale === undefined ? undefined : graph.events[situation.target.stale];
	if (unload === undefined || !samePlace(unload.call.scope, load.call.scope) || situation.target?.path.length !== 1)
		return undefined;
	if (!always(graph, load.call, ({ target }) => target?.stale === unload.id)) return undefined;
	const { statement } = unload.call;
	const name = textOf(graph, model.value);
	const trainable = keepTrainable(graph, load);
	if (statement.form === "expr" && samePlace(statement, unload.call) && isPath(name)) {
		const receiver = textOf(graph, unload.call.func).replace(/\s*\.\s*\w+$/, "");
		if (receiver !== name) return undefined;
		const title = `Keep the base model that ${code(expressionText(graph, unload.call))} returns in ${code(name)}`;
		return fix(
			title,
			APPLICABILITY,
			[{ ...unload.call, end: unload.call.start, text: `${name} = ` }, ...trainable].map(asEdit),
		);
	}
	if (statement.form !== "assign" || statement.target === undefined) return undefined;
	const base = textOf(graph, statement.target);
	return fix(`Load the adapter onto ${code(base)}, the base model that was unloaded`, APPLICABILITY, [
		replace(model.value, base),
		...trainable,
	]);
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

function asEdit({ file, start, end, text }: Edit): Edit {
	return { file, start, end, text };
}
