/** PEFT configs: where their fields were given, and what becomes of them afterwards. */
import type { ConfigView, ConstantView, EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import { samePlace } from "./source";

/** The calls of PEFT's own config classes. */
export function configEvents(graph: ModelGraph): readonly ModelEvent[] {
	return graph.events.filter(({ kind, api }) => kind === "config" && /^peft\.\w+$/.test(api));
}

/** The name of the class: `LoraConfig` of `peft.LoraConfig`. */
export function className({ api }: ModelEvent): string {
	return api.slice(api.lastIndexOf(".") + 1);
}

/** The situations in which a call is given the config that this event made, as it is there. */
export function usesOf(
	graph: ModelGraph,
	config: ModelEvent,
): readonly { readonly event: ModelEvent; readonly situation: EventCase; readonly view: ConfigView }[] {
	return graph.events.flatMap((event) =>
		event === config
			? []
			: event.cases.flatMap((situation) => {
					const view = situation.config;
					const isIt = view?.created !== undefined && samePlace(view.created, config.call);
					return isIt && event.kind !== "config" ? [{ event, situation, view }] : [];
				}),
	);
}

/** Wherever the config is used it has another value in this field: it was put right in between. */
export function isChangedLater(graph: ModelGraph, config: ModelEvent, field: string, value: ConstantView): boolean {
	const given = JSON.stringify(value);
	const uses = usesOf(graph, config);
	return uses.length > 0 && uses.every(({ view }) => JSON.stringify(view.fields[field]) !== given);
}
