import type { EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { argumentFor, calleeText } from "../shared/calls";
import { circumstance, judge, type Verdict } from "../shared/judge";
import { code, textOf } from "../shared/source";
import { timeline } from "../shared/timeline";
import { holdsFor, isBounded, type Versions } from "../versions";
import { FUNCTIONS, MODEL_METHODS, PEFT_METHODS } from "./calls";
import { fixes } from "./fixes";
import { isMissed } from "./lost";

const meta: RuleMeta = {
	code: "PEFT022",
	name: "in-place-result-assigned",
	category: "lifecycle",
	severity: "error",
	fix: "safe",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary: "The result of a call that changes the model in place is assigned to the model's name: the model is lost.",
	references: [
		"https://github.com/huggingface/peft/issues/285",
		"https://huggingface.co/docs/peft/package_reference/functional",
	],
};

/** `model = set_peft_model_state_dict(model, …)`, and `model` used after it. */
export const rule: Rule = {
	meta,
	check: (graph, versions) =>
		graph.events.flatMap((event) => {
			const name = lostName(graph, event);
			if (name === undefined || !isMissed(graph, event.call, name) || returnedModel(event, versions)) return [];
			const verdict = judge(event, (situation) => resultOf(graph, event, situation) !== undefined);
			return verdict === undefined ? [] : [report(graph, event, verdict, name)];
		}),
	fixes,
};

/** The model's name, where the result is assigned to it. */
function lostName(graph: ModelGraph, { api, call }: ModelEvent): string | undefined {
	const { form, target } = call.statement;
	if (form !== "assign" || target === undefined) return undefined;
	const given = argumentFor(call, "model", "peft_model");
	const callee = textOf(graph, call.func);
	const model = FUNCTIONS.has(api) ? given && textOf(graph, given.value) : callee.slice(0, callee.lastIndexOf("."));
	const name = textOf(graph, target);
	return model === name ? name : undefined;
}

/** What the call returns in the place of the model; undefined where that is not certain. */
function resultOf(graph: ModelGraph, { api }: ModelEvent, { target }: EventCase): string | undefined {
	const outer = target?.path[0]?.token;
	const created = target === undefined ? undefined : graph.cores[target.core]?.created;
	const isTransformers = created !== undefined && graph.events[created]?.api.startsWith("transformers.") === true;
	const method = outer === "P" ? PEFT_METHODS.get(api) : undefined;
	const handedOn = isTransformers && (outer === "P" || outer === undefined) ? MODEL_METHODS.get(api) : undefined;
	return FUNCTIONS.get(api) ?? method ?? handedOn;
}

/** In PEFT 0.2 it gave the model back. */
function returnedModel({ api }: ModelEvent, versions: Versions): boolean {
	const isOld = isBounded(versions.peft) && holdsFor({ peft: { since: "0.3" } }, versions) === "no";
	return isOld && api === "peft.set_peft_model_state_dict";
}

function report(graph: ModelGraph, event: ModelEvent, verdict: Verdict, name: string): RuleFinding {
	const callee = calleeText(graph, event);
	const result = resultOf(graph, event, verdict.situation) ?? "";
	const does = event.kind === "inspect" ? "only looks at the model" : "changes the model in place";
	return {
		place: blame(graph, undefined, event).site,
		message: `${circumstance(graph, verdict)}${callee} ${does} and returns ${result}: assigned to ${code(name)}, it takes the model's place in the lines that follow.`,
		confidence: verdict.confidence,
		timeline: timeline(graph, verdict.situation.target?.core, [
			{ event, message: `${callee} returns ${result}, and ${code(name)} holds that` },
		]),
		event: event.id,
	};
}
