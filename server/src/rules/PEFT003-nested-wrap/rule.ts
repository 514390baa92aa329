import type { EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { calleeIn, calleeText, subject } from "../shared/calls";
import { isWrapped, wrapperStep } from "../shared/handles";
import { discardedAdapter, injects } from "../shared/injection";
import { circumstance, describeConditions, judge, type Verdict } from "../shared/judge";
import { seenAtNestedWrap } from "../shared/seen";
import { type Step, timeline } from "../shared/timeline";
import { fixes } from "./fixes";

const meta: RuleMeta = {
	code: "PEFT003",
	name: "nested-wrap",
	category: "lifecycle",
	severity: "error",
	fix: "safe",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary: "A model is wrapped twice: its checkpoints carry a doubled key prefix and do not load onto the base model.",
	references: [
		"https://github.com/huggingface/peft/issues/2295",
		"https://github.com/huggingface/peft/pull/2306",
		"https://github.com/huggingface/peft/issues/3025",
	],
	silences: ["PEFT010", "PEFT044"],
};

/** Wrapping a wrapper whose adapter is still fresh. `inject_adapter_in_model` adds no wrapper, so no prefix. */
export const rule: Rule = {
	meta,
	check: (graph) =>
		graph.events
			.filter((event) => event.kind === "wrap")
			.flatMap((wrap) => {
				const verdict = judge(wrap, (situation) => wrapsWrapper(graph, wrap, situation));
				return verdict === undefined ? [] : [report(graph, wrap, verdict)];
			}),
	fixes,
	seen: ({ event }, graph) => {
		const wrap = graph.events[event];
		return wrap && seenAtNestedWrap(wrap);
	},
};

function wrapsWrapper(graph: ModelGraph, wrap: ModelEvent, situation: EventCase): boolean {
	return (
		injects(wrap, situation) && isWrapped(situation.target) && discardedAdapter(graph, wrap, situation) === undefined
	);
}

function report(graph: ModelGraph, wrap: ModelEvent, verdict: Verdict): RuleFinding {
	const id = wrapperStep(verdict.situation.target)?.event;
	const first = id === undefined ? undefined : graph.events[id];
	const where = blame(graph, first, wrap);
	const start = circumstance(graph, verdict);
	return {
		place: where.site,
		message: `${start}${calleeIn(graph, wrap, where)} wraps ${subject(graph, wrap, where)} ${origin(graph, wrap, first)}: checkpoints will carry an extra key prefix and will not load onto the base model.`,
		confidence: verdict.confidence,
		timeline: timeline(graph, verdict.situation.target?.core, story(graph, wrap, first, verdict)),
		event: wrap.id,
		cause: verdict.situation.target?.stale,
	};
}

function origin(graph: ModelGraph, wrap: ModelEvent, first: ModelEvent | undefined): string {
	if (first === undefined) return "is already a PEFT model";
	if (first === wrap) return "is the wrapper that the loop's last pass made";
	return first.kind === "create"
		? `${calleeText(graph, first)} returned wrapped`
		: `${calleeText(graph, first)} already wrapped`;
}

function story(graph: ModelGraph, wrap: ModelEvent, first: ModelEvent | undefined, verdict: Verdict): readonly Step[] {
	if (first === undefined || first === wrap)
		return [
			{ event: wrap, message: `${calleeText(graph, wrap)} wraps the model, and wraps it again in the next pass` },
		];
	const when = describeConditions(graph, verdict.when);
	return [
		{ event: first, message: `${calleeText(graph, first)} wraps the model${when === undefined ? "" : ` ${when}`}` },
		{ event: wrap, message: `${calleeText(graph, wrap)} wraps the wrapper` },
	];
}
