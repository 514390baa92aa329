import type { EventCase, EventId, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { calleeIn, calleeText, modelName } from "../shared/calls";
import { circumstance, judge, type Verdict } from "../shared/judge";
import { timeline } from "../shared/timeline";
import { fixes } from "./fixes";

const meta: RuleMeta = {
	code: "PEFT017",
	name: "compile-before-adapter",
	category: "lifecycle",
	severity: "error",
	fix: "suggestion",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary:
		"An adapter is loaded onto or put into a model that `torch.compile()` wrapped: its keys get `_orig_mod.` and fit no other model.",
	references: [
		"https://github.com/huggingface/peft/issues/2957",
		"https://github.com/huggingface/peft/pull/2962",
		"https://huggingface.co/docs/peft/developer_guides/torch_compile",
	],
	silences: ["PEFT010"],
};

/** Wrapping, or loading an adapter onto, what `torch.compile(model)` returned; `model.compile()` adds no prefix. */
export const rule: Rule = {
	meta,
	check: (graph) =>
		graph.events
			.filter(({ kind }) => kind === "wrap" || kind === "load")
			.flatMap((event) => {
				const verdict = judge(event, (situation) => compiledBy(situation) !== undefined);
				return verdict === undefined ? [] : [report(graph, event, verdict)];
			}),
	fixes,
};

/** The `torch.compile` call that stands around the network the adapter goes into; a wrapper that is compiled is PEFT001's. */
export function compiledBy({ target, config }: EventCase): EventId | undefined {
	const [outermost, ...inner] = target?.path ?? [];
	if (config?.injects === false || inner.length > 0) return undefined;
	return outermost?.token === "_orig_mod" ? outermost.event : undefined;
}

function report(graph: ModelGraph, event: ModelEvent, verdict: Verdict): RuleFinding {
	const id = compiledBy(verdict.situation);
	const compile = id === undefined ? undefined : graph.events[id];
	const where = blame(graph, compile, event);
	const compiling = compile === undefined ? "`torch.compile`" : calleeText(graph, compile);
	const does = event.kind === "load" ? "loads the adapter onto" : "wraps";
	const so =
		event.kind === "load"
			? "no checkpoint key will match, and the trained weights are silently ignored"
			: "checkpoints will carry `_orig_mod.` in their keys and will not load onto a model that is not compiled";
	return {
		place: where.site,
		message: `${circumstance(graph, verdict)}${calleeIn(graph, event, where)} ${does} ${modelName(graph, event, where)} after ${compiling}: ${so}.`,
		confidence: verdict.confidence,
		timeline: timeline(graph, verdict.situation.target?.core, [
			...(compile === undefined
				? []
				: [{ event: compile, message: `${compiling} puts \`_orig_mod.\` in front of every key` }]),
			{ event, message: `${calleeText(graph, event)} ${does} the compiled model` },
		]),
		event: event.id,
	};
}
