import type { ConfigView, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { argumentFor, calleeIn, calleeText } from "../shared/calls";
import { circumstance } from "../shared/judge";
import { code, lineText, quote, samePlace } from "../shared/source";
import { type Step, timeline } from "../shared/timeline";
import { type Futile, freezesAdapter, futileTraining } from "../shared/training";
import { fixes } from "./fixes";

const meta: RuleMeta = {
	code: "PEFT015",
	name: "frozen-after-wrap",
	category: "training",
	severity: "error",
	fix: "safe",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary:
		"All parameters of a wrapped model are frozen, or its config says `inference_mode=True`, and it is then trained: training changes nothing.",
	references: ["https://github.com/huggingface/peft/issues/2840", "https://github.com/huggingface/peft/issues/472"],
};

/** Training a model whose fresh adapter was frozen: by hand after the wrap, or by its config. */
export const rule: Rule = {
	meta,
	check: (graph) => [
		...futileTraining(graph, ["requires-grad"])
			.filter(({ cause }) => cause.cases.some(freezesAdapter))
			.map((futile) => reportFreeze(graph, futile)),
		...futileTraining(graph, ["wrap", "trainer"])
			.filter(({ cause }) => cause.cases.some(({ config }) => config !== undefined && isForInference(config)))
			.map((futile) => reportConfig(graph, futile)),
	],
	fixes,
};

/** Tasks for which PEFT keeps a head beside the adapter. */
const WITH_HEAD = /^(?:SEQ_CLS|TOKEN_CLS|QUESTION_ANS)$/;

/** Nothing but the adapter: whether modules that are saved with it are frozen as well depends on the version. */
function isForInference({ fields, unknown, open }: ConfigView): boolean {
	if (fields.inference_mode !== true || open || (fields.modules_to_save ?? null) !== null) return false;
	if (typeof fields.task_type === "string" && WITH_HEAD.test(fields.task_type)) return false;
	return !unknown.some((name) => name === "modules_to_save" || name === "task_type");
}

function reportFreeze(graph: ModelGraph, { cause, sink, verdict }: Futile): RuleFinding {
	const before = cause.cases.find(freezesAdapter)?.before;
	const made = before?.adapters.find(({ trainable }) => trainable === true)?.event;
	const wrap = made === undefined ? undefined : graph.events[made];
	const where = blame(graph, wrap, cause);
	const adapter = wrap === undefined ? "the adapter" : `the adapter of ${calleeText(graph, wrap)}`;
	// Of `parameter.requires_grad = False` the event is the target.
	const { call } = cause;
	const freeze = quote(graph, call.statement.start === call.start ? call.statement : call);
	const called = where.frame === undefined ? freeze : `${freeze} in ${code(where.frame.name)}`;
	return {
		place: where.site,
		message: `${circumstance(graph, verdict)}${called} freezes every parameter, ${adapter} included, and ${calleeText(graph, sink)} in ${lineText(graph, sink.call)} trains it: nothing changes.`,
		confidence: verdict.confidence,
		timeline: timeline(graph, verdict.situation.target?.core, [
			...(wrap === undefined
				? []
				: [{ event: wrap, message: `${calleeText(graph, wrap)} puts a trainable adapter in` }]),
			{ event: cause, message: `${freeze} takes the gradients from every parameter` },
			trains(graph, sink),
		]),
		event: cause.id,
	};
}

function reportConfig(graph: ModelGraph, { cause, sink, verdict }: Futile): RuleFinding {
	const config = configOf(graph, cause);
	const event = config ?? cause;
	const where = blame(graph, undefined, event);
	const wraps = { event: cause, message: `${calleeText(graph, cause)} puts the adapter in, frozen` };
	const said = `${calleeIn(graph, event, where)} ${config === undefined ? "is given a config that says" : "says"} ${code("inference_mode=True")}`;
	return {
		place: where.site,
		message: `${circumstance(graph, verdict)}${said}, which freezes the adapter, and ${calleeText(graph, sink)} in ${lineText(graph, sink.call)} trains it: nothing changes.`,
		confidence: verdict.confidence,
		timeline: timeline(graph, verdict.situation.target?.core, [
			...(config === undefined ? [] : [{ event: config, message: `${calleeText(graph, config)} asks for inference` }]),
			wraps,
			trains(graph, sink),
		]),
		event: event.id,
	};
}

/** The call that made the wrap's config, where it is what says so. */
function configOf(graph: ModelGraph, { cases }: ModelEvent): ModelEvent | undefined {
	const created = cases.find(({ config }) => config?.fields.inference_mode === true)?.config?.created;
	return graph.events.find(
		({ kind, call }) =>
			kind === "config" &&
			created !== undefined &&
			samePlace(call, created) &&
			argumentFor(call, "inference_mode")?.constant === true,
	);
}

function trains(graph: ModelGraph, sink: ModelEvent): Step {
	return { event: sink, message: `${calleeText(graph, sink)} trains a model without a trainable parameter` };
}
