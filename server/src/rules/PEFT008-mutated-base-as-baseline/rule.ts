import type { ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { calleeIn, calleeText } from "../shared/calls";
import { circumstance } from "../shared/judge";
import { injectionOf } from "../shared/saves";
import { code, expressionText, lineText, quote } from "../shared/source";
import { timeline } from "../shared/timeline";
import { type Comparison, comparisons } from "./comparison";
import { fixes } from "./fixes";
import { type Reference, references } from "./reference";
import type { Running } from "./same-call";

const meta: RuleMeta = {
	code: "PEFT008",
	name: "mutated-base-as-baseline",
	category: "lifecycle",
	severity: "warning",
	fix: "suggestion",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary:
		"The base variable is run as the model without adapter, or given as the reference: the adapter is inside of it.",
	references: [
		"https://github.com/huggingface/peft/issues/940",
		"https://github.com/huggingface/peft/issues/430",
		"https://github.com/huggingface/peft/issues/515",
		"https://github.com/huggingface/peft/issues/1161",
	],
};

/** What was given to `get_peft_model` is compared with what came out: they are one network. */
export const rule: Rule = {
	meta,
	check: (graph) => [
		...comparisons(graph).map((one) => reportComparison(graph, one)),
		...references(graph).map((one) => reportReference(graph, one)),
	],
	fixes,
};

function reportComparison(graph: ModelGraph, { run, other, calls, verdict }: Comparison): RuleFinding {
	const injection = injectionOf(graph, verdict.situation);
	const when = circumstance(graph, verdict);
	const base = nameOf(graph, calls.base, when === "" ? "The base model" : "the base model");
	const wrapper = nameOf(graph, calls.wrapper, "the wrapper");
	const line = run === other ? "" : ` in ${lineText(graph, calls.wrapper.call)}`;
	const where = blame(graph, injection, run);
	return {
		place: where.site,
		message: `${when}${base} is no baseline for ${wrapper}${line}: ${putBy(graph, injection)} put an adapter into its network, and ${calleeIn(graph, run, where)} runs with it.`,
		confidence: verdict.confidence,
		timeline: timeline(graph, verdict.situation.target?.core, [
			...stepsOf(graph, injection),
			...(other.id < run.id ? [{ event: other, message: `${calleeText(graph, other)} runs the wrapper` }] : []),
			{ event: run, message: `${calleeText(graph, run)} runs the same network, adapter included` },
		]),
		event: run.id,
	};
}

function reportReference(graph: ModelGraph, { event, param, argument, verdict }: Reference): RuleFinding {
	const injection = injectionOf(graph, verdict.situation);
	const where = blame(graph, injection, event);
	const given = argument === undefined ? code(param) : code(`${param}=${expressionText(graph, argument.value)}`);
	return {
		place: where.frame === undefined && argument !== undefined ? argument : where.site,
		message: `${circumstance(graph, verdict)}${given} is the network that ${calleeText(graph, event)} trains: ${putBy(graph, injection)} put the adapter into it, and the two never differ.`,
		confidence: verdict.confidence,
		severity: "error",
		timeline: timeline(graph, verdict.situation.target?.core, [
			...stepsOf(graph, injection),
			{ event, message: `${calleeText(graph, event)} gets one network twice` },
		]),
		event: event.id,
	};
}

function nameOf(graph: ModelGraph, { model }: Running, otherwise: string): string {
	return model === undefined ? otherwise : quote(graph, model);
}

function putBy(graph: ModelGraph, injection: ModelEvent | undefined): string {
	return injection === undefined ? "PEFT" : `${calleeText(graph, injection)} in ${lineText(graph, injection.call)}`;
}

function stepsOf(
	graph: ModelGraph,
	injection: ModelEvent | undefined,
): readonly { readonly event: ModelEvent; readonly message: string }[] {
	if (injection === undefined) return [];
	return [{ event: injection, message: `${calleeText(graph, injection)} puts adapter layers into the model` }];
}
