import type { EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { calleeText } from "../shared/calls";
import { isTried } from "../shared/guards";
import { circumstance, judge } from "../shared/judge";
import { timeline } from "../shared/timeline";
import { fixes } from "./fixes";
import { badNames, isNamed, nameArgument } from "./names";

const meta: RuleMeta = {
	code: "PEFT032",
	name: "bad-adapter-name",
	category: "configuration",
	severity: "error",
	fix: "suggestion",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary:
		"An adapter gets a name that cannot be the name of a module, or one that the model has already: the call fails.",
	references: [
		"https://github.com/huggingface/peft/issues/2699",
		"https://github.com/huggingface/peft/pull/2254",
		"https://huggingface.co/docs/peft/package_reference/peft_model#peft.get_peft_model",
	],
};

/** Names of adapters that are known from the program and that PEFT refuses, or loses weights by. */
export const rule: Rule = {
	meta,
	check: (graph) =>
		graph.events
			.filter((event) => isNamed(event) && !isTried(graph, event, /KeyError|ValueError/))
			.flatMap((event) => reports(graph, event)),
	fixes,
};

/** What is wrong with a name in one version is not in another: those that do not hold are dropped. */
function reports(graph: ModelGraph, event: ModelEvent): readonly RuleFinding[] {
	return badNames.flatMap((bad) => {
		const verdict = judge(event, (situation: EventCase) => bad.holds(graph, event, situation));
		const place = verdict && nameArgument(event, verdict.situation);
		if (verdict === undefined || place === undefined) return [];
		const said = bad.message(verdict.situation.adapter ?? "", calleeText(graph, event));
		return [
			{
				place: place.value,
				message: `${circumstance(graph, verdict)}${said}`,
				confidence: verdict.confidence,
				timeline: timeline(graph, verdict.situation.target?.core, [
					{ event, message: `${calleeText(graph, event)} takes the name` },
				]),
				event: event.id,
				...(bad.severity !== undefined && { severity: bad.severity }),
				...(bad.versions !== undefined && { holds: bad.versions }),
			},
		];
	});
}
