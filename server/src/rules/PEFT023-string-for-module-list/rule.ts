import type { ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { argumentFor } from "../shared/calls";
import { configEvents } from "../shared/configs";
import { circumstance, judge, type Verdict } from "../shared/judge";
import { timeline } from "../shared/timeline";
import { type Check, checks } from "./checks";
import { fixes } from "./fixes";

const meta: RuleMeta = {
	code: "PEFT023",
	name: "string-for-module-list",
	category: "configuration",
	severity: "error",
	fix: "safe",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary:
		"A string stands where PEFT expects a list of module names, or a list where it expects a pattern: other modules are trained than are named, or none.",
	references: [
		"https://github.com/huggingface/peft/issues/577",
		"https://huggingface.co/docs/peft/package_reference/lora#peft.LoraConfig",
	],
};

/** Module names of a config in a form in which PEFT cannot read them. */
export const rule: Rule = {
	meta,
	check: (graph) =>
		configEvents(graph).flatMap((config) =>
			checks.flatMap((check) => {
				const verdict = judge(config, (situation) => check.problem(graph, config, situation) !== undefined);
				return verdict === undefined ? [] : [report(graph, config, check, verdict)];
			}),
		),
	fixes,
};

function report(graph: ModelGraph, config: ModelEvent, check: Check, verdict: Verdict): RuleFinding {
	const place = argumentFor(config.call, check.field) ?? config.call;
	const message = check.problem(graph, config, verdict.situation) ?? "";
	return {
		place: { file: place.file, start: place.start, end: place.end },
		message: `${circumstance(graph, verdict)}${message}`,
		confidence: verdict.confidence,
		timeline: timeline(graph, undefined, [{ event: config, message: "The config is made" }]),
		event: config.id,
	};
}
