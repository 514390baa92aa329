import type { EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { judge, type Verdict } from "../shared/judge";
import { quote } from "../shared/source";
import { timeline } from "../shared/timeline";
import { fixes } from "./fixes";

const meta: RuleMeta = {
	code: "PEFT012",
	name: "disable-adapter-not-entered",
	category: "lifecycle",
	severity: "error",
	fix: "safe",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary:
		"`disable_adapter()` is a context manager: called without `with` it does nothing, and the adapter stays active.",
	references: [
		"https://github.com/huggingface/peft/issues/912",
		"https://huggingface.co/docs/peft/package_reference/peft_model#peft.PeftModel.disable_adapter",
	],
};

/** A context manager over a PeftModel that is made and dropped: what is meant to run without the adapter runs with it. */
export const rule: Rule = {
	meta,
	check: (graph) =>
		graph.events
			.filter((event) => event.kind === "context" && event.call.statement.form === "expr")
			.flatMap((event) => {
				const verdict = judge(event, isOfWrapper);
				return verdict === undefined ? [] : [report(graph, event, verdict)];
			}),
	fixes,
};

function isOfWrapper({ target }: EventCase): boolean {
	return target?.path[0]?.token === "P";
}

function report(graph: ModelGraph, event: ModelEvent, verdict: Verdict): RuleFinding {
	const made = verdict.situation.target?.path[0]?.event;
	const wrap = made === undefined ? undefined : graph.events[made];
	const call = quote(graph, event.call);
	const so = event.api.endsWith("disable_adapter") ? "the adapter stays active" : "nothing changes";
	const steps = wrap === undefined ? [] : [{ event: wrap, message: `${quote(graph, wrap.call.func)} wraps the model` }];
	return {
		// It does nothing wherever the model comes from.
		place: blame(graph, undefined, event).site,
		message: `${call} makes a context manager that nothing enters: without \`with\` it does nothing, and ${so}.`,
		confidence: verdict.confidence,
		timeline: timeline(graph, verdict.situation.target?.core, [
			...steps,
			{ event, message: `${call} changes nothing` },
		]),
		event: event.id,
	};
}
