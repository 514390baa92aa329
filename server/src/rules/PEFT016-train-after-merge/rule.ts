import type { EventCase, EventId, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { calleeText } from "../shared/calls";
import { circumstance, judge } from "../shared/judge";
import { code, expressionText, lineText } from "../shared/source";
import { timeline } from "../shared/timeline";
import { type Futile, futileTraining, isTraining } from "../shared/training";
import { fixes } from "./fixes";

const meta: RuleMeta = {
	code: "PEFT016",
	name: "train-after-merge",
	category: "training",
	severity: "error",
	fix: "suggestion",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary:
		"A model is trained after its adapter was merged or unloaded: all that is left is frozen, and training changes nothing.",
	references: ["https://github.com/huggingface/peft/issues/3756", "https://github.com/huggingface/peft/pull/322"],
};

/** Training what an unload left, or an adapter while it is merged. Whether to merge or to train is open: the merge is reported. */
export const rule: Rule = {
	meta,
	check: (graph) => [
		...futileTraining(graph, ["unload"])
			.filter(isPeft)
			.map((futile) => report(graph, futile, unloaded(graph, futile))),
		...trainedMerged(graph)
			.filter(isPeft)
			.map((futile) => report(graph, futile, merged(graph, futile))),
	],
	fixes,
};

/** Other libraries' methods of that kind may leave gradients. */
function isPeft({ cause }: Futile): boolean {
	return /^(?:merge_and_unload|unload|merge_adapter)$/.test(cause.api);
}

/** The latest merge of an adapter that is still in the base weights; undefined where another parameter may be trained. */
function mergeOf(graph: ModelGraph, { target, before }: EventCase): EventId | undefined {
	if (target === undefined || before === undefined || !before.known || !before.merged) return undefined;
	if (before.frozen !== true || before.adapters.length === 0) return undefined;
	if (target.path.some(({ token }) => token !== "P" && token !== "T")) return undefined;
	const isPlain = before.adapters.every(
		({ config, trainable }) =>
			trainable === false || (config !== undefined && !config.open && !mentionsModules(config.unknown, config.fields)),
	);
	return isPlain ? before.history.findLast((id) => graph.events[id]?.kind === "merge") : undefined;
}

function mentionsModules(unknown: readonly string[], fields: Readonly<Record<string, unknown>>): boolean {
	return ["modules_to_save", "task_type", "bias"].some((name) => unknown.includes(name)) || "modules_to_save" in fields;
}

function trainedMerged(graph: ModelGraph): readonly Futile[] {
	const found = new Map<EventId, Futile>();
	for (const sink of graph.events.filter(isTraining)) {
		const verdict = judge(sink, (situation) => mergeOf(graph, situation) !== undefined);
		const id = verdict && mergeOf(graph, verdict.situation);
		const cause = id === undefined ? undefined : graph.events[id];
		if (verdict !== undefined && cause !== undefined && !found.has(cause.id))
			found.set(cause.id, { cause, sink, verdict });
	}
	return [...found.values()];
}

interface Words {
	readonly what: string;
	readonly how: string;
}

function unloaded(graph: ModelGraph, { cause }: Futile): Words {
	const merges = cause.cases.some(({ after }) => after?.baked.includes(cause.id));
	return {
		what: merges
			? "merges the adapter and leaves every weight frozen"
			: "takes the adapter out and leaves every weight frozen",
		how: `${callee(graph, cause)} ${merges ? "merges the adapter" : "takes the adapter out"}; what is left is frozen`,
	};
}

function merged(graph: ModelGraph, { cause }: Futile): Words {
	return {
		what: "merges the adapter, which gets no gradient until `unmerge_adapter()`",
		how: `${callee(graph, cause)} merges the adapter into the base weights`,
	};
}

/** What was called; of a long chain its last link. */
function callee(graph: ModelGraph, { api, call }: ModelEvent): string {
	const written = expressionText(graph, call.func);
	return code(written.endsWith(`.${api}`) ? written : `${api}()`);
}

function report(graph: ModelGraph, { cause, sink, verdict }: Futile, { what, how }: Words): RuleFinding {
	const where = blame(graph, undefined, cause);
	const inside = where.frame === undefined ? "" : ` in ${code(where.frame.name)}`;
	return {
		place: where.site,
		message: `${circumstance(graph, verdict)}${callee(graph, cause)}${inside} ${what}, and ${calleeText(graph, sink)} in ${lineText(graph, sink.call)} trains it: nothing changes.`,
		confidence: verdict.confidence,
		timeline: timeline(graph, verdict.situation.target?.core, [
			{ event: cause, message: how },
			{ event: sink, message: `${calleeText(graph, sink)} trains a model of which nothing can change` },
		]),
		event: cause.id,
	};
}
