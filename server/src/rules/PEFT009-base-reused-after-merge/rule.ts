import type { CoreView, EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { calleeIn, calleeText, modelArgument, modelName } from "../shared/calls";
import { injects } from "../shared/injection";
import { circumstance, judge, type Verdict } from "../shared/judge";
import { code, lineText, samePlace, textOf } from "../shared/source";
import { timeline } from "../shared/timeline";
import { fixes } from "./fixes";

const meta: RuleMeta = {
	code: "PEFT009",
	name: "base-reused-after-merge",
	category: "lifecycle",
	severity: "warning",
	fix: "suggestion",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary:
		"A base model into which an adapter was merged gets the next adapter: the first one stays in its weights, and the two add up.",
	references: [
		"https://github.com/huggingface/peft/issues/208",
		"https://github.com/huggingface/peft/issues/463",
		"https://github.com/huggingface/peft/issues/1064",
	],
	silences: ["PEFT010"],
};

/** The next adapter, by the old variable of a base model that a merge has changed for good. In a loop an error. */
export const rule: Rule = {
	meta,
	check: (graph) =>
		graph.events
			.filter(({ kind }) => kind === "load" || kind === "wrap" || kind === "inject" || kind === "trainer")
			.flatMap((event) => {
				const cases = event.cases.map((one) => (repeatsItself(graph, one) ? { ...one, certain: true } : one));
				const verdict = judge({ ...event, cases }, (situation) => isOnTop(graph, event, situation));
				return verdict === undefined ? [] : [report(graph, event, verdict)];
			}),
	fixes,
};

/**
 * In its second pass a loop went the way of the first: a test that one item passes (`path.is_dir()`) another passes as well, but
 * for one that compares.
 */
function repeatsItself(graph: ModelGraph, { certain, pass, conditions }: EventCase): boolean {
	if (certain || pass === 0) return false;
	return conditions.every(
		({ test, holds }) =>
			!/[=!<>]=?|\b(?:is|in)\b/.test(textOf(graph, test)) &&
			conditions.every((other) => other.holds === holds || !samePlace(other.test, test)),
	);
}

/** Whoever names what the merge returned, or what is inside of the wrapper, means the merged model. */
function isOnTop(graph: ModelGraph, event: ModelEvent, situation: EventCase): boolean {
	const { target, before } = situation;
	if (target === undefined || target.path.length > 0 || target.unloadedBy !== undefined) return false;
	if (before === undefined || !before.known || before.adapters.length > 0 || before.baked.length === 0) return false;
	if (isRestored(graph, before)) return false;
	const model = modelArgument(event.call);
	if (model === undefined || /\bbase_model\b|\bget_base_model\b|\bunload\b|merge/.test(textOf(graph, model.value)))
		return false;
	return event.kind === "load" ? situation.config?.injects !== false : injects(event, situation);
}

/** The weights may have been put back since. */
function isRestored(graph: ModelGraph, { history, baked }: CoreView): boolean {
	const merged = history.lastIndexOf(baked.at(-1) ?? -1);
	return history.slice(merged + 1).some((id) => graph.events[id]?.kind === "load-state-dict");
}

/** `merge_and_unload`, without what it is called on. */
function methodText(graph: ModelGraph, { call }: ModelEvent): string {
	return code(textOf(graph, call.func).split(".").at(-1) ?? "");
}

function report(graph: ModelGraph, event: ModelEvent, verdict: Verdict): RuleFinding {
	const id = verdict.situation.before?.baked.at(-1);
	const merge = id === undefined ? undefined : graph.events[id];
	const where = blame(graph, merge, event);
	const merging =
		merge === undefined ? "an earlier merge" : `${calleeText(graph, merge)} in ${lineText(graph, merge.call)}`;
	const model = modelName(graph, event, where);
	return {
		place: where.site,
		message: `${circumstance(graph, verdict)}${calleeIn(graph, event, where)} puts the next adapter on ${model}, into which ${merging} has merged one for good: the two add up.`,
		confidence: verdict.confidence,
		...(verdict.secondPass && { severity: "error" as const }),
		timeline: timeline(graph, verdict.situation.target?.core, [
			...(merge === undefined
				? []
				: [{ event: merge, message: `${methodText(graph, merge)} changes the weights of the base model` }]),
			{ event, message: `${calleeText(graph, event)} adds the next adapter` },
		]),
		event: event.id,
	};
}
