import type { EventKind, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { calleeIn, calleeText } from "../shared/calls";
import { circumstance, judge, type Verdict } from "../shared/judge";
import { samePlace } from "../shared/source";
import { isOperatedOn } from "../shared/surgery";
import { timeline } from "../shared/timeline";
import { freezesAdapter, futileTraining, isThawedAfter } from "../shared/training";
import { fixes } from "./fixes";

const meta: RuleMeta = {
	code: "PEFT013",
	name: "kbit-prepare-after-wrap",
	category: "training",
	severity: "error",
	fix: "safe",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary:
		"`prepare_model_for_kbit_training()` is called after the model was wrapped: it freezes the adapter as well, and training changes nothing.",
	references: [
		"https://github.com/huggingface/transformers/issues/26098",
		"https://github.com/huggingface/peft/issues/2299",
		"https://github.com/huggingface/trl/issues/3926",
		"https://huggingface.co/docs/peft/developer_guides/quantization",
	],
	silences: ["PEFT004"],
};

/** Preparing a model for training that has its adapter already: every parameter is frozen, the adapter's too. */
export const rule: Rule = {
	meta,
	check: (graph) =>
		(isOperatedOn(graph) ? [] : graph.events)
			.filter((event) => event.kind === "kbit-prepare")
			.flatMap((prepare) => {
				const verdict = judge(prepare, freezesAdapter);
				if (verdict === undefined || isThawedAfter(graph, prepare)) return [];
				const sink = futileTraining(graph, ["kbit-prepare"]).find(({ cause }) => cause === prepare)?.sink;
				return sink !== undefined || mayBeTrained(graph, prepare) ? [report(graph, prepare, verdict, sink)] : [];
			}),
	fixes,
};

const TRAINS: ReadonlySet<EventKind> = new Set(["trainer", "train", "optimizer", "optimizer-step", "prepare"]);

/**
 * To prepare a model is to mean to train it, here or elsewhere. Not where code that cannot be seen had it since, which may have
 * given gradients back, nor where the same function only runs it.
 */
function mayBeTrained(graph: ModelGraph, { id, call }: ModelEvent): boolean {
	const later = graph.events.filter(({ cases }) => cases.some(({ before }) => before?.history.includes(id)));
	const reads = graph.reads.filter(({ cases }) => cases.some(({ core }) => core.history.includes(id)));
	const isUnknown =
		later.some(({ cases }) => cases.some(({ before }) => before?.history.includes(id) && !before.known)) ||
		reads.some(({ cases }) => cases.some(({ core }) => core.history.includes(id) && !core.known));
	if (isUnknown) return false;
	if (later.some(({ kind }) => TRAINS.has(kind))) return true;
	const isRun = later.some((event) => event.kind === "run" && samePlace(event.call.scope, call.scope));
	return !isRun || reads.some(({ use }) => use.kind === "return");
}

function report(graph: ModelGraph, prepare: ModelEvent, verdict: Verdict, sink: ModelEvent | undefined): RuleFinding {
	const { situation } = verdict;
	const made = situation.before?.adapters.find(({ trainable }) => trainable === true)?.event;
	const wrap = made === undefined ? undefined : graph.events[made];
	const where = blame(graph, wrap, prepare);
	const adapter = wrap === undefined ? "the adapter" : `the adapter of ${calleeText(graph, wrap)}`;
	return {
		place: where.site,
		message: `${circumstance(graph, verdict)}${calleeIn(graph, prepare, where)} freezes every parameter, ${adapter} included: training changes nothing unless the model is prepared before it is wrapped.`,
		confidence: verdict.confidence,
		timeline: timeline(graph, situation.target?.core, [
			...(wrap === undefined
				? []
				: [{ event: wrap, message: `${calleeText(graph, wrap)} puts a trainable adapter in` }]),
			{ event: prepare, message: `${calleeText(graph, prepare)} takes the gradients from every parameter` },
			...(sink === undefined
				? []
				: [{ event: sink, message: `${calleeText(graph, sink)} trains a model without a trainable parameter` }]),
		]),
		event: prepare.id,
	};
}
