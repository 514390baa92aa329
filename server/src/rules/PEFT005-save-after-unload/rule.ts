import type { EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { calleeIn, calleeText } from "../shared/calls";
import { circumstance, judge, type Verdict } from "../shared/judge";
import { code, expressionText, quote } from "../shared/source";
import { timeline } from "../shared/timeline";
import { fixes } from "./fixes";

const meta: RuleMeta = {
	code: "PEFT005",
	name: "save-after-unload",
	category: "saving",
	severity: "error",
	fix: "safe",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary: "A wrapper whose adapter was merged or unloaded is saved: the adapter file holds no weights.",
	references: [
		"https://github.com/huggingface/peft/issues/2032",
		"https://github.com/huggingface/peft/issues/1381",
		"https://github.com/huggingface/peft/pull/2871",
	],
	silences: ["PEFT044"],
};

/** Saving a wrapper that `merge_and_unload()` or `unload()` has left empty. */
export const rule: Rule = {
	meta,
	check: (graph) =>
		graph.events
			.filter((event) => event.kind === "save")
			.flatMap((save) => {
				const verdict = judge(save, savesShell);
				return verdict === undefined ? [] : [report(graph, save, verdict)];
			}),
	fixes,
};

/** The wrapper is an empty shell, and nothing was put into the network again since. */
function savesShell({ target, before }: EventCase): boolean {
	if (target?.path[0]?.token !== "P" || target.stale === undefined) return false;
	// Out of a wrapper around a wrapper comes a wrapper: that is what PEFT001 and PEFT003 tell of.
	if (target.unloadedBy !== undefined) return false;
	return before?.known === true && before.adapters.length === 0;
}

function report(graph: ModelGraph, save: ModelEvent, verdict: Verdict): RuleFinding {
	const id = verdict.situation.target?.stale;
	const unload = id === undefined ? undefined : graph.events[id];
	const where = blame(graph, unload, save);
	const unloading = unload === undefined ? "an earlier call" : calleeText(graph, unload);
	const kind = unloading.includes("merge") ? "merged" : "plain";
	const steps =
		unload === undefined
			? []
			: [{ event: unload, message: `${quote(graph, unload.call)} takes the adapter out of the wrapper` }];
	return {
		place: where.site,
		message: `${circumstance(graph, verdict)}${calleeIn(graph, save, where)} saves an empty adapter: ${unloading} has taken it out of the wrapper, and the ${kind} model is what that call returned.`,
		confidence: verdict.confidence,
		timeline: timeline(graph, verdict.situation.target?.core, [
			...steps,
			{ event: save, message: `${code(expressionText(graph, save.call.func))} writes an adapter file without weights` },
		]),
		event: save.id,
		cause: id,
	};
}
