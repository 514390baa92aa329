import type { EventCase, EventKind, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { argumentFor, calleeText } from "../shared/calls";
import { configEvents } from "../shared/configs";
import { isTried } from "../shared/guards";
import { circumstance, judge } from "../shared/judge";
import { unless } from "../shared/mentions";
import { samePlace } from "../shared/source";
import { isOperatedOn } from "../shared/surgery";
import { timeline } from "../shared/timeline";
import { firstTraining } from "../shared/training";
import { holdsFor } from "../versions";
import { type Method, methodOf, methods } from "./methods";

const meta: RuleMeta = {
	code: "PEFT035",
	name: "data-driven-init-not-run",
	category: "training",
	severity: "warning",
	fix: "none",
	since: "0.1.0",
	preview: true,
	provedOn: "0.14.0 to 0.21.0",
	summary: "A config asks for an initialisation from data, and the call that looks at the data is missing.",
	references: [
		"https://huggingface.co/docs/peft/developer_guides/lora#eva",
		"https://huggingface.co/docs/peft/developer_guides/lora#corda",
	],
};

const WRAPS: ReadonlySet<EventKind> = new Set(["wrap", "inject", "trainer", "add-adapter"]);

/** EVA, LoRA-GA and CorDA without the call that each is made of. A version that lacks the method refuses the config. */
export const rule: Rule = {
	meta,
	check: (graph, versions) =>
		methods
			.filter(({ since }) => holdsFor({ peft: { until: since } }, versions) !== "yes")
			.flatMap((method) =>
				unless(
					configEvents(graph).flatMap((config) => reports(graph, config, method)),
					() => mayBeDone(graph, method),
				),
			),
	fixes: () => [],
};

/** Something in the program does, or may do, what the call does. */
function mayBeDone(graph: ModelGraph, { call, others }: Method): boolean {
	return isOperatedOn(graph) || graph.sources.some(({ text }) => text.includes(call) || others.test(text));
}

function reports(graph: ModelGraph, config: ModelEvent, method: Method): readonly RuleFinding[] {
	const argument = argumentFor(config.call, "init_lora_weights");
	return graph.events
		.filter(({ kind }) => WRAPS.has(kind))
		.flatMap((wrap) => {
			if ((method.raises && isTried(graph, wrap, /ValueError/)) || isLeftEmpty(wrap)) return [];
			const verdict = judge(wrap, (situation) => isWrapped(situation, config, method));
			const sink = verdict && (method.raises ? wrap : firstTraining(graph, wrap));
			if (verdict === undefined || sink === undefined) return [];
			const place = argument ?? config.call;
			const steps = [
				{ event: wrap, message: `${calleeText(graph, wrap)} makes the adapter` },
				{ event: sink, message: "It is trained" },
			];
			return [
				{
					place: { file: place.file, start: place.start, end: place.end },
					message: `${circumstance(graph, verdict)}${method.message}`,
					confidence: verdict.confidence,
					timeline: [
						{ place: config.call, message: "The config is made" },
						...timeline(graph, verdict.situation.target?.core, sink === wrap ? steps.slice(0, 1) : steps),
					],
					event: config.id,
					cause: wrap.id,
				},
			];
		});
}

/** The wrap is given this config as it asks for the method, with a model of which all is known. */
function isWrapped({ config: view, before }: EventCase, { call }: ModelEvent, method: Method): boolean {
	if (view?.created === undefined || !samePlace(view.created, call)) return false;
	return methodOf(view) === method && before?.known === true;
}

/** Weights that are none yet have to be put in by something. */
function isLeftEmpty({ call }: ModelEvent): boolean {
	const given = argumentFor(call, "low_cpu_mem_usage");
	return given !== undefined && given.constant !== false;
}
