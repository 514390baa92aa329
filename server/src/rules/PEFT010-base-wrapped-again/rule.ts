import type { ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta, TimelineEntry } from "../rule";
import { type Blame, blame } from "../shared/blame";
import { calleeIn, calleeText, modelName } from "../shared/calls";
import { circumstance, describeConditions, judge, type Verdict } from "../shared/judge";
import { seenAtLoad, seenAtWrap } from "../shared/seen";
import { code, quote } from "../shared/source";
import { type Step, timeline } from "../shared/timeline";
import { holdsFor, type Versions } from "../versions";
import { fixes } from "./fixes";
import { type Reason, reasonAgainst } from "./reasons";

const meta: RuleMeta = {
	code: "PEFT010",
	name: "base-wrapped-again",
	category: "lifecycle",
	severity: "warning",
	fix: "suggestion",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary:
		"A base model that already carries adapter layers is wrapped or loaded onto again: both models share the layers.",
	references: [
		"https://github.com/huggingface/peft/issues/2295",
		"https://github.com/huggingface/peft/pull/2313",
		"https://github.com/huggingface/peft/issues/463",
	],
};

/** A second wrapper or load over one base model, where the first one is still felt. */
export const rule: Rule = {
	meta,
	check: (graph, versions) =>
		graph.events.flatMap((event) => {
			const verdict = judge(event, (situation) => reasonAgainst(graph, event, situation) !== undefined);
			const reason = verdict && reasonAgainst(graph, event, verdict.situation);
			return verdict === undefined || reason === undefined ? [] : [report(graph, event, verdict, reason, versions)];
		}),
	fixes,
	seen: ({ event: id }, graph) => {
		const event = graph.events[id];
		return event && (event.kind === "load" ? seenAtLoad(event) : seenAtWrap(event));
	},
};

function report(
	graph: ModelGraph,
	event: ModelEvent,
	verdict: Verdict,
	reason: Reason,
	versions: Versions,
): RuleFinding {
	const where = blame(graph, reason.earlier, event);
	const told = timeline(graph, verdict.situation.target?.core, story(graph, event, verdict, reason));
	return {
		place: where.site,
		message: `${circumstance(graph, verdict)}${fact(graph, event, where, reason, activeAdapter(verdict, versions))}.`,
		confidence: verdict.confidence,
		timeline: reason.kind === "shared" ? [...told, laterUse(graph, reason)] : told,
		event: event.id,
	};
}

/** Which of the adapters is active after the call: one of the same name is replaced, and PEFT 0.11 changed the rest. */
function activeAdapter({ situation }: Verdict, versions: Versions): "first" | "last" {
	const isBeside = !situation.before?.adapters.some((adapter) => adapter.name === situation.adapter);
	return isBeside && holdsFor({ peft: { until: "0.11" } }, versions) === "yes" ? "first" : "last";
}

function fact(graph: ModelGraph, event: ModelEvent, where: Blame, reason: Reason, active: "first" | "last"): string {
	const callee = calleeIn(graph, event, where);
	const base = modelName(graph, event, where);
	const earlier = reason.earlier === undefined ? "an earlier call" : calleeText(graph, reason.earlier);
	switch (reason.kind) {
		case "shared": {
			const what = event.kind === "load" ? "loads into" : "wraps";
			return `${callee} ${what} ${base} again, and ${quote(graph, reason.read)}, which is used afterwards, shares its layers: both run the adapter that came ${active}`;
		}
		case "leftover": {
			const modules = reason.modules.map(code).join(", ");
			return `${callee} wraps ${base}, which still has adapter layers on ${modules} from ${earlier}: they stay active and are trained, but the saved config will not list them`;
		}
		case "unused":
			return `${callee} adds an adapter to ${base} beside ${code(reason.adapter.name)} from ${earlier}: ${active === "first" ? "before PEFT 0.11 the new one is switched off and never trained" : `${code(reason.adapter.name)} stays inside, but is never used`}`;
	}
}

function story(graph: ModelGraph, event: ModelEvent, verdict: Verdict, reason: Reason): readonly Step[] {
	const when = describeConditions(graph, verdict.when);
	const steps: Step[] = [];
	if (reason.earlier !== undefined && reason.earlier !== event)
		steps.push({
			event: reason.earlier,
			message: `${calleeText(graph, reason.earlier)} puts adapter layers into the base model${when === undefined ? "" : ` ${when}`}`,
		});
	return [...steps, { event, message: `${calleeText(graph, event)} changes the same base model again` }];
}

function laterUse(graph: ModelGraph, { read }: Extract<Reason, { kind: "shared" }>): TimelineEntry {
	const { file, start, end } = read;
	return { place: { file, start, end }, message: `${quote(graph, read)} is used here` };
}
