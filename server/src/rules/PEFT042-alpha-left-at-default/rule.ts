import type { EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { argumentFor, calleeText } from "../shared/calls";
import { circumstance, judge } from "../shared/judge";
import { unlessMentioned } from "../shared/mentions";
import { quote } from "../shared/source";
import { timeline } from "../shared/timeline";

const meta: RuleMeta = {
	code: "PEFT042",
	name: "alpha-left-at-default",
	category: "configuration",
	severity: "hint",
	fix: "none",
	since: "0.1.0",
	preview: true,
	provedOn: "0.7.1 to 0.21.0",
	summary:
		"A LoRA config has a large rank and no `lora_alpha`, which stays 8: the adapter's part is scaled down to 8 / r.",
	references: ["https://huggingface.co/docs/peft/package_reference/lora#peft.LoraConfig"],
};

const DEFAULT_ALPHA = 8;
const LARGE_RANK = 32;
/** Any of them says that somebody thought of the scaling. */
const SCALING_FIELDS = ["lora_alpha", "use_rslora", "alpha_pattern"];

/** A matter of taste, so that it is off unless selected. */
export const rule: Rule = {
	meta,
	check: (graph) =>
		unlessMentioned(
			graph,
			[/\.lora_alpha\s*=(?!=)|["']lora_alpha["']/],
			graph.events.flatMap((event) => checkConfig(graph, event) ?? []),
		),
	fixes: () => [],
};

function checkConfig(graph: ModelGraph, event: ModelEvent): RuleFinding | undefined {
	const argument = event.kind === "config" ? argumentFor(event.call, "r") : undefined;
	const verdict = argument && judge(event, (situation) => rankOf(situation) !== undefined);
	const rank = verdict && rankOf(verdict.situation);
	if (argument === undefined || verdict === undefined || rank === undefined) return undefined;
	return {
		place: argument,
		message: `${circumstance(graph, verdict)}${calleeText(graph, event)} leaves \`lora_alpha\` at ${DEFAULT_ALPHA}: with ${quote(graph, argument)} what the adapter adds is scaled by ${DEFAULT_ALPHA}/${rank}.`,
		confidence: verdict.confidence,
		timeline: timeline(graph, undefined, [{ event, message: `${calleeText(graph, event)} is given a rank alone` }]),
		event: event.id,
	};
}

/** The large rank of a config that leaves its scaling alone; undefined for any other. */
function rankOf({ config }: EventCase): number | undefined {
	if (config?.peftType !== "LORA" || config.fromCheckpoint || config.open) return undefined;
	const given = [...Object.keys(config.fields), ...config.unknown];
	// What is given without a name may be any of them.
	if (given.some((name) => name === "" || SCALING_FIELDS.includes(name))) return undefined;
	const { r } = config.fields;
	return typeof r === "number" && r >= LARGE_RANK ? r : undefined;
}
