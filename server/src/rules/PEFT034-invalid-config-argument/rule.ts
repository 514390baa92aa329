import type { ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { argumentFor } from "../shared/calls";
import { configEvents } from "../shared/configs";
import { isForVersions, isTried } from "../shared/guards";
import { circumstance, judge } from "../shared/judge";
import { textOf } from "../shared/source";
import { timeline } from "../shared/timeline";
import type { Versions } from "../versions";
import { fixes } from "./fixes";
import { mayBeForked } from "./forks";
import type { Problem } from "./problem";
import { problemsAt, problemsOf } from "./problems";

const meta: RuleMeta = {
	code: "PEFT034",
	name: "invalid-config-argument",
	category: "configuration",
	severity: "error",
	fix: "safe",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary: "A PEFT config is given an argument that it does not have, or a value that PEFT refuses or ignores.",
	references: [
		"https://github.com/huggingface/peft/issues/1511",
		"https://github.com/huggingface/peft/pull/2210",
		"https://huggingface.co/docs/peft/package_reference/lora#peft.LoraConfig",
	],
};

/** Arguments that no config of this class has, or none of the project's version, and values that cannot work. */
export const rule: Rule = {
	meta,
	check: (graph, versions) => {
		const calls = configEvents(graph).filter((event) => isPlainCall(graph, event));
		if (calls.length === 0 || mayBeForked(graph)) return [];
		return calls.flatMap((event) => problemsAt(graph, event, versions).flatMap(report(graph, event, versions)));
	},
	fixes,
};

/** Not the constructor of a base class, and not where it is known that the call may fail. */
function isPlainCall(graph: ModelGraph, event: ModelEvent): boolean {
	if (/\bsuper\b|__init__/.test(textOf(graph, event.call.func))) return false;
	return !isTried(graph, event, /TypeError|ValueError/) && !isForVersions(graph, event.call);
}

function report(
	graph: ModelGraph,
	event: ModelEvent,
	versions: Versions,
): (problem: Problem) => readonly RuleFinding[] {
	return ({ field, message, holds, severity }) => {
		const verdict = judge(event, (situation) =>
			problemsOf(graph, event, situation, versions).some((other) => other.field === field),
		);
		if (verdict === undefined) return [];
		const place = argumentFor(event.call, field) ?? event.call;
		return [
			{
				place: { file: place.file, start: place.start, end: place.end },
				message: `${circumstance(graph, verdict)}${message}`,
				confidence: verdict.confidence,
				timeline: timeline(graph, undefined, [{ event, message: "The config is made" }]),
				event: event.id,
				...(holds !== undefined && { holds }),
				...(severity !== undefined && { severity }),
			},
		];
	};
}
