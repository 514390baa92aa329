import type { EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { calleeText } from "../shared/calls";
import { isWrapping } from "../shared/handles";
import { circumstance, judge, type Verdict } from "../shared/judge";
import { code, quote } from "../shared/source";
import { timeline } from "../shared/timeline";
import { isShell, readsAfter, receiverOf } from "../shared/unload";
import { fixes } from "./fixes";

const meta: RuleMeta = {
	code: "PEFT044",
	name: "unload-result-discarded",
	category: "lifecycle",
	severity: "hint",
	fix: "safe",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary:
		"The result of `merge_and_unload()` or `unload()` is dropped: the variable stays a PeftModel, with no adapter in it.",
	references: [
		"https://github.com/huggingface/peft/pull/2871",
		"https://github.com/huggingface/peft/issues/2032",
		"https://huggingface.co/docs/peft/developer_guides/lora#merge-lora-weights-into-the-base-model",
	],
};

/** An unload whose result goes nowhere, where the wrapper is what goes on being used. */
export const rule: Rule = {
	meta,
	check: (graph) =>
		graph.events
			.filter((event) => event.kind === "unload" && event.call.statement.form === "expr" && isOwnMethod(event))
			.flatMap((unload) => {
				const verdict = judge(unload, (situation) => leavesShell(graph, unload, situation));
				return verdict === undefined ? [] : [report(graph, unload, verdict)];
			}),
	fixes,
};

/** Of a PeftModel or a tuner; what works in place, and what a wrap does on its way, returns nothing to keep. */
function isOwnMethod({ api }: ModelEvent): boolean {
	return /^(?:merge_and_)?unload$/.test(api);
}

function leavesShell(graph: ModelGraph, unload: ModelEvent, { target, before }: EventCase): boolean {
	const [outermost, ...inner] = target?.path ?? [];
	if (outermost === undefined || !isWrapping(outermost) || target?.stale !== undefined) return false;
	// Out of a wrapper around a wrapper comes a wrapper: that is what PEFT001 and PEFT003 tell of.
	if (inner.some((step) => isWrapping(step) || step.token === "?")) return false;
	return before !== undefined && before.adapters.length > 0 && goesOnWithShell(graph, unload);
}

/** What PeftModel has to reach the model inside of it, or to be filled again. */
const INSIDE: ReadonlySet<string> = new Set(["base_model", "get_base_model", "model", "add_adapter", "load_adapter"]);

/**
 * What is read of the model afterwards is the wrapper. Who goes on with the model inside, or fills the
 * wrapper again, wants what the call does in place; and an unload after which the wrapper is not read again is there to clean up.
 */
function goesOnWithShell(graph: ModelGraph, unload: ModelEvent): boolean {
	const later = readsAfter(graph, unload);
	const goesInside = later.some(
		(read) => !isShell(read, unload) || (read.use.kind === "attribute" && INSIDE.has(read.use.name)),
	);
	return !goesInside && (later.length > 0 || unload.api === "merge_and_unload");
}

function report(graph: ModelGraph, unload: ModelEvent, verdict: Verdict): RuleFinding {
	const model = code(receiverOf(graph, unload));
	const kind = unload.api === "unload" ? "plain" : "merged";
	const call = quote(graph, unload.call);
	const id = verdict.situation.target?.path[0]?.event;
	const wrap = id === undefined ? undefined : graph.events[id];
	const steps = wrap === undefined ? [] : [{ event: wrap, message: `${calleeText(graph, wrap)} wraps the model` }];
	return {
		place: blame(graph, undefined, unload).site,
		message: `${circumstance(graph, verdict)}${call} returns the ${kind} model, and nothing keeps it: ${model} stays a wrapper, with no adapter left in it.`,
		confidence: verdict.confidence,
		timeline: timeline(graph, verdict.situation.target?.core, [
			...steps,
			{ event: unload, message: `${call} leaves the variable a wrapper without an adapter` },
		]),
		event: unload.id,
	};
}
