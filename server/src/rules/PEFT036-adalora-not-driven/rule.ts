import type { AdapterView, EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { argumentFor, calleeIn, calleeText } from "../shared/calls";
import { eventsAt } from "../shared/flow";
import { circumstance, judge, type Verdict } from "../shared/judge";
import { both, madeWith } from "../shared/made-with";
import { quote, textOf } from "../shared/source";
import { timeline } from "../shared/timeline";
import { fixes } from "./fixes";
import { isUndriven } from "./trainers";

const meta: RuleMeta = {
	code: "PEFT036",
	name: "adalora-not-driven",
	category: "training",
	severity: "warning",
	fix: "safe",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary:
		"AdaLoRA is trained without `update_and_allocate()`, so that no rank ever changes, or is given `r`, which it ignores.",
	references: [
		"https://github.com/huggingface/peft/issues/432",
		"https://github.com/huggingface/peft/issues/1801",
		"https://huggingface.co/docs/peft/package_reference/adalora",
	],
};

/** A trainer that nobody tells of AdaLoRA's budget step; and the rank given under the name that LoRA has for it. */
export const rule: Rule = {
	meta,
	check: (graph) => graph.events.flatMap((event) => checkConfig(graph, event) ?? checkTraining(graph, event) ?? []),
	fixes,
};

function checkConfig(graph: ModelGraph, event: ModelEvent): RuleFinding | undefined {
	if (event.kind !== "config" || !isWrittenOut(graph, event)) return undefined;
	const rank = argumentFor(event.call, "r");
	const verdict = rank && judge(event, ignoresRank);
	if (verdict === undefined) return undefined;
	const given = quote(graph, rank ?? event.call);
	return {
		place: rank ?? event.call,
		message: `${circumstance(graph, verdict)}${calleeText(graph, event)} ignores ${given}: AdaLoRA starts from the rank \`init_r\`, which is 12 unless it is given.`,
		confidence: verdict.confidence,
		timeline: timeline(graph, undefined, [{ event, message: `${calleeText(graph, event)} is given ${given}` }]),
		event: event.id,
	};
}

/** The class is named, and the call makes nothing else: `r` may be meant for another class. */
function isWrittenOut(graph: ModelGraph, { call }: ModelEvent): boolean {
	return (
		/\bAdaLoraConfig$/.test(textOf(graph, call.func)) &&
		eventsAt(graph, call).every(({ api }) => api === "peft.AdaLoraConfig")
	);
}

function ignoresRank({ config }: EventCase): boolean {
	if (config === undefined || config.open || "init_r" in config.fields || config.unknown.includes("init_r"))
		return false;
	return config.fields.r !== null && config.fields.r !== 12;
}

function checkTraining(graph: ModelGraph, train: ModelEvent): RuleFinding | undefined {
	if (train.kind !== "train" || !isUndriven(graph, train)) return undefined;
	const verdict = judge(train, (situation) => adaLora(graph, situation) !== undefined);
	return verdict && report(graph, train, verdict);
}

/** The adapter of that kind that is trained, and on which paths it is one. */
function adaLora(graph: ModelGraph, situation: EventCase): { adapter: AdapterView; made: Verdict } | undefined {
	const { target, before } = situation;
	if (before?.known !== true || target === undefined || target.path.some(({ token }) => token === "?"))
		return undefined;
	for (const adapter of before.adapters) {
		if (adapter.trainable !== true || before.active?.includes(adapter.name) !== true) continue;
		const made = madeWith(graph, adapter, situation, ({ peftType }) => peftType === "ADALORA");
		if (made !== undefined) return { adapter, made };
	}
	return undefined;
}

function report(graph: ModelGraph, train: ModelEvent, verdict: Verdict): RuleFinding {
	const found = adaLora(graph, verdict.situation);
	const whole = found === undefined ? verdict : both(verdict, found.made);
	const cause = found?.adapter.event;
	const wrap = cause === undefined ? undefined : graph.events[cause];
	const where = blame(graph, wrap, train);
	const callee = calleeIn(graph, train, where);
	const steps =
		wrap === undefined ? [] : [{ event: wrap, message: `${calleeText(graph, wrap)} puts the AdaLoRA adapter in` }];
	return {
		place: where.site,
		message: `${circumstance(graph, whole)}${callee} trains an AdaLoRA adapter, and nothing calls \`update_and_allocate()\` after its steps: every rank stays as it was at the start.`,
		confidence: whole.confidence,
		timeline: timeline(graph, verdict.situation.target?.core, [
			...steps,
			{ event: train, message: `${calleeText(graph, train)} trains it without a budget step` },
		]),
		event: train.id,
		cause,
	};
}
