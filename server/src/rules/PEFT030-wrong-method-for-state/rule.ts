import type { EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { isTried } from "../shared/guards";
import { circumstance, judge, type Verdict } from "../shared/judge";
import { samePlace, textOf } from "../shared/source";
import { timeline } from "../shared/timeline";
import { fixes } from "./fixes";
import { type Problem, problemOf } from "./problems";

const meta: RuleMeta = {
	code: "PEFT030",
	name: "wrong-method-for-state",
	category: "lifecycle",
	severity: "error",
	fix: "safe",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary:
		"A method is called that the object does not have in its state, or with arguments that another object's method of the same name takes.",
	references: [
		"https://github.com/huggingface/peft/issues/1619",
		"https://github.com/huggingface/peft/issues/2211",
		"https://huggingface.co/docs/peft/package_reference/peft_model",
	],
};

/** PEFT's methods on a plain model, transformers' arguments on a PeftModel, and the other way round. */
export const rule: Rule = {
	meta,
	check: (graph) =>
		graph.events.flatMap((event) => {
			const problem = problemOf(graph, event);
			const verdict = problem && judgeAll(graph, event, problem.holds);
			return problem === undefined || verdict === undefined ? [] : [report(graph, event, problem, verdict)];
		}),
	fixes,
};

/**
 * On the paths where the method is there, the same call makes another event: it counts as well. A program that fails on some
 * paths only is one whose decisions are not understood: it is silent there, and where a failure is expected.
 */
function judgeAll(graph: ModelGraph, event: ModelEvent, holds: (situation: EventCase) => boolean): Verdict | undefined {
	if (isTried(graph, event, /AttributeError|TypeError|ValueError|NotImplementedError/)) return undefined;
	if (isSetElsewhere(graph, event)) return undefined;
	const isAlone = !graph.events.some((other) => other !== event && other.cases.length > 0 && isSameCall(other, event));
	return isAlone && event.cases.every(holds) ? judge(event, holds) : undefined;
}

/** What a method finds in a field of its object depends on which methods were called before, by whoever uses the class. */
function isSetElsewhere(graph: ModelGraph, { call, cases }: ModelEvent): boolean {
	if (!/^self\b/.test(textOf(graph, call.func))) return false;
	return cases.some(({ target, result }) => {
		const created = graph.cores[(target ?? result)?.core ?? -1]?.created;
		const maker = created === undefined ? undefined : graph.events[created];
		return maker === undefined || !samePlace(maker.call.scope, call.scope);
	});
}

function isSameCall(a: ModelEvent, b: ModelEvent): boolean {
	return (
		samePlace(a.call, b.call) &&
		a.frames.length === b.frames.length &&
		a.frames.every((frame, index) => samePlace(frame.call, b.frames[index]?.call ?? b.call))
	);
}

function report(graph: ModelGraph, event: ModelEvent, problem: Problem, verdict: Verdict): RuleFinding {
	const cause = problem.cause(verdict.situation);
	const where = blame(graph, cause, event);
	const steps = cause === undefined ? [] : [{ event: cause, message: problem.origin(cause) }];
	return {
		place: where.site,
		message: `${circumstance(graph, verdict)}${problem.message(verdict.situation, where)}`,
		confidence: verdict.confidence,
		timeline: timeline(graph, verdict.situation.target?.core, [...steps, { event, message: problem.outcome }]),
		event: event.id,
	};
}
