import type { ConfigView, EventCase, EventId, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { calleeIn, calleeText, namesItself } from "../shared/calls";
import { circumstance, holdsIn, judge, type Verdict } from "../shared/judge";
import { unlessMentioned } from "../shared/mentions";
import { lineText } from "../shared/source";
import { timeline } from "../shared/timeline";
import { injectionWith } from "../shared/tokens";
import { fixes } from "./fixes";

const meta: RuleMeta = {
	code: "PEFT029",
	name: "checkpointing-without-input-grads",
	category: "training",
	severity: "warning",
	fix: "safe",
	since: "0.1.0",
	preview: false,
	provedOn: "0.21.0",
	summary:
		"Gradient checkpointing over a frozen base model whose inputs have no gradients: transformers 4 fails in the first step.",
	references: [
		"https://github.com/huggingface/transformers/issues/42489",
		"https://github.com/huggingface/transformers/issues/23170",
		"https://github.com/huggingface/peft/issues/80",
	],
	// From 5.0 on transformers gives the inputs gradients itself.
	holds: { transformers: { until: "5.0" } },
};

/** What gives the inputs gradients where the graph does not show it. */
const BY_HAND =
	/enable_input_require_grads|make_inputs_require_grads?|register_forward_hook|use_reentrant|checkpointing_disable|inputs_embeds|get_input_embeddings/;

/** Checkpointing is switched on after the wrap, which would have seen to the inputs, by a call or by the trainer. */
export const rule: Rule = {
	meta,
	check: (graph) => {
		const found = graph.events.flatMap((event) => {
			if (event.kind !== "train" || !isOfTransformers(graph, event)) return [];
			const verdict = judge(event, (situation) => stops(graph, situation));
			return verdict === undefined ? [] : report(graph, event, verdict);
		});
		return unlessMentioned(graph, [BY_HAND], found);
	},
	fixes,
};

/** Trainers of TRL and others see to the inputs themselves, one of the person's own may. */
function isOfTransformers(graph: ModelGraph, { cases }: ModelEvent): boolean {
	const cores = cases.map(({ target }) => target?.core);
	const trainers = graph.events.filter(
		({ kind, cases: others }) => kind === "trainer" && others.some(({ target }) => cores.includes(target?.core)),
	);
	return (
		trainers.length > 0 &&
		trainers.every((trainer) => trainer.api.startsWith("transformers.") && namesItself(graph, trainer))
	);
}

function stops(graph: ModelGraph, situation: EventCase): boolean {
	const { target, before } = situation;
	if (target?.path.length !== 1 || target.path[0]?.token !== "P" || before?.frozen !== true) return false;
	if (before.env.length > 0 || before.quantized !== "none") return false;
	const injection = injectionWith(graph, situation, (field) => field === "none");
	if (trainsMore(before.adapters[0]?.config)) return false;
	if (injection?.kind !== "wrap" || injection.api !== "peft.get_peft_model") return false;
	if (before.history.some((id) => ["input-grads", "kbit-prepare"].includes(graph.events[id]?.kind ?? ""))) return false;
	const enabled = before.history.filter((id) => graph.events[id]?.kind === "checkpointing");
	// The wrap sees to a model that has it already.
	if (enabled.some((id) => before.history.indexOf(id) < before.history.indexOf(injection.id))) return false;
	return enabled.length > 0 ? enabled.every((id) => isPlain(graph, id, situation)) : isAsked(situation);
}

/** Something of the base model is trained as well: in front of the first checkpoint or behind the last, the loss has a gradient. */
function trainsMore(config: ConfigView | undefined): boolean {
	if (config === undefined) return true;
	const { fields, unknown } = config;
	if (["modules_to_save", "bias", "task_type"].some((name) => unknown.includes(name))) return true;
	const hasHead = /^(?:SEQ_CLS|TOKEN_CLS|QUESTION_ANS)$/.test(String(fields.task_type));
	return hasHead || (fields.modules_to_save ?? null) !== null || (fields.bias ?? "none") !== "none";
}

/** Without arguments, and on every path that leads here. */
function isPlain(graph: ModelGraph, id: EventId, situation: EventCase): boolean {
	const { call, cases = [] } = graph.events[id] ?? {};
	return call?.args.length === 0 && cases.every((one) => one.conditions.every((test) => holdsIn(situation, test)));
}

/** By the trainer's arguments, which leave the kind of checkpointing open. */
function isAsked({ options }: EventCase): boolean {
	if (options === undefined || options.open) return false;
	const isLeft = !("gradient_checkpointing_kwargs" in options.fields) && options.unknown.length === 0;
	return options.fields.gradient_checkpointing === true && isLeft;
}

function report(graph: ModelGraph, train: ModelEvent, verdict: Verdict): readonly RuleFinding[] {
	const { situation } = verdict;
	const injection = injectionWith(graph, situation, (field) => field === "none");
	if (injection === undefined) return [];
	const enabled = situation.before?.history.findLast((id) => graph.events[id]?.kind === "checkpointing");
	const call = enabled === undefined ? undefined : graph.events[enabled];
	const where = blame(graph, injection, train);
	const by =
		call === undefined
			? "`gradient_checkpointing=True`"
			: `${calleeText(graph, call)}${call.call.file === where.site.file ? ` in ${lineText(graph, call.call)}` : ""}`;
	const steps =
		call === undefined ? [] : [{ event: call, message: `${calleeText(graph, call)} switches checkpointing on` }];
	return [
		{
			place: where.site,
			message: `${circumstance(graph, verdict)}${calleeIn(graph, train, where)} fails in its first step: with ${by} over the base model that ${calleeText(graph, injection)} froze, the inputs need gradients, which \`enable_input_require_grads()\` gives them.`,
			confidence: verdict.confidence,
			timeline: timeline(graph, situation.target?.core, [
				{ event: injection, message: `${calleeText(graph, injection)} freezes the base model` },
				...steps,
				{ event: train, message: `${calleeText(graph, train)} finds no gradient behind a checkpoint` },
			]),
			event: train.id,
			cause: injection.id,
		},
	];
}
