import type { EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { calleeText, modelName } from "../shared/calls";
import { endsCell } from "../shared/cells";
import { isInTest, isTried } from "../shared/guards";
import { circumstance, judge, type Verdict } from "../shared/judge";
import { lineText } from "../shared/source";
import { timeline } from "../shared/timeline";
import { fixes } from "./fixes";
import { firstUse, isUntouched, trainerAfter } from "./uses";

const meta: RuleMeta = {
	code: "PEFT038",
	name: "wrapper-discarded",
	category: "lifecycle",
	severity: "warning",
	fix: "safe",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary:
		"The PeftModel that a call returns is dropped: the variable stays the base model, and a trainer saves it with the adapter layers inside.",
	references: ["https://huggingface.co/docs/peft/package_reference/peft_model#peft.get_peft_model"],
};

/**
 * A wrap or a load that stands alone as a statement, before the base model is used. It works in place: so it is a hint, and
 * more only where a trainer writes checkpoints of the base model, or where a prompt was to be put around it.
 */
export const rule: Rule = {
	meta,
	check: (graph) =>
		graph.events.filter(isDropped).flatMap((call) => {
			if (isTried(graph, call, /./) || isInTest(graph, call)) return [];
			const verdict = judge(call, isFirst);
			return verdict === undefined ? [] : report(graph, call, verdict);
		}),
	fixes,
};

function isDropped({ kind, api, call }: ModelEvent): boolean {
	return (kind === "wrap" || kind === "load") && /^peft\./.test(api) && call.statement.form === "expr";
}

/** Into a model that has adapters already, or a wrapper, a load in place may be what is wanted. */
function isFirst({ target, before }: EventCase): boolean {
	return (
		target?.path.length === 0 &&
		before?.known === true &&
		before.adapters.length === 0 &&
		before.wrappers.length === 0 &&
		before.baked.length === 0
	);
}

function report(graph: ModelGraph, call: ModelEvent, verdict: Verdict): readonly RuleFinding[] {
	const use = firstUse(graph, call);
	if (use === undefined || graph.cores[verdict.situation.target?.core ?? -1]?.family === "Diffusion") return [];
	const untouched = verdict.violating.every(isUntouched);
	const trainer = untouched ? undefined : trainerAfter(graph, call);
	const last = trainer ?? use;
	const isHint = !untouched && trainer === undefined;
	if (isHint && endsCell(graph, call.call.statement)) return [];
	const where = blame(graph, undefined, call);
	const model = modelName(graph, call, where);
	const name = calleeText(graph, last);
	const line = lineText(graph, last.call);
	const so = untouched
		? `a prompt stands around the model alone, and ${name} in ${line} uses ${model} without it.`
		: trainer === undefined
			? `${model} has the adapter layers inside, and none of the methods of a PeftModel.`
			: `${model} has the adapter layers inside, and ${name} in ${line} writes checkpoints of it, which \`from_pretrained\` gives random layers.`;
	return [
		{
			place: where.site,
			message: `${circumstance(graph, verdict)}${calleeText(graph, call)} returns a PeftModel that nothing keeps: ${so}`,
			confidence: verdict.confidence,
			...(isHint && { severity: "hint" as const }),
			timeline: timeline(graph, verdict.situation.target?.core, [
				{ event: call, message: `${calleeText(graph, call)} returns a wrapper, which is dropped` },
				{ event: last, message: `${name} uses the base model` },
			]),
			event: call.id,
		},
	];
}
