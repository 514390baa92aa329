import type { EventCase, EventId, EventKind, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { argumentFor, calleeText } from "../shared/calls";
import { circumstance, judge, type Verdict } from "../shared/judge";
import { both, madeWith } from "../shared/made-with";
import { unlessMentioned } from "../shared/mentions";
import { lineText, quote } from "../shared/source";
import { timeline } from "../shared/timeline";
import { fixes } from "./fixes";

const meta: RuleMeta = {
	code: "PEFT040",
	name: "meta-device-training",
	category: "training",
	severity: "warning",
	fix: "safe",
	since: "0.1.0",
	preview: false,
	provedOn: "0.18.1 to 0.21.0",
	summary:
		"An adapter is made with `low_cpu_mem_usage=True` and trained before it has weights: it is on the meta device, and training fails.",
	references: ["https://huggingface.co/docs/peft/package_reference/peft_model#peft.get_peft_model"],
};

const MAKES: ReadonlySet<EventKind> = new Set(["wrap", "inject", "add-adapter"]);
const SINKS: ReadonlySet<EventKind> = new Set(["train", "optimizer-step"]);
/** After these, the adapter has weights, or may have. */
const FILLS: ReadonlySet<EventKind> = new Set(["write-adapter", "load-adapter", "load-state-dict", "load"]);
/** What gives meta tensors memory, or values, where the graph does not show it. */
const MAY_FILL =
	/\b(to_empty|reset_lora_parameters|reset_parameters|_parameters\[|\.data\s*=|set_module_tensor_to_device)/;

/** Without memory for its weights an adapter waits for a checkpoint; it cannot be trained. EVA's flow fills it itself. */
export const rule: Rule = {
	meta,
	check: (graph) => {
		const found = graph.events.flatMap((made) => (makesEmpty(made) ? (checkAdapter(graph, made) ?? []) : []));
		return unlessMentioned(graph, [MAY_FILL], found);
	},
	fixes,
};

function makesEmpty({ kind, call }: ModelEvent): boolean {
	return MAKES.has(kind) && argumentFor(call, "low_cpu_mem_usage")?.constant === true;
}

function checkAdapter(graph: ModelGraph, made: ModelEvent): RuleFinding | undefined {
	for (const sink of graph.events) {
		if (!SINKS.has(sink.kind)) continue;
		const after = sink.cases.filter(({ before }) => before?.history.includes(made.id));
		const verdict = judge({ ...sink, cases: after }, (situation) => emptyOf(graph, situation, made.id) !== undefined);
		const config = verdict && emptyOf(graph, verdict.situation, made.id);
		if (config !== undefined && verdict !== undefined) return report(graph, made, sink, both(verdict, config));
	}
	return undefined;
}

/** The adapter of this event is trained, with nothing in it: on which paths that is so. */
function emptyOf(graph: ModelGraph, situation: EventCase, made: EventId): Verdict | undefined {
	const { before, target } = situation;
	if (before?.known !== true || target === undefined || target.path.some(({ token }) => token === "?"))
		return undefined;
	const adapter = before.adapters.find(({ event }) => event === made);
	if (adapter?.origin !== "fresh" || adapter.touched === "written" || adapter.trainable !== true) return undefined;
	if (before.active?.includes(adapter.name) !== true) return undefined;
	const since = before.history.slice(before.history.lastIndexOf(made) + 1);
	if (since.some((id) => FILLS.has(graph.events[id]?.kind ?? "load"))) return undefined;
	const initialises = (field: unknown): boolean => field !== "eva";
	return madeWith(
		graph,
		adapter,
		situation,
		({ fields, unknown, open }) =>
			!open && !unknown.includes("init_lora_weights") && initialises(fields.init_lora_weights),
	);
}

function report(graph: ModelGraph, made: ModelEvent, sink: ModelEvent, verdict: Verdict): RuleFinding {
	const argument = argumentFor(made.call, "low_cpu_mem_usage");
	return {
		place: argument ?? made.call,
		message: `${circumstance(graph, verdict)}${calleeText(graph, sink)} in ${lineText(graph, sink.call)} trains this adapter, but with ${quote(graph, argument ?? made.call)} it is on the meta device and has no weights until some are loaded: training fails.`,
		confidence: verdict.confidence,
		timeline: timeline(graph, verdict.situation.target?.core, [
			{ event: made, message: `${calleeText(graph, made)} makes the adapter without weights` },
			{ event: sink, message: `${calleeText(graph, sink)} trains it` },
		]),
		event: made.id,
	};
}
