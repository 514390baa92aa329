import type { AdapterView, ConfigView, EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { calleeIn, calleeText } from "../shared/calls";
import { circumstance, judge, type Verdict } from "../shared/judge";
import { both, madeWith } from "../shared/made-with";
import { code } from "../shared/source";
import { timeline } from "../shared/timeline";

const meta: RuleMeta = {
	code: "PEFT043",
	name: "multi-adapter-with-base-mutating-init",
	category: "lifecycle",
	severity: "warning",
	fix: "none",
	since: "0.1.0",
	preview: false,
	provedOn: "0.13.2 to 0.21.0",
	summary:
		"An adapter whose initialisation changed the base weights (PiSSA, OLoRA, CorDA, LoRA-GA) is switched off or joined by another: what is left is not the base model.",
	references: [
		"https://github.com/huggingface/peft/tree/main/examples/pissa_finetuning",
		"https://huggingface.co/docs/peft/developer_guides/lora#pissa",
	],
};

/** Inits that take the adapter's start out of the base weights, so that both together compute what the base model does. */
const MUTATING = /^(pissa(_niter_\d+)?|olora|corda|lora_ga)$/;

/** Another adapter beside one that changed the base weights, or the network without any. */
export const rule: Rule = {
	meta,
	check: (graph) =>
		graph.events.flatMap((event) => {
			if (!isSecondAdapter(event) && !isSwitchOff(event)) return [];
			const verdict = judge(event, (situation) => mutated(graph, event, situation) !== undefined);
			return verdict === undefined ? [] : [report(graph, event, verdict)];
		}),
	fixes: () => [],
};

function isSecondAdapter({ kind }: ModelEvent): boolean {
	return kind === "add-adapter" || kind === "load-adapter";
}

/** Entered: that it is not is what PEFT012 tells of. */
function isSwitchOff({ kind, api, call }: ModelEvent): boolean {
	return kind === "context" && api.endsWith("disable_adapter") && call.statement.form !== "expr";
}

interface Mutation {
	readonly init: string;
	/** Of the adapter that was there first. */
	readonly made: Verdict | undefined;
	readonly adapter: AdapterView;
}

/** What changed the weights that the event counts on. */
function mutated(graph: ModelGraph, event: ModelEvent, situation: EventCase): Mutation | undefined {
	const { target, before, adapter: name, config } = situation;
	if (before?.known !== true || target === undefined || target.path.some(({ token }) => token === "?"))
		return undefined;
	const isSecond = isSecondAdapter(event);
	if (isSecond && (name === undefined || before.adapters.some((other) => other.name === name))) return undefined;
	for (const adapter of before.adapters) {
		const made = madeWith(graph, adapter, situation, (one) => mutatingInit(graph, one) !== undefined);
		const init = made?.situation.config && mutatingInit(graph, made.situation.config);
		if (init !== undefined) return { init, made, adapter };
	}
	const [first] = before.adapters;
	const init = isSecond && config !== undefined ? mutatingInit(graph, config) : undefined;
	return init !== undefined && first !== undefined ? { init, made: undefined, adapter: first } : undefined;
}

function mutatingInit(graph: ModelGraph, { peftType, fields }: ConfigView): string | undefined {
	const init = fields.init_lora_weights;
	if (peftType !== "LORA" || typeof init !== "string" || !MUTATING.test(init)) return undefined;
	// Without the gradients that are estimated first it is a plain init.
	const isPrepared = init !== "lora_ga" || graph.sources.some(({ text }) => text.includes("preprocess_loraga"));
	return isPrepared ? init : undefined;
}

function report(graph: ModelGraph, event: ModelEvent, verdict: Verdict): RuleFinding {
	const mutation = mutated(graph, event, verdict.situation);
	const made = mutation?.made;
	const whole = made === undefined ? verdict : both(verdict, made);
	const cause = mutation?.adapter.event;
	const wrap = cause === undefined ? undefined : graph.events[cause];
	const where = blame(graph, wrap, event);
	const steps =
		wrap === undefined ? [] : [{ event: wrap, message: `${calleeText(graph, wrap)} makes the first adapter` }];
	const story = claim(event, verdict.situation, mutation);
	return {
		place: where.site,
		message: `${circumstance(graph, whole)}${calleeIn(graph, event, where)} ${story}`,
		confidence: whole.confidence,
		timeline: timeline(graph, verdict.situation.target?.core, [
			...steps,
			{ event, message: `${calleeText(graph, event)} counts on the base weights` },
		]),
		event: event.id,
		cause,
	};
}

function claim(event: ModelEvent, { adapter }: EventCase, mutation: Mutation | undefined): string {
	const init = code(`init_lora_weights="${mutation?.init}"`);
	if (!isSecondAdapter(event))
		return `does not give the base model: ${init} has taken a part of its weights into the adapter, and without the adapter they are missing.`;
	const first = code(mutation?.adapter.name ?? "default");
	return mutation?.made === undefined
		? `changes the base weights under ${first}: ${init} takes a part of them into the new adapter, and ${first} alone does not compute what it did.`
		: `puts ${code(adapter ?? "")} onto changed base weights: ${init} has taken a part of them into ${first}, and without ${first} they are missing.`;
}
