import type { ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { calleeIn, calleeText } from "../shared/calls";
import { circumstance } from "../shared/judge";
import { lineText } from "../shared/source";
import { timeline } from "../shared/timeline";
import { type Futile, futileTraining } from "../shared/training";
import { fixes } from "./fixes";

const meta: RuleMeta = {
	code: "PEFT004",
	name: "train-frozen-adapter",
	category: "training",
	severity: "error",
	fix: "safe",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary:
		"An adapter is loaded without `is_trainable=True` and then trained: it is frozen, and training changes nothing.",
	references: [
		"https://github.com/huggingface/peft/issues/282",
		"https://github.com/huggingface/peft/issues/184",
		"https://github.com/huggingface/trl/issues/6700",
	],
};

/** Training a model whose adapters were all loaded frozen. The load is what is to change, so it is what is reported. */
export const rule: Rule = {
	meta,
	check: (graph) => futileTraining(graph, ["load", "create", "load-adapter"]).map((futile) => report(graph, futile)),
	fixes,
};

function report(graph: ModelGraph, { cause, sink, verdict }: Futile): RuleFinding {
	const where = blame(graph, undefined, cause);
	const callee = calleeIn(graph, cause, where);
	return {
		place: where.site,
		message: `${circumstance(graph, verdict)}${callee} loads the adapter frozen, and ${calleeText(graph, sink)} in ${lineText(graph, sink.call)} trains it: without \`is_trainable=True\` nothing changes.`,
		confidence: verdict.confidence,
		timeline: timeline(graph, verdict.situation.target?.core, [
			{ event: cause, message: `${calleeText(graph, cause)} loads the adapter, frozen` },
			{ event: sink, message: `${calleeText(graph, sink)} trains a model without a trainable parameter` },
		]),
		event: cause.id,
	};
}
