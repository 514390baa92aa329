import type { EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { argumentFor, calleeText } from "../shared/calls";
import { circumstance, judge, type Verdict } from "../shared/judge";
import { timeline } from "../shared/timeline";
import { fixes } from "./fixes";
import { areUntouched } from "./weights";

const meta: RuleMeta = {
	code: "PEFT019",
	name: "adapter-state-dict-mismatch",
	category: "saving",
	severity: "error",
	fix: "safe",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary: "Adapter weights are given to `load_state_dict(…, strict=False)`: no key matches, and nothing is loaded.",
	references: [
		"https://github.com/huggingface/peft/issues/1127",
		"https://github.com/huggingface/peft/issues/285",
		"https://huggingface.co/docs/peft/developer_guides/checkpoint",
	],
};

/** Weights under PEFT's keys, loaded by PyTorch, which is told not to mind; and nobody looks at what it answers. */
export const rule: Rule = {
	meta,
	check: (graph) =>
		graph.events.filter(ignoresKeys).flatMap((load) => {
			if (!areUntouched(graph, load.call)) return [];
			const verdict = judge(load, (situation) => missesEveryKey(graph, situation));
			return verdict === undefined ? [] : [report(graph, load, verdict)];
		}),
	fixes,
};

function ignoresKeys({ kind, call }: ModelEvent): boolean {
	return (
		kind === "load-state-dict" && call.statement.form === "expr" && argumentFor(call, "strict")?.constant === false
	);
}

/** The network itself and its wrapper have other keys; of another module around them nothing is known. */
function missesEveryKey(graph: ModelGraph, { target, weights }: EventCase): boolean {
	if (weights !== "adapter" || target === undefined) return false;
	const [outer, ...inner] = target.path;
	if (outer !== undefined) return outer.token === "P" && inner.length === 0;
	const family = graph.cores[target.core]?.family;
	return family !== undefined && family !== "Unknown" && family !== "Diffusion";
}

function report(graph: ModelGraph, load: ModelEvent, verdict: Verdict): RuleFinding {
	const callee = calleeText(graph, load);
	const { target } = verdict.situation;
	const keys = target?.path.length === 0 ? "have the prefix of a PEFT model" : "lack the adapter's name";
	const made = target?.path[0]?.event;
	const wrap = made === undefined ? undefined : graph.events[made];
	const steps = wrap === undefined ? [] : [{ event: wrap, message: `${calleeText(graph, wrap)} makes the wrapper` }];
	return {
		place: blame(graph, undefined, load).site,
		message: `${circumstance(graph, verdict)}${callee} loads none of these adapter weights: their keys ${keys}, and \`strict=False\` hides that none matches.`,
		confidence: verdict.confidence,
		timeline: timeline(graph, target?.core, [...steps, { event: load, message: `${callee} matches no key` }]),
		event: load.id,
	};
}
