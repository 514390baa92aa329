import type { EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { argumentFor, calleeText, hasUnpackedArgument } from "../shared/calls";
import { circumstance, judge, type Verdict } from "../shared/judge";
import { lineText, quote, samePlace, textOf } from "../shared/source";
import { timeline } from "../shared/timeline";
import { isBounded, type Versions } from "../versions";
import { fixes } from "./fixes";

const meta: RuleMeta = {
	code: "PEFT020",
	name: "state-dict-monkeypatch",
	category: "saving",
	severity: "warning",
	fix: "safe",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary:
		"`model.state_dict` is replaced by `get_peft_model_state_dict`: before PEFT 0.20 the saved adapter is empty.",
	references: [
		"https://github.com/huggingface/peft/issues/286",
		"https://github.com/tloen/alpaca-lora/issues/446",
		"https://github.com/tloen/alpaca-lora/issues/539",
	],
};

/** From this version on PEFT writes the weights all the same. */
const MENDED = "0.20";

/** The two lines of alpaca-lora, and a save after them. */
export const rule: Rule = {
	meta,
	check: (graph, versions) =>
		graph.events
			.filter((event) => isFiltering(graph, event))
			.flatMap((patch) => {
				const verdict = judge(patch, (situation) => saveBehind(graph, patch, situation) !== undefined);
				const save = verdict && saveBehind(graph, patch, verdict.situation);
				return verdict === undefined || save === undefined ? [] : [report(graph, patch, save, verdict, versions)];
			}),
	fixes,
};

/** Given the weights to filter: without them it would ask the method that it replaces, without end. */
const FILTER = /\bget_peft_model_state_dict\s*\(\s*[\w.]+\s*,/;

function isFiltering(graph: ModelGraph, { kind, call }: ModelEvent): boolean {
	return kind === "replace-state-dict" && FILTER.test(textOf(graph, call.statement));
}

/** The first save of the wrapper behind the replacement; undefined where the method is put back before it. */
function saveBehind(graph: ModelGraph, patch: ModelEvent, situation: EventCase): ModelEvent | undefined {
	if (situation.target?.path[0]?.token !== "P") return undefined;
	const next = graph.events.find(
		(event) =>
			event.id > patch.id &&
			(event.kind === "replace-state-dict" || readsStateDict(graph, event)) &&
			event.cases.some((one) => one.certain && mayFollow(situation, one)),
	);
	return next?.kind === "save" ? next : undefined;
}

/** A save that is not given the weights to write. */
function readsStateDict(graph: ModelGraph, { kind, call }: ModelEvent): boolean {
	return kind === "save" && argumentFor(call, "state_dict") === undefined && !hasUnpackedArgument(graph, call);
}

/** The same wrapper, not emptied since, on a way that does not contradict the first. */
function mayFollow(earlier: EventCase, { target, conditions }: EventCase): boolean {
	const made = earlier.target?.path[0]?.event;
	return (
		target?.core === earlier.target?.core &&
		target?.stale === undefined &&
		target?.path.some(({ token, event }) => token === "P" && event === made) === true &&
		!conditions.some(({ test, holds }) =>
			earlier.conditions.some((other) => samePlace(other.test, test) && other.holds !== holds),
		)
	);
}

function report(
	graph: ModelGraph,
	patch: ModelEvent,
	save: ModelEvent,
	verdict: Verdict,
	versions: Versions,
): RuleFinding {
	const method = quote(graph, patch.call);
	const saves = calleeText(graph, save);
	return {
		place: patch.call,
		message: `${circumstance(graph, verdict)}${method} gives weights without the adapter's name in their keys from here on: before PEFT ${MENDED} ${saves} in ${lineText(graph, save.call)} finds none of them and writes an empty adapter.`,
		confidence: verdict.confidence,
		timeline: timeline(graph, verdict.situation.target?.core, [
			{ event: patch, message: `${method} is replaced` },
			{ event: save, message: `${saves} looks in it for keys with the adapter's name` },
		]),
		event: patch.id,
		...(isBounded(versions.peft) ? { severity: "error", holds: { peft: { until: MENDED } } } : { severity: "hint" }),
	};
}
