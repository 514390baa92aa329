import type { EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { isConditional, isTried, leadsTo } from "../shared/guards";
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
 * On the paths where the method is there, the same call makes another event: it counts as well. What holds on some paths only
 * is said where one plain test tells them apart and the call stands under no other: tests may go together in ways that
 * cannot be seen. Nothing is said where a failure is expected.
 */
function judgeAll(graph: ModelGraph, event: ModelEvent, holds: (situation: EventCase) => boolean): Verdict | undefined {
	if (isTried(graph, event, /AttributeError|TypeError|ValueError|NotImplementedError/)) return undefined;
	const others = graph.events.filter((other) => other !== event && isSameCall(other, event));
	const cases = [...event.cases, ...others.flatMap((other) => other.cases)].map((one) => ({ ...one, pass: 0 }));
	const own = cases.slice(0, event.cases.length);
	if (cases.some(({ certain }) => !certain)) return undefined;
	const verdict = judge({ ...event, cases }, (situation) => own.includes(situation) && holds(situation));
	if (verdict === undefined || isReachedUnseen(graph, event, cases)) return undefined;
	return verdict.confidence === "must" || isPlainBranch(graph, event, verdict) ? verdict : undefined;
}

/** The other side of a decision before the call may lead to it with an object that is not followed. */
function isReachedUnseen(graph: ModelGraph, { call, frames }: ModelEvent, cases: readonly EventCase[]): boolean {
	const sites = [call, ...frames.map((frame) => frame.call)];
	const before = cases
		.flatMap(({ conditions }) => conditions)
		.filter((condition) => !sites.some((site) => leadsTo(condition, graph, site)));
	return before.some(
		({ test, holds }) => !before.some((other) => other.holds !== holds && samePlace(other.test, test)),
	);
}

function isPlainBranch(graph: ModelGraph, { call, frames }: ModelEvent, { when }: Verdict): boolean {
	const [condition, ...others] = when;
	if (condition === undefined || others.length > 0 || call.statement.form === "other") return false;
	if ([call, ...frames.map((frame) => frame.call)].some((site) => isConditional(graph, site))) return false;
	return /^(not\s+)?[\w.]+(\s+is(\s+not)?\s+None)?$/.test(textOf(graph, condition.test));
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
