import type { EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { calleeIn, calleeText } from "../shared/calls";
import { code, lineText } from "../shared/source";
import { timeline } from "../shared/timeline";
import { fixes } from "./fixes";
import { type Idle, idleAdapter } from "./idle";

const meta: RuleMeta = {
	code: "PEFT011",
	name: "adapter-not-activated",
	category: "lifecycle",
	severity: "warning",
	fix: "suggestion",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary: "A second adapter is loaded or added and never made active: the model goes on with the first.",
	references: [
		"https://github.com/huggingface/peft/issues/1523",
		"https://github.com/huggingface/peft/issues/1802",
		"https://huggingface.co/docs/peft/package_reference/peft_model#peft.PeftModel.load_adapter",
	],
};

/** `load_adapter`, `add_adapter` and `add_weighted_adapter` of a PeftModel put an adapter beside the active one. */
export const rule: Rule = {
	meta,
	check: (graph) =>
		graph.events.flatMap((event) => {
			const idle = idleAdapter(graph, event);
			return idle === undefined ? [] : [report(graph, event, idle)];
		}),
	fixes,
};

function report(graph: ModelGraph, added: ModelEvent, { name, use, situation }: Idle): RuleFinding {
	const where = blame(graph, undefined, added);
	const active = activeText(situation);
	const user = `${calleeText(graph, use)} in ${lineText(graph, use.call)}`;
	return {
		place: where.site,
		message: `${calleeIn(graph, added, where)} adds adapter ${code(name)} and leaves ${active} active: without \`set_adapter\`, ${user} ${deed(use)} ${active} alone.`,
		confidence: "must",
		timeline: timeline(graph, situation.target?.core, [
			{ event: added, message: `${calleeText(graph, added)} adds ${code(name)}, which is not active` },
			{ event: use, message: `${calleeText(graph, use)} ${deed(use)} ${active}` },
		]),
		event: added.id,
	};
}

function activeText({ before }: EventCase): string {
	return (before?.active ?? []).map(code).join(" and ");
}

function deed({ kind }: ModelEvent): string {
	if (kind === "train") return "trains";
	return kind === "run" ? "runs with" : "merges";
}
