import type { AdapterView, EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { calleeIn, calleeText, modelName } from "../shared/calls";
import { discardedAdapter } from "../shared/injection";
import { circumstance, describeConditions, judge, type Verdict } from "../shared/judge";
import { seenAtWrap } from "../shared/seen";
import { code } from "../shared/source";
import { type Step, timeline } from "../shared/timeline";
import { fixes } from "./fixes";

const meta: RuleMeta = {
	code: "PEFT002",
	name: "wrap-discards-trained-adapter",
	category: "lifecycle",
	severity: "error",
	fix: "suggestion",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary:
		"A model with a trained adapter is wrapped again under the adapter's name: the trained weights are re-initialised.",
	references: [
		"https://github.com/huggingface/trl/issues/652",
		"https://github.com/huggingface/trl/issues/926",
		"https://github.com/huggingface/peft/issues/1127",
		"https://github.com/huggingface/peft/pull/2306",
	],
	silences: ["PEFT003", "PEFT010"],
};

/** Putting a fresh adapter over a trained one of the same name. */
export const rule: Rule = {
	meta,
	check: (graph) =>
		graph.events.flatMap((wrap) => {
			const verdict = judge(wrap, (situation) => discardedAdapter(graph, wrap, situation) !== undefined);
			const adapter = verdict && discardedAdapter(graph, wrap, verdict.situation);
			return verdict === undefined || adapter === undefined ? [] : [report(graph, wrap, verdict, adapter)];
		}),
	fixes,
	seen: ({ event }, graph) => {
		const wrap = graph.events[event];
		return wrap && seenAtWrap(wrap);
	},
};

function report(graph: ModelGraph, wrap: ModelEvent, verdict: Verdict, adapter: AdapterView): RuleFinding {
	const source = adapter.event === undefined ? undefined : graph.events[adapter.event];
	const where = blame(graph, source, wrap);
	const start = circumstance(graph, verdict);
	return {
		place: where.site,
		message: `${start}${calleeIn(graph, wrap, where)} re-initialises the adapter ${code(adapter.name)} of ${modelName(graph, wrap, where)}, ${past(graph, adapter, source)}.`,
		confidence: verdict.confidence,
		timeline: timeline(graph, verdict.situation.target?.core, story(graph, wrap, verdict, adapter, source)),
		event: wrap.id,
	};
}

/** What the adapter is, and so what is lost. */
function past(graph: ModelGraph, adapter: AdapterView, source: ModelEvent | undefined): string {
	if (adapter.touched === "trained")
		return "which was trained before: what it learned is lost and training restarts from the base model";
	if (adapter.touched === "written")
		return "whose weights were set before: they are lost and training restarts from the base model";
	const from = adapter.source === undefined ? "" : ` from ${code(JSON.stringify(adapter.source))}`;
	const loader = source === undefined ? "which was loaded" : `which ${calleeText(graph, source)} loaded`;
	return `${loader}${from}: its trained weights are lost and training restarts from the base model`;
}

function story(
	graph: ModelGraph,
	wrap: ModelEvent,
	verdict: Verdict,
	adapter: AdapterView,
	source: ModelEvent | undefined,
): readonly Step[] {
	const steps: Step[] = [];
	const when = describeConditions(graph, verdict.when);
	const suffix = when === undefined ? "" : ` ${when}`;
	if (source !== undefined) {
		const made = adapter.origin === "loaded" ? "loads" : "makes";
		steps.push({
			event: source,
			message: `${calleeText(graph, source)} ${made} the adapter ${code(adapter.name)}${suffix}`,
		});
	}
	const training = adapter.touched === "trained" ? lastTraining(graph, verdict.situation, source) : undefined;
	if (training !== undefined) steps.push({ event: training, message: `${calleeText(graph, training)} trains it` });
	return [
		...steps,
		{ event: wrap, message: `${calleeText(graph, wrap)} puts a fresh adapter ${code(adapter.name)} in its place` },
	];
}

function lastTraining(graph: ModelGraph, situation: EventCase, source: ModelEvent | undefined): ModelEvent | undefined {
	return situation.before?.history
		.map((id) => graph.events[id])
		.findLast((event) => event !== source && (event?.kind === "train" || event?.kind === "optimizer-step"));
}
