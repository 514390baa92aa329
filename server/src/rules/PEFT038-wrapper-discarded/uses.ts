/** What becomes of a base model whose wrapper was dropped. */
import type { EventCase, EventKind, ModelEvent, ModelGraph } from "../../analysis/graph";
import { isMentioned } from "../shared/mentions";

const USES: ReadonlySet<EventKind> = new Set([
	"run",
	"trainer",
	"train",
	"optimizer",
	"optimizer-step",
	"prepare",
	"save",
	"checkpointing",
]);

/** The first use of the base model that computes with it, trains or saves it; looking at it is none. */
export function firstUse(graph: ModelGraph, call: ModelEvent): ModelEvent | undefined {
	return graph.events.find((event) => USES.has(event.kind) && event.cases.some((one) => isBaseAfter(one, call)));
}

/** A trainer that is given the base model, trains it, and may save it in between. */
export function trainerAfter(graph: ModelGraph, call: ModelEvent): ModelEvent | undefined {
	if (isMentioned(graph, /\bsave_strategy\s*=\s*["']no["']/)) return undefined;
	const trains = graph.events.some(
		({ kind, cases }) => kind === "train" && cases.some((one) => isBaseAfter(one, call)),
	);
	if (!trains) return undefined;
	return graph.events.find(
		({ kind, api, cases }) =>
			kind === "trainer" &&
			/^(?:transformers|trl)\.\w*Trainer$/.test(api) &&
			cases.some((one) => isBaseAfter(one, call) && one.result?.path.length === 0),
	);
}

function isBaseAfter({ certain, target, before }: EventCase, { id }: ModelEvent): boolean {
	return certain && target?.path.length === 0 && before?.known === true && before.history.includes(id);
}

/** A prompt is put in front of the network: nothing is put into it. */
export function isUntouched({ config }: EventCase): boolean {
	return config?.injects === false;
}
