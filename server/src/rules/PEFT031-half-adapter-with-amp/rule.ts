import type { EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { calleeIn, calleeText } from "../shared/calls";
import { circumstance, holdsIn, judge, type Verdict } from "../shared/judge";
import { unlessMentioned } from "../shared/mentions";
import { lineText } from "../shared/source";
import { timeline } from "../shared/timeline";
import { fixes } from "./fixes";

const meta: RuleMeta = {
	code: "PEFT031",
	name: "half-adapter-with-amp",
	category: "training",
	severity: "warning",
	fix: "suggestion",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary: "An adapter is cast to fp16 and trained with `fp16=True`: gradients in fp16 cannot be unscaled.",
	references: [
		"https://huggingface.co/docs/peft/developer_guides/troubleshooting#valueerror-attempting-to-unscale-fp16-gradients",
		"https://github.com/huggingface/peft/issues/341",
		"https://github.com/huggingface/peft/issues/1249",
	],
};

/** What gives weights another type where the graph does not show it. */
const BY_HAND =
	/cast_mixed_precision_params|cast_adapter_dtype|\.data\s*=|\.(?:float|double)\(\)|float(?:32|64)|torch\.float\b|torch_dtype\s*=\s*dtype/;

/** Parts of the model are cast one by one, to whatever. */
const BY_PART =
	/\bfor\b[^\n]*(?:modules|parameters|children)\(\)[^\n]*:[ \t]*\r?\n(?:[ \t][^\n]*\n)*?[ \t][^\n]*\.(?:to|type)\(/;

/** Loss scaling of another kind, which may take weights in fp16: DeepSpeed's, FSDP's, Apex's, or one of the program's own. */
const SCALES = /deepspeed|fsdp|apex\b|\bscaler\b|native_amp|\btraining_step\b/i;

/** The cast takes the adapter along, and the trainer scales its loss. */
export const rule: Rule = {
	meta,
	check: (graph) => {
		const found = graph.events.flatMap((train) => {
			if (train.kind !== "train") return [];
			const verdict = judge(train, (situation) => castOf(graph, situation) !== undefined);
			const cast = verdict && castOf(graph, verdict.situation);
			return verdict === undefined || cast === undefined ? [] : [report(graph, cast, train, verdict)];
		});
		return unlessMentioned(graph, [BY_HAND, BY_PART, SCALES], found);
	},
	fixes,
};

/** The call that left the adapter that is trained here in fp16, where the trainer was told to train in fp16. */
function castOf(graph: ModelGraph, situation: EventCase): ModelEvent | undefined {
	const { before, options, target } = situation;
	if (target === undefined || before?.known !== true || before.quantized !== "none") return undefined;
	if (options?.open !== false || options.fields.fp16 !== true || before.env.length > 0) return undefined;
	const casts = before.history.filter((id) => graph.events[id]?.kind === "cast");
	const last = graph.events[casts.at(-1) ?? -1];
	const isHalf = last?.cases.every((one) => one.source === "float16" && one.certain && isSure(one, situation));
	if (last === undefined || isHalf !== true) return undefined;
	const { adapters, history } = before;
	const isAfter = adapters.every(
		({ event }) => event !== undefined && history.indexOf(event) < history.indexOf(last.id),
	);
	const isTrained = adapters.some(({ trainable }) => trainable === true);
	return adapters.length > 0 && isAfter && isTrained ? last : undefined;
}

/** It happened on every path that leads to the later situation. */
function isSure({ conditions }: EventCase, later: EventCase): boolean {
	return conditions.every((condition) => holdsIn(later, condition));
}

function report(graph: ModelGraph, cast: ModelEvent, train: ModelEvent, verdict: Verdict): RuleFinding {
	const where = blame(graph, cast, train);
	const line = cast.call.file === where.site.file ? ` in ${lineText(graph, cast.call)}` : "";
	return {
		place: where.site,
		message: `${circumstance(graph, verdict)}${calleeIn(graph, train, where)} fails on a GPU, "Attempting to unscale FP16 gradients": ${calleeText(graph, cast)}${line} cast the adapter to fp16, and \`fp16=True\` needs trainable weights in fp32.`,
		confidence: verdict.confidence,
		timeline: timeline(graph, verdict.situation.target?.core, [
			{ event: cast, message: `${calleeText(graph, cast)} casts every weight to fp16, the adapter's with them` },
			{ event: train, message: `${calleeText(graph, train)} scales the loss and cannot unscale the gradients` },
		]),
		event: train.id,
		cause: cast.id,
	};
}
