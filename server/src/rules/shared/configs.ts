<<<<<<< HEAD
/** With what config an adapter was made. Where paths meet, a Core's view keeps the config of one of them alone. */
import type { AdapterView, Condition, ConfigView, EventCase, ModelGraph } from "../../analysis/graph";
import { judge, type Verdict } from "./judge";
import { samePlace } from "./source";

/**
 * On which paths the event that made an adapter was given a config that fits, of those that can lead to a later situation.
 * Undefined where it was on none.
 */
export function madeWith(
	graph: ModelGraph,
	{ event }: AdapterView,
	later: EventCase,
	fits: (config: ConfigView) => boolean,
): Verdict | undefined {
	const made = event === undefined ? undefined : graph.events[event];
	if (made === undefined) return undefined;
	const cases = made.cases.filter(({ conditions }) => !contradict(conditions, later.conditions));
	return judge({ ...made, cases }, ({ config }) => config !== undefined && fits(config));
}

/** What holds where both do: the one that only may hold tells when. */
export function both(first: Verdict, second: Verdict): Verdict {
	if (first.confidence === "must") return { ...first, confidence: second.confidence, when: second.when };
	return second.confidence === "must" ? first : { ...first, when: [] };
}

function contradict(a: readonly Condition[], b: readonly Condition[]): boolean {
	return a.some((one) => b.some((other) => samePlace(one.test, other.test) && one.holds !== other.holds));
=======
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

/** The field was not given, or given None. */
export function isLeftOut(config: ConfigView, field: string): boolean {
	return !config.open && !config.unknown.includes(field) && (config.fields[field] ?? null) === null;
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
>>>>>>> h6
}
