import type { EventId, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { calleeIn, calleeText } from "../shared/calls";
import { circumstance, describeConditions, judge, type Verdict } from "../shared/judge";
import { lineText } from "../shared/source";
import { timeline } from "../shared/timeline";
import { fixes } from "./fixes";
import { addsByHand, lateAdapter } from "./late";

const meta: RuleMeta = {
	code: "PEFT014",
	name: "optimizer-before-adapter",
	category: "training",
	severity: "error",
	fix: "safe",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary:
		"An optimizer is made before the adapter is put into the model: it does not hold the adapter's weights, which are never updated.",
	references: [
		"https://huggingface.co/docs/peft/developer_guides/troubleshooting",
		"https://pytorch.org/docs/stable/optim.html#constructing-it",
	],
};

/** An optimizer over a model that gets its adapter later. The optimizer is what comes too early, so it is what is reported. */
export const rule: Rule = {
	meta,
	check: (graph) => {
		if (addsByHand(graph)) return [];
		const found = new Map<EventId, RuleFinding>();
		// What is sure says more than what may be, and a step more than a hand-over.
		for (const { made, sink } of usesOf(graph)) {
			const finding = judged(graph, made, sink);
			const earlier = found.get(made.id);
			if (finding !== undefined && (earlier === undefined || isSurer(finding, earlier))) found.set(made.id, finding);
		}
		return [...found.values()];
	},
	fixes,
};

interface Use {
	readonly made: ModelEvent;
	readonly sink: ModelEvent;
}

/** Every optimizer with each of its steps, then with every call it is handed to. */
function usesOf(graph: ModelGraph): readonly Use[] {
	return (["optimizer-step", "optimizer-use"] as const).flatMap((kind) =>
		graph.events
			.filter((event) => event.kind === kind)
			.flatMap((sink) =>
				[...new Set(sink.cases.map(({ optimizer }) => optimizer?.made))].flatMap((id) => {
					const made = id === undefined ? undefined : graph.events[id];
					return made === undefined ? [] : [{ made, sink }];
				}),
			),
	);
}

function isSurer(one: RuleFinding, other: RuleFinding): boolean {
	return one.confidence === "must" && other.confidence === "may";
}

function judged(graph: ModelGraph, made: ModelEvent, sink: ModelEvent): RuleFinding | undefined {
	const cases = sink.cases.filter(({ optimizer }) => optimizer?.made === made.id);
	const verdict = judge({ ...sink, cases }, (situation) => lateAdapter(graph, situation) !== undefined);
	if (verdict === undefined) return undefined;
	const id = lateAdapter(graph, verdict.situation)?.event;
	const injection = id === undefined ? undefined : graph.events[id];
	return injection && report(graph, made, injection, sink, verdict);
}

function report(
	graph: ModelGraph,
	made: ModelEvent,
	injection: ModelEvent,
	sink: ModelEvent,
	verdict: Verdict,
): RuleFinding {
	const where = blame(graph, injection, made);
	const user = `${calleeText(graph, sink)} in ${lineText(graph, sink.call)}`;
	const so =
		sink.kind === "optimizer-step" ? `${user} never updates it` : `${user} is given an optimizer without its weights`;
	const when = describeConditions(graph, verdict.when);
	return {
		place: where.site,
		message: `${circumstance(graph, verdict)}${calleeIn(graph, made, where)} is made before ${calleeText(graph, injection)} in ${lineText(graph, injection.call)} puts the adapter into the model: ${so}.`,
		confidence: verdict.confidence,
		timeline: timeline(graph, verdict.situation.target?.core, [
			{ event: made, message: `${calleeText(graph, made)} takes the parameters that the model has` },
			{
				event: injection,
				message: `${calleeText(graph, injection)} adds the adapter's parameters${when === undefined ? "" : ` ${when}`}`,
			},
			{ event: sink, message: `${calleeText(graph, sink)} does not know of them` },
		]),
		event: made.id,
		cause: injection.id,
	};
}
