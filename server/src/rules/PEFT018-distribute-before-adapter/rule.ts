import type { EventId, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { calleeIn, calleeText, subject } from "../shared/calls";
import { circumstance, describeConditions, judge, type Verdict } from "../shared/judge";
import { unless } from "../shared/mentions";
import { lineText } from "../shared/source";
import { type Step, timeline } from "../shared/timeline";
import { isReducedByHand, moduleStep, type Unsynchronised, unsynchronised } from "./late";

const meta: RuleMeta = {
	code: "PEFT018",
	name: "distribute-before-adapter",
	category: "training",
	severity: "error",
	fix: "none",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary:
		"An adapter is put into a model that was distributed before: its gradients are not synchronised, or its keys get a `module.`.",
	references: [
		"https://pytorch.org/docs/stable/generated/torch.nn.parallel.DistributedDataParallel.html",
		"https://huggingface.co/docs/peft/accelerate/fsdp",
		"https://github.com/foundation-model-stack/fms-hf-tuning/issues/143",
	],
	silences: ["PEFT017"],
};

/** Around the wrapper of DataParallel or DDP; or inside of what DDP, FSDP or accelerate has, and trained there. */
export const rule: Rule = {
	meta,
	check: (graph) => {
		const found = new Map<EventId, RuleFinding>();
		for (const finding of [...around(graph), ...inside(graph)]) {
			const earlier = found.get(finding.event);
			const isSurer = earlier?.confidence === "may" && finding.confidence === "must";
			if (earlier === undefined || isSurer) found.set(finding.event, finding);
		}
		return [...found.values()];
	},
	fixes: () => [],
};

function around(graph: ModelGraph): readonly RuleFinding[] {
	return graph.events
		.filter(({ kind }) => kind === "wrap" || kind === "load")
		.flatMap((event) => {
			const verdict = judge(event, (situation) => moduleStep(situation) !== undefined);
			const id = verdict && moduleStep(verdict.situation)?.event;
			const wrapper = id === undefined ? undefined : graph.events[id];
			if (verdict === undefined || wrapper === undefined) return [];
			const where = blame(graph, wrapper, event);
			const origin = `${subject(graph, event, where)} ${calleeText(graph, wrapper)} in ${lineText(graph, wrapper.call)} has wrapped`;
			const isLoad = event.kind === "load";
			const what = isLoad ? "loads the adapter onto" : "wraps";
			const so = isLoad
				? "its keys are looked for with a `module.`, and none matches"
				: "the adapter's keys get a `module.` and match no plain model";
			return [
				{
					place: where.site,
					message: `${circumstance(graph, verdict)}${calleeIn(graph, event, where)} ${what} ${origin}: ${so}.`,
					confidence: verdict.confidence,
					timeline: story(graph, verdict, [
						{ event: wrapper, message: `${calleeText(graph, wrapper)} puts \`module\` around the model` },
						{ event, message: `${calleeText(graph, event)} puts the adapter around that` },
					]),
					event: event.id,
				},
			];
		});
}

function inside(graph: ModelGraph): readonly RuleFinding[] {
	const found = graph.events
		.filter(({ kind }) => kind === "optimizer-step")
		.flatMap((step) => {
			const verdict = judge(step, (situation) => unsynchronised(graph, situation) !== undefined);
			const late = verdict && unsynchronised(graph, verdict.situation);
			return verdict === undefined || late === undefined ? [] : [reportInside(graph, late, step, verdict)];
		});
	return unless(found, () => isReducedByHand(graph));
}

function reportInside(
	graph: ModelGraph,
	{ early, injection }: Unsynchronised,
	step: ModelEvent,
	verdict: Verdict,
): RuleFinding {
	const where = blame(graph, early, injection);
	const isPrepared = early.kind === "prepare";
	const done = `${calleeText(graph, early)} in ${lineText(graph, early.call)} has ${isPrepared ? "prepared" : "distributed"} before`;
	// What follows from that depends on PEFT: up to 0.20 an error, in 0.21 gradients that are not synchronised.
	const so = early.api.endsWith(".fully_shard")
		? "its weights are not sharded"
		: `${isPrepared ? "with several processes, " : ""}its gradients are not synchronised`;
	return {
		place: where.site,
		message: `${circumstance(graph, verdict)}${calleeIn(graph, injection, where)} puts an adapter into a model that ${done}: ${so}.`,
		confidence: verdict.confidence,
		...(isPrepared && { severity: "warning" as const }),
		timeline: story(graph, verdict, [
			{ event: early, message: `${calleeText(graph, early)} takes the parameters that the model has` },
			{ event: injection, message: `${calleeText(graph, injection)} adds the adapter's parameters` },
			{ event: step, message: `${calleeText(graph, step)} updates them in each process on its own` },
		]),
		event: injection.id,
	};
}

function story(graph: ModelGraph, verdict: Verdict, [first, ...rest]: readonly Step[]): RuleFinding["timeline"] {
	const when = describeConditions(graph, verdict.when);
	const start = first && { ...first, message: `${first.message}${when === undefined ? "" : ` ${when}`}` };
	return timeline(graph, verdict.situation.target?.core, start === undefined ? rest : [start, ...rest]);
}
