import type { EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { argumentFor, calleeIn, calleeText, hasUnpackedArgument, modelArgument, subject } from "../shared/calls";
import { isWrapped } from "../shared/handles";
import { circumstance, describeConditions, judge, type Verdict } from "../shared/judge";
import { MISSING_KEYS } from "../shared/seen";
import { lineText, quote, samePlace } from "../shared/source";
import { timeline } from "../shared/timeline";
import { fixes } from "./fixes";

const meta: RuleMeta = {
	code: "PEFT017",
	name: "compile-before-adapter",
	category: "lifecycle",
	severity: "error",
	fix: "suggestion",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary:
		"An adapter is put around a model that `torch.compile` has wrapped: its keys get an `_orig_mod.` and match no plain model.",
	references: [
		"https://github.com/huggingface/peft/issues/2957",
		"https://huggingface.co/docs/peft/developer_guides/torch_compile",
	],
};

/** A wrap of, or a load onto, what `torch.compile` returned. */
export const rule: Rule = {
	meta,
	check: (graph) =>
		graph.events
			.filter(({ kind }) => kind === "wrap" || kind === "load")
			.flatMap((event) => {
				const verdict = judge(event, (situation) => compiledBy(graph, situation) !== undefined);
				const compile = verdict && compiledBy(graph, verdict.situation);
				return compile === undefined ? [] : [report(graph, compile, event, verdict as Verdict)];
			}),
	fixes,
	seen: ({ event }, graph) =>
		graph.events[event]?.kind === "load"
			? [
					{ since: undefined, warns: [] },
					{ since: "0.14", warns: [MISSING_KEYS] },
				]
			: [
					{ since: undefined, warns: [] },
					{ since: "0.14", warns: [], reload: [MISSING_KEYS] },
				],
};

/** The `torch.compile` around a model that has no wrapper of PEFT; with `disable=` it may have done nothing. */
function compiledBy(graph: ModelGraph, { target, config }: EventCase): ModelEvent | undefined {
	if (target === undefined || config?.injects === false || isWrapped(target)) return undefined;
	if (target.path.some(({ token }) => token === "?")) return undefined;
	const id = target.path.find(({ token }) => token === "_orig_mod")?.event;
	const compile = id === undefined ? undefined : graph.events[id];
	return compile && argumentFor(compile.call, "disable") === undefined && !hasUnpackedArgument(graph, compile.call)
		? compile
		: undefined;
}

function report(graph: ModelGraph, compile: ModelEvent, event: ModelEvent, verdict: Verdict): RuleFinding {
	const where = blame(graph, compile, event);
	const callee = calleeIn(graph, event, where);
	const isLoad = event.kind === "load";
	const model = modelArgument(event.call);
	const origin =
		model !== undefined && samePlace(model.value, compile.call)
			? quote(graph, compile.call)
			: `${subject(graph, event, where)} ${calleeText(graph, compile)} in ${lineText(graph, compile.call)} has compiled`;
	const what = isLoad
		? `${callee} loads the adapter onto ${origin}: no key matches, and the adapter does nothing`
		: `${callee} wraps ${origin}: checkpoints will carry \`_orig_mod.\` in their keys and will not load onto the plain model`;
	const when = describeConditions(graph, verdict.when);
	return {
		place: where.site,
		message: `${circumstance(graph, verdict)}${what}.`,
		confidence: verdict.confidence,
		timeline: timeline(graph, verdict.situation.target?.core, [
			{
				event: compile,
				message: `${calleeText(graph, compile)} puts \`_orig_mod\` around the model${when === undefined ? "" : ` ${when}`}`,
			},
			{
				event,
				message: `${calleeText(graph, event)} ${isLoad ? "looks for keys with" : "names the adapter's weights with"} \`_orig_mod.\``,
			},
		]),
		event: event.id,
	};
}
