import type { ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { calleeIn, calleeText } from "../shared/calls";
import { isTried } from "../shared/guards";
import { circumstance, judge, type Verdict } from "../shared/judge";
import { unless } from "../shared/mentions";
import { code, isPath, lineText } from "../shared/source";
import { timeline } from "../shared/timeline";
import { receiverOf } from "../shared/unload";
import { fixes } from "./fixes";
import { isSave, isUnwrappedSomehow, wrapperOf } from "./wrapped";

const meta: RuleMeta = {
	code: "PEFT039",
	name: "save-on-prepared-model",
	category: "saving",
	severity: "warning",
	fix: "safe",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary:
		"`save_pretrained` is called on what `DistributedDataParallel`, `DataParallel` or, with several processes, `accelerator.prepare` has returned: it has no such method.",
	references: [
		"https://huggingface.co/docs/accelerate/package_reference/accelerator#accelerate.Accelerator.unwrap_model",
		"https://github.com/huggingface/transformers/issues/7980",
		"https://github.com/huggingface/transformers/issues/16971",
	],
};

/** A PeftModel's save that is asked of the wrapper around it. */
export const rule: Rule = {
	meta,
	check: (graph) =>
		unless(
			graph.events.filter(isSave).flatMap((save) => {
				const verdict = judge(save, (situation) => wrapperOf(graph, save, situation) !== undefined);
				const wrapper = verdict && wrapperOf(graph, save, verdict.situation);
				if (verdict === undefined || wrapper === undefined || isTried(graph, save, /AttributeError/)) return [];
				// How the paths with DDP are told from those without may not be understood.
				const isClear = wrapper.kind === "prepare" || verdict.confidence === "must";
				return !isClear ? [] : [report(graph, save, wrapper, verdict)];
			}),
			() => isUnwrappedSomehow(graph),
		),
	fixes,
};

function report(graph: ModelGraph, save: ModelEvent, wrapper: ModelEvent, verdict: Verdict): RuleFinding {
	const where = blame(graph, wrapper, save);
	const isPrepared = wrapper.kind === "prepare";
	const made = `${calleeText(graph, wrapper)} in ${lineText(graph, wrapper.call)}`;
	const saving = calleeIn(graph, save, where);
	const receiver = receiverOf(graph, save);
	const model = where.frame === undefined && isPath(receiver) ? code(receiver) : "the model";
	const message = isPrepared
		? `With more than one process, ${saving} raises \`AttributeError\`: ${made} has put \`DistributedDataParallel\` around ${model}, which has no ${code(save.api)}.`
		: `${saving} raises \`AttributeError\`: ${made} has wrapped the PeftModel, and the wrapper has no ${code(save.api)}.`;
	const start = circumstance(graph, verdict);
	return {
		place: where.site,
		message: start === "" ? message : `${start}${message.charAt(0).toLowerCase()}${message.slice(1)}`,
		confidence: verdict.confidence,
		...(!isPrepared && { severity: "error" as const }),
		timeline: timeline(graph, verdict.situation.target?.core, [
			{ event: wrapper, message: `${calleeText(graph, wrapper)} puts a wrapper around the PeftModel` },
			{ event: save, message: `${calleeText(graph, save)} is asked of the wrapper, and nothing is saved` },
		]),
		event: save.id,
	};
}
