import type { ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { calleeText } from "../shared/calls";
import { circumstance, judge } from "../shared/judge";
import { unless } from "../shared/mentions";
import { code } from "../shared/source";
import { isOperatedOn } from "../shared/surgery";
import { timeline } from "../shared/timeline";
import { firstTraining } from "../shared/training";
import { fixes } from "./fixes";
import { forgetsHead, isLookedAfter, takesConfig } from "./heads";

const meta: RuleMeta = {
	code: "PEFT024",
	name: "head-not-trained",
	category: "training",
	severity: "warning",
	fix: "safe",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary:
		"A classifier's new head is neither trained nor saved, because the config does not say that the task is one.",
	references: [
		"https://github.com/huggingface/peft/issues/876",
		"https://github.com/huggingface/trl/issues/1379",
		"https://huggingface.co/docs/peft/developer_guides/troubleshooting#randomly-initialized-layers",
	],
};

/** A classifier made from a network that has no head, wrapped for another task or for none, and trained. */
export const rule: Rule = {
	meta,
	check: (graph) =>
		unless(
			graph.events.filter(takesConfig).flatMap((wrap) => reports(graph, wrap)),
			() => isLookedAfter(graph) || isOperatedOn(graph),
		),
	fixes,
};

function reports(graph: ModelGraph, wrap: ModelEvent): readonly RuleFinding[] {
	const verdict = judge(wrap, (situation) => forgetsHead(graph, situation));
	const sink =
		verdict &&
		firstTraining(graph, wrap, ({ before, optimizer }) => before?.frozen === true && optimizer?.alone !== false);
	if (verdict === undefined || sink === undefined) return [];
	const core = verdict.situation.target?.core;
	const task = verdict.situation.config?.fields.task_type ?? null;
	const made = graph.events[graph.cores[core ?? 0]?.created ?? wrap.id] ?? wrap;
	const owner = code(made.api.split(".")[1] ?? "");
	const said = task === null ? "no `task_type`" : code(`task_type="${String(task)}"`);
	return [
		{
			place: wrap.call,
			message: `${circumstance(graph, verdict)}${calleeText(graph, wrap)} freezes the head of ${owner}, which is random here: with ${said} and no \`modules_to_save\`, it is neither trained nor saved.`,
			confidence: verdict.confidence,
			timeline: timeline(graph, core, [
				{ event: wrap, message: `${calleeText(graph, wrap)} freezes the head with the rest of the base model` },
				{ event: sink, message: "The adapter is trained, and the head is not" },
			]),
			event: wrap.id,
		},
	];
}
