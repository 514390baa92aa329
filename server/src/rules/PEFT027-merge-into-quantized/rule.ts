import type { EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { calleeText } from "../shared/calls";
import { isWrapping } from "../shared/handles";
import { circumstance, judge, type Verdict } from "../shared/judge";
import { unlessMentioned } from "../shared/mentions";
import { code } from "../shared/source";
import { timeline } from "../shared/timeline";

const meta: RuleMeta = {
	code: "PEFT027",
	name: "merge-into-quantized",
	category: "saving",
	severity: "warning",
	fix: "none",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0, by their source",
	summary:
		"An adapter is merged into 4-bit or 8-bit weights and the result is saved: the merge is rounded away in part.",
	references: [
		"https://github.com/huggingface/peft/issues/2321",
		"https://github.com/huggingface/peft/issues/1043",
		"https://github.com/huggingface/transformers/issues/31293",
	],
};

/** A merge into weights that bitsandbytes holds, whose result is saved. One that is only run is a trade-off of its own. */
export const rule: Rule = {
	meta,
	check: (graph) =>
		unlessMentioned(
			graph,
			[/dequantize/],
			graph.events
				.filter((event) => event.kind === "unload" && event.api === "merge_and_unload")
				.flatMap((merge) => {
					const verdict = judge(merge, (situation) => roundsAway(graph, merge, situation));
					return verdict === undefined ? [] : [report(graph, merge, verdict)];
				}),
		),
	fixes: () => [],
};

function roundsAway(graph: ModelGraph, merge: ModelEvent, { target, before }: EventCase): boolean {
	const [outermost, ...inner] = target?.path ?? [];
	if (outermost === undefined || !isWrapping(outermost) || inner.length > 0 || before?.known !== true) return false;
	if (before.quantized !== "4bit" && before.quantized !== "8bit") return false;
	// Other methods refuse to merge there, or were not looked at.
	const isLora = before.adapters.every(({ config }) => (config?.peftType ?? "LORA") === "LORA");
	return before.adapters.length > 0 && isLora && saveOf(graph, merge) !== undefined;
}

/** The first save of the merged model. */
function saveOf(graph: ModelGraph, merge: ModelEvent): ModelEvent | undefined {
	const cores = new Set(merge.cases.map(({ target }) => target?.core));
	return graph.events.find(
		({ kind, cases }) =>
			kind === "save" &&
			cases.some(
				({ certain, target, before }) =>
					certain && cores.has(target?.core) && target?.path.length === 0 && before?.baked.includes(merge.id),
			),
	);
}

function report(graph: ModelGraph, merge: ModelEvent, verdict: Verdict): RuleFinding {
	const { target, before } = verdict.situation;
	const bits = before?.quantized === "8bit" ? "8" : "4";
	const made = target && graph.cores[target.core]?.created;
	const where = blame(graph, made === undefined ? undefined : graph.events[made], merge);
	const save = saveOf(graph, merge);
	const last =
		save === undefined ? [] : [{ event: save, message: `${calleeText(graph, save)} saves what the rounding left` }];
	const merging = `${code("merge_and_unload()")}${where.frame === undefined ? "" : ` in ${code(where.frame.name)}`}`;
	return {
		place: where.site,
		message: `${circumstance(graph, verdict)}${merging} merges the adapter into ${bits}-bit weights: the sum is rounded to ${bits} bits again, and the saved model is not the one that was trained.`,
		confidence: verdict.confidence,
		timeline: timeline(graph, target?.core, [
			{ event: merge, message: `The merged weights are rounded to ${bits} bits` },
			...last,
		]),
		event: merge.id,
	};
}
