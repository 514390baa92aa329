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
	{ event, config: own }: AdapterView,
	later: EventCase,
	fits: (config: ConfigView) => boolean,
): Verdict | undefined {
	const made = event === undefined ? undefined : graph.events[event];
	if (made === undefined) return undefined;
	const cases = made.cases.filter(({ conditions }) => !contradict(conditions, later.conditions));
	const verdict = judge({ ...made, cases }, ({ config }) => config !== undefined && fits(config));
	// No decision tells the paths apart, and this one has a config that does not fit: it was made in another pass of a loop.
	const isOfOtherPass = own !== undefined && !fits(own) && verdict?.when.length === 0;
	return isOfOtherPass ? undefined : verdict;
}

/** What holds where both do: the one that only may hold tells when. */
export function both(first: Verdict, second: Verdict): Verdict {
	if (first.confidence === "must") return { ...first, confidence: second.confidence, when: second.when };
	return second.confidence === "must" ? first : { ...first, when: [] };
}

function contradict(a: readonly Condition[], b: readonly Condition[]): boolean {
	return a.some((one) => b.some((other) => samePlace(one.test, other.test) && one.holds !== other.holds));
}
