import type { EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { calleeIn, calleeText } from "../shared/calls";
import { circumstance, judge, type Verdict } from "../shared/judge";
import { unless } from "../shared/mentions";
import { injectionOf, isOwnSave, pathGiven } from "../shared/saves";
import { isOperatedOn } from "../shared/surgery";
import { timeline } from "../shared/timeline";
import { fixes } from "./fixes";

const meta: RuleMeta = {
	code: "PEFT006",
	name: "save-base-with-adapter-layers",
	category: "saving",
	severity: "error",
	fix: "safe",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary:
		"The base model is saved with un-merged adapter layers inside: loaded again, those layers start with random weights.",
	references: [
		"https://github.com/huggingface/peft/issues/181",
		"https://github.com/huggingface/peft/issues/636",
		"https://github.com/huggingface/peft/pull/1106",
		"https://github.com/huggingface/peft/issues/2945",
	],
	silences: ["PEFT038"],
};

/** Saving the network inside of a PeftModel, or the base variable, while PEFT's layers are in it. */
export const rule: Rule = {
	meta,
	check: (graph) =>
		unless(
			graph.events
				.filter((event) => isOwnSave(graph, event))
				.flatMap((save) => {
					const verdict = judge(save, (situation) => savesInjected(graph, save, situation));
					return verdict === undefined ? [] : [report(graph, save, verdict)];
				}),
			() => isOperatedOn(graph),
		),
	fixes,
};

function savesInjected(graph: ModelGraph, save: ModelEvent, situation: EventCase): boolean {
	const { target, before } = situation;
	if (target === undefined || before?.known !== true) return false;
	if (target.path.length > 0 && !(target.path.length === 1 && target.path[0]?.token === "T")) return false;
	return injectionOf(graph, situation) !== undefined && !isSavedBeside(graph, save, target.core);
}

/** The wrapper is saved to the same place as well: what loads from there finds the adapter, and reads nothing else. */
function isSavedBeside(graph: ModelGraph, save: ModelEvent, core: number): boolean {
	const path = pathGiven(graph, save);
	return graph.events.some(
		(other) =>
			other.kind === "save" &&
			pathGiven(graph, other) === path &&
			other.cases.some(({ target }) => target?.core === core && target.path[0]?.token === "P"),
	);
}

function report(graph: ModelGraph, save: ModelEvent, verdict: Verdict): RuleFinding {
	const injection = injectionOf(graph, verdict.situation);
	const where = blame(graph, injection, save);
	const put = injection === undefined ? "PEFT" : calleeText(graph, injection);
	const steps =
		injection === undefined ? [] : [{ event: injection, message: `${put} puts adapter layers into the model` }];
	return {
		place: where.site,
		message: `${circumstance(graph, verdict)}${calleeIn(graph, save, where)} saves the base model with the adapter layers that ${put} put into it: loaded with \`from_pretrained\`, those layers start with random weights.`,
		confidence: verdict.confidence,
		timeline: timeline(graph, verdict.situation.target?.core, [
			...steps,
			{ event: save, message: `${calleeText(graph, save)} writes the weights under the names of the adapter layers` },
		]),
		event: save.id,
		cause: injection?.id,
	};
}
