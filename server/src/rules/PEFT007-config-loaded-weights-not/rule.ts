import type { ConfigView, EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { calleeText } from "../shared/calls";
import { isInTest } from "../shared/guards";
import { circumstance, judge, type Verdict } from "../shared/judge";
import { both, madeWith } from "../shared/made-with";
import { unlessMentioned } from "../shared/mentions";
import { lineText, quote, samePlace } from "../shared/source";
import { timeline } from "../shared/timeline";
import { fixes } from "./fixes";
import { MAY_SETTLE, MEASURES, mayGetWeights } from "./weights";

const meta: RuleMeta = {
	code: "PEFT007",
	name: "config-loaded-weights-not",
	category: "lifecycle",
	severity: "warning",
	fix: "suggestion",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary:
		"A model is made from the config of a trained adapter, whose weights are never loaded: what is run, merged or saved is a new adapter.",
	references: [
		"https://github.com/huggingface/peft/issues/1678",
		"https://github.com/huggingface/peft/issues/1802",
		"https://github.com/huggingface/peft/issues/577",
		"https://huggingface.co/docs/peft/developer_guides/troubleshooting#bad-results-from-a-loaded-peft-model",
	],
};

/** `get_peft_model(base, PeftConfig.from_pretrained(path))`, and then the model is used as if it were the trained one. */
export const rule: Rule = {
	meta,
	check: (graph) =>
		unlessMentioned(
			graph,
			[MAY_SETTLE, MEASURES],
			graph.events.filter(makesAdapter).flatMap((made) => {
				const used = isInTest(graph, made) || mayGetWeights(graph, made) ? undefined : firstUse(graph, made);
				return used === undefined ? [] : [report(graph, made, used)];
			}),
		),
	fixes,
};

/** PEFT's own calls: transformers' `add_adapter` leaves its adapter trainable. */
function makesAdapter({ kind, api, cases }: ModelEvent): boolean {
	const isCall = (kind === "wrap" || kind === "inject") && api.startsWith("peft.");
	return isCall && cases.some(({ config }) => config !== undefined && isRead(config));
}

/** As it was saved: a config that is to train a new adapter says so. */
function isRead({ fromCheckpoint, fields, unknown }: ConfigView): boolean {
	return fromCheckpoint && !("inference_mode" in fields) && !unknown.includes("inference_mode");
}

interface Use {
	readonly event: ModelEvent;
	readonly verdict: Verdict;
}

function firstUse(graph: ModelGraph, made: ModelEvent): Use | undefined {
	for (const event of graph.events.filter((other) => usesWeights(made, other))) {
		const after = event.cases.filter(({ before }) => before?.history.includes(made.id));
		const verdict = judge({ ...event, cases: after }, (situation) => configOf(graph, made, situation) !== undefined);
		const config = verdict && configOf(graph, made, verdict.situation);
		if (verdict !== undefined && config !== undefined) return { event, verdict: both(verdict, config) };
	}
	return undefined;
}

/** A forward in a class of the person's may be one of a training that is written elsewhere. */
function usesWeights({ call: { home } }: ModelEvent, { kind, api }: ModelEvent): boolean {
	if (kind === "run") return home === undefined || api !== "forward";
	return kind === "save" || kind === "merge" || (kind === "unload" && api === "merge_and_unload");
}

/** The adapter is there as it was made: on which paths its config was one that was read. */
function configOf(graph: ModelGraph, made: ModelEvent, situation: EventCase): Verdict | undefined {
	const { before, target } = situation;
	if (before?.known !== true || target === undefined || target.path.some(({ token }) => token === "?"))
		return undefined;
	const adapter = before.adapters.find(({ event }) => event === made.id);
	if (adapter?.origin !== "fresh" || adapter.touched !== "no") return undefined;
	if (before.active?.includes(adapter.name) !== true) return undefined;
	return madeWith(graph, adapter, situation, isRead);
}

function report(graph: ModelGraph, made: ModelEvent, { event, verdict }: Use): RuleFinding {
	const read = verdict.situation.before?.adapters.find((one) => one.event === made.id)?.config?.created;
	const config = read === undefined ? "a config of a trained adapter" : quote(graph, read);
	const what = { run: "runs", save: "saves" }[event.kind as string] ?? "merges";
	const isHere = samePlace(event.call.scope, made.call.scope);
	const story = timeline(graph, verdict.situation.target?.core, [
		{ event: made, message: `${calleeText(graph, made)} makes a new adapter from it` },
		{ event, message: `${calleeText(graph, event)} ${what} it as it was made` },
	]);
	return {
		place: made.call,
		message: `${circumstance(graph, verdict)}${calleeText(graph, made)} makes a new adapter from ${config}, whose weights are never loaded: ${calleeText(graph, event)} in ${lineText(graph, event.call)} ${what} the model without them.`,
		confidence: verdict.confidence,
		...(event.kind === "run" && isHere && { severity: "error" as const }),
		timeline: [
			...(read === undefined ? [] : [{ place: read, message: "Reads the config of a trained adapter" }]),
			...story,
		],
		event: made.id,
	};
}
