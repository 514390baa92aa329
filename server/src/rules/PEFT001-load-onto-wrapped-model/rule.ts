import type { EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { argumentFor, calleeIn, calleeText, subject } from "../shared/calls";
import { isWrapped, nests, wrapperStep } from "../shared/handles";
import { circumstance, describeConditions, judge, type Verdict } from "../shared/judge";
import { seenAtNestedLoad } from "../shared/seen";
import { code, expressionText, quote } from "../shared/source";
import { type Step, timeline } from "../shared/timeline";
import { fixes } from "./fixes";

const meta: RuleMeta = {
	code: "PEFT001",
	name: "load-onto-wrapped-model",
	category: "lifecycle",
	severity: "error",
	fix: "suggestion",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary:
		"An adapter is loaded onto a model that PEFT already wrapped: no key matches, the trained weights are ignored.",
	references: [
		"https://github.com/huggingface/peft/issues/2115",
		"https://github.com/huggingface/peft/pull/2118",
		"https://huggingface.co/docs/peft/developer_guides/troubleshooting#incorrectly-loaded-model",
	],
	silences: ["PEFT002", "PEFT003", "PEFT004", "PEFT010", "PEFT044"],
};

/** Loading an adapter onto a model that already has a wrapper around it. */
export const rule: Rule = {
	meta,
	check: (graph) =>
		graph.events
			.filter((event) => event.kind === "load")
			.flatMap((load) => {
				const verdict = judge(load, (situation) => loadsOntoWrapper(graph, load, situation));
				return verdict === undefined ? [] : [report(graph, load, verdict)];
			}),
	fixes,
	seen: ({ event }, graph) => {
		const load = graph.events[event];
		// A prompt that is loaded onto a prompt misses no key.
		return load === undefined || load.cases.some((one) => isPrompt(wrapperOf(graph, one)))
			? undefined
			: seenAtNestedLoad(load);
	},
};

function loadsOntoWrapper(graph: ModelGraph, load: ModelEvent, situation: EventCase): boolean {
	if (!isWrapped(situation.target) || !nests(load, situation)) return false;
	return isPrompt(wrapperOf(graph, situation)) || !namesPrompt(graph, load);
}

/**
 * What is loaded is a prompt by its name. A prompt has no keys inside the network and may lie over another adapter; what
 * kind of adapter a folder holds, only its name tells here.
 */
function namesPrompt(graph: ModelGraph, { call, cases }: ModelEvent): boolean {
	const source = argumentFor(call, "model_id");
	const named = cases.flatMap(({ after }) => after?.adapters.map((adapter) => adapter.source) ?? []);
	const written = source === undefined ? [] : [expressionText(graph, source.value), ...named];
	return written.some((text) => text !== undefined && /prompt|p[-_]?tun|prefix/i.test(text));
}

function report(graph: ModelGraph, load: ModelEvent, verdict: Verdict): RuleFinding {
	const { situation } = verdict;
	const wrap = wrapperOf(graph, situation);
	const where = blame(graph, wrap, load);
	const start = circumstance(graph, verdict);
	const how = origin(graph, load, situation, wrap);
	return {
		place: where.site,
		message: `${start}${calleeIn(graph, load, where)} loads the adapter onto ${subject(graph, load, where)} ${how}: ${harm(situation, wrap)}.`,
		confidence: verdict.confidence,
		timeline: timeline(graph, situation.target?.core, story(graph, load, verdict, wrap)),
		event: load.id,
		cause: situation.target?.stale,
	};
}

function wrapperOf(graph: ModelGraph, situation: EventCase): ModelEvent | undefined {
	const id = wrapperStep(situation.target)?.event;
	return id === undefined ? undefined : graph.events[id];
}

/** How the model came to have its wrapper. */
function origin(graph: ModelGraph, load: ModelEvent, situation: EventCase, wrap: ModelEvent | undefined): string {
	const unload = situation.target?.stale === undefined ? undefined : graph.events[situation.target.stale];
	if (unload !== undefined)
		return `is still the wrapper (${quote(graph, unload.call)} returns the plain model and leaves the variable as it was)`;
	if (wrap === undefined) return "is already a PEFT model";
	if (wrap === load) return "is the wrapper that the loop's last pass made";
	const callee = calleeText(graph, wrap);
	if (wrapperStep(situation.target)?.token === "T" && wrap.kind !== "wrap")
		return `is the tuner inside the model of ${callee}`;
	if (wrapperStep(situation.target)?.token === "T") return `is the tuner inside the wrapper of ${callee}`;
	switch (wrap.kind) {
		case "create":
			return `${callee} returned with an adapter already in it`;
		case "trainer":
			return `${callee} wrapped for its ${code("peft_config")}`;
		default:
			return `${callee} already wrapped`;
	}
}

function harm(situation: EventCase, wrap: ModelEvent | undefined): string {
	if (isPrompt(wrap)) return "the wrapper's own prompt is in the way, and the result is not the model that was trained";
	const lost = situation.before?.adapters.find((adapter) => adapter.name === situation.adapter);
	if (lost !== undefined && lost.touched === "trained")
		return "no checkpoint key will match, and the adapter that was trained before is lost as well";
	if (lost?.origin === "loaded")
		return "no checkpoint key will match, and the adapter that was loaded before is lost as well";
	return "no checkpoint key will match and the trained weights are silently ignored";
}

/** It may have put a prompt in front of the model, and no layers into it. */
function isPrompt(wrap: ModelEvent | undefined): boolean {
	return wrap?.cases.some((situation) => situation.config?.injects === false) ?? false;
}

function story(graph: ModelGraph, load: ModelEvent, verdict: Verdict, wrap: ModelEvent | undefined): readonly Step[] {
	const { situation } = verdict;
	const steps: Step[] = [];
	if (wrap !== undefined && wrap !== load) steps.push({ event: wrap, message: wrapping(graph, wrap, verdict) });
	const unload = situation.target?.stale === undefined ? undefined : graph.events[situation.target.stale];
	if (unload !== undefined)
		steps.push({ event: unload, message: `${code(expressionText(graph, unload.call))} leaves the variable a wrapper` });
	const again = wrap === load ? " that its own last pass made" : "";
	return [...steps, { event: load, message: `${calleeText(graph, load)} loads onto the wrapper${again}` }];
}

function wrapping(graph: ModelGraph, wrap: ModelEvent, verdict: Verdict): string {
	const when = describeConditions(graph, verdict.when);
	const wrapped = wrap.kind === "create" ? "returns a wrapped model" : "wraps the model";
	return `${calleeText(graph, wrap)} ${wrapped}${when === undefined ? "" : ` ${when}`}`;
}
