import type { EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta, Severity } from "../rule";
import { blame } from "../shared/blame";
import { argumentFor, calleeIn, calleeText, subject } from "../shared/calls";
import { circumstance, describeConditions, judge, type Verdict } from "../shared/judge";
import { type Step, timeline } from "../shared/timeline";
import { holdsFor, type Versions } from "../versions";
import { fixes } from "./fixes";
import { hasOnlyFreshAdapters } from "./fresh";

const meta: RuleMeta = {
	code: "PEFT026",
	name: "peft-config-with-peft-model",
	category: "training",
	severity: "error",
	fix: "safe",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary:
		"A TRL trainer is given `peft_config` for a model that is wrapped already: what TRL does with it depends on its version.",
	references: [
		"https://github.com/huggingface/trl/pull/4713",
		"https://github.com/huggingface/trl/issues/652",
		"https://github.com/huggingface/trl/issues/926",
	],
	silences: ["PEFT002", "PEFT003"],
};

/** A trainer of TRL wraps the model for its `peft_config`: one that is wrapped already has nothing to be wrapped for. */
export const rule: Rule = {
	meta,
	check: (graph, versions) =>
		graph.events
			.filter(({ kind, api }) => kind === "trainer" && api.startsWith("trl."))
			.flatMap((trainer) => {
				const verdict = judge(trainer, (situation) => hasConfigTwice(graph, situation));
				return verdict === undefined ? [] : [report(graph, trainer, verdict, versions)];
			}),
	fixes,
};

/** A PeftModel together with a config. Unsloth and ms-swift make TRL's trainers fit their own wrappers. */
export function hasConfigTwice(graph: ModelGraph, { target, config }: EventCase): boolean {
	const wrap = target?.path[0]?.event;
	const api = wrap === undefined ? "" : (graph.events[wrap]?.api ?? "");
	return target?.path[0]?.token === "P" && config !== undefined && !/^(unsloth|swift)\./.test(api);
}

function report(graph: ModelGraph, trainer: ModelEvent, verdict: Verdict, versions: Versions): RuleFinding {
	const id = verdict.situation.target?.path[0]?.event;
	const first = id === undefined ? undefined : graph.events[id];
	const where = blame(graph, first, trainer);
	const given = where.frame === undefined ? argumentFor(trainer.call, "peft_config") : undefined;
	const what = outcome(trainer, versions);
	const finding = {
		place: given ?? where.site,
		message: `${circumstance(graph, verdict)}${calleeIn(graph, trainer, where)} gets \`peft_config\` for ${subject(graph, trainer, where)} ${origin(graph, first)}: ${what.fact}.`,
		confidence: verdict.confidence,
		timeline: timeline(graph, verdict.situation.target?.core, story(graph, trainer, first, verdict)),
		event: trainer.id,
	};
	const isIdle = what.ignores && verdict.violating.every(hasOnlyFreshAdapters);
	return isIdle ? { ...finding, severity: "hint" satisfies Severity } : finding;
}

interface Outcome {
	readonly trainers: RegExp;
	readonly since?: string;
	readonly until?: string;
	readonly fact: string;
	/** The model is trained as it was given. */
	readonly ignores?: boolean;
}

const UNKNOWN = "by its version, TRL drops the config, wraps the model again, merges its adapter, or raises an error";
const NESTED = "TRL wraps it a second time, and the checkpoint will not load onto the base model";
const MERGED = "TRL merges its adapter into the base model and trains a new one";

/** Read in TRL's source, version by version. */
const OUTCOMES: readonly Outcome[] = [
	{ trainers: /SFT/, until: "0.20", fact: "TRL drops the config", ignores: true },
	{ trainers: /SFT/, since: "0.20", until: "0.22", fact: NESTED },
	{ trainers: /SFT/, since: "0.22", until: "0.27", fact: MERGED },
	{ trainers: /DPO/, until: "0.7.3", fact: NESTED },
	{ trainers: /DPO/, since: "0.7.3", until: "0.27", fact: MERGED },
	{ trainers: /SFT|DPO|GRPO|Reward|RLOO/, since: "0.27", fact: "TRL raises a ValueError" },
];

function outcome({ api }: ModelEvent, versions: Versions): Pick<Outcome, "fact" | "ignores"> {
	const trainer = /^trl\.(\w+)Trainer$/.exec(api)?.[1] ?? "";
	const known = OUTCOMES.find(
		({ trainers, since, until }) =>
			new RegExp(`^(${trainers.source})$`).test(trainer) && holdsFor({ trl: { since, until } }, versions) === "yes",
	);
	return known ?? { fact: UNKNOWN };
}

function origin(graph: ModelGraph, first: ModelEvent | undefined): string {
	if (first === undefined) return "is a PeftModel already";
	return `${calleeText(graph, first)} ${first.kind === "create" ? "returned" : "has"} wrapped already`;
}

function story(
	graph: ModelGraph,
	trainer: ModelEvent,
	first: ModelEvent | undefined,
	verdict: Verdict,
): readonly Step[] {
	const when = describeConditions(graph, verdict.when);
	const given = { event: trainer, message: `${calleeText(graph, trainer)} gets the PeftModel and a config` };
	if (first === undefined || first === trainer) return [given];
	return [
		{ event: first, message: `${calleeText(graph, first)} wraps the model${when === undefined ? "" : ` ${when}`}` },
		given,
	];
}
