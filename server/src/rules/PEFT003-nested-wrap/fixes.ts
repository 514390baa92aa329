/** Remedies of a wrap around a wrapper: one wrap too many, or a second adapter in the wrong way. */
import type { ArgSite, EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Finding, Fix } from "../rule";
import { addThroughWrapper } from "../shared/add-adapter";
import { argumentFor, modelArgument } from "../shared/calls";
import { deleteStatement, fix, ranked, replace } from "../shared/edits";
import { always, eventsAt, readsOfWrapper } from "../shared/flow";
import { wrapperStep } from "../shared/handles";
import { isPath, lineText, samePlace, textOf } from "../shared/source";
import { isNeutral, isPrint } from "../shared/unwrap";

export function fixes(finding: Finding, graph: ModelGraph): readonly Fix[] {
	const wrap = graph.events[finding.event];
	const model = wrap && modelArgument(wrap.call);
	const situation = wrap?.cases.find((other) => other.certain && wrapperStep(other.target) !== undefined);
	if (wrap === undefined || model === undefined || situation === undefined) return [];
	if (!always(graph, wrap.call, ({ target }) => target?.path[0]?.token === "P")) return [];
	const wrapper = textOf(graph, model.value);
	return ranked([dropSecond(graph, wrap, model, situation), addThroughWrapper(graph, wrap, situation, wrapper)]);
}

/** Both wraps make the same adapter and the first wrapper has no other use: the second wrap is all that differs. */
function dropSecond(graph: ModelGraph, wrap: ModelEvent, model: ArgSite, situation: EventCase): Fix | undefined {
	const id = wrapperStep(situation.target)?.event;
	const first = id === undefined ? undefined : graph.events[id];
	if (first?.kind !== "wrap" || samePlace(first.call, wrap.call) || !isSameWrap(graph, first, wrap, situation))
		return undefined;
	const { call } = wrap;
	const title = `Drop the second wrap in ${lineText(graph, call)}`;
	if (samePlace(model.value, first.call)) return fix(title, "safe", [replace(call, textOf(graph, first.call))]);
	const wrapper = textOf(graph, model.value);
	if (!isPath(wrapper) || call.statement.form !== "assign" || call.statement.target === undefined) return undefined;
	const wrappers = eventsAt(graph, first.call).map((event) => event.id);
	const others = readsOfWrapper(graph, wrappers).filter((read) => !samePlace(read, model.value));
	if (!others.every((read) => isNeutral(read) || isPrint(read))) return undefined;
	if (textOf(graph, call.statement.target) !== wrapper) return fix(title, "safe", [replace(call, wrapper)]);
	return call.statement.ownLines ? fix(title, "safe", [deleteStatement(graph, call.statement)]) : undefined;
}

/** The same arguments but for the model, and the config still is the object it was. */
function isSameWrap(graph: ModelGraph, first: ModelEvent, second: ModelEvent, situation: EventCase): boolean {
	const [one, two] = [first, second].map(({ call }) =>
		call.args
			.filter((arg) => arg !== modelArgument(call))
			.map((arg) => textOf(graph, arg))
			.join(", "),
	);
	if (one !== two || first.cases[0]?.adapter !== situation.adapter) return false;
	const config = argumentFor(second.call, "peft_config", "config");
	if (config === undefined || !isPath(textOf(graph, config.value))) return config !== undefined;
	const made = first.cases[0]?.config?.created;
	const again = situation.config?.created;
	return made !== undefined && again !== undefined && samePlace(made, again);
}
