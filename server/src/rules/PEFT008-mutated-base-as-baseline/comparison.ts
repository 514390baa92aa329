/** Runs of a base variable that are meant to show what the model does without its adapter. */
import type { EventCase, HandleView, ModelEvent, ModelGraph } from "../../analysis/graph";
import { commonFrames } from "../shared/blame";
import { isInTest } from "../shared/guards";
import { judge, type Verdict } from "../shared/judge";
import { isMentioned, unless } from "../shared/mentions";
import { injectionOf } from "../shared/saves";
import { textOf } from "../shared/source";
import { isOperatedOn } from "../shared/surgery";
import { mayBeSwitchedOff } from "../shared/switched-off";
import { type SameCall, sameCall } from "./same-call";

export interface Comparison {
	readonly run: ModelEvent;
	/** The run of the wrapper that it is compared with. */
	readonly other: ModelEvent;
	readonly calls: SameCall;
	/** Of the run's situations, asked for those only in which it is the base variable that runs. */
	readonly verdict: Verdict;
}

/** Switches of an adapter that the graph does not keep, and strengths that may be nothing. */
const SWITCHES = /\b(?:disable_adapter_layers|_?disable_adapters|enable_adapters?|set_scale|scale_layer)\b|\.scaling\b/;

export function comparisons(graph: ModelGraph): readonly Comparison[] {
	const runs = graph.events.filter((event) => event.kind === "run" && !isInTest(graph, event));
	const found = runs.flatMap((run) => {
		const cases = run.cases.filter(({ target }) => isInside(target));
		const verdict = judge({ ...run, cases }, (one) => isAdapted(graph, run, one) && isCompared(graph, runs, run, one));
		const beside = verdict && otherRun(graph, runs, run, verdict.situation);
		return verdict === undefined || beside === undefined ? [] : [{ run, ...beside, verdict }];
	});
	return unless(found, () => isOperatedOn(graph) || isMentioned(graph, SWITCHES));
}

/** The network itself, or the tuner around it: what a person takes for the model without its adapter. */
function isInside(target: HandleView | undefined): boolean {
	if (target === undefined || target.unloadedBy !== undefined) return false;
	return target.path.length === 0 || (target.path.length === 1 && target.path[0]?.token === "T");
}

/** PEFT's layers are in it, are active, and do something: a new adapter adds nothing before it is trained. */
function isAdapted(graph: ModelGraph, run: ModelEvent, situation: EventCase): boolean {
	const { before, target } = situation;
	const injection = injectionOf(graph, situation);
	if (before?.known !== true || target === undefined || injection === undefined) return false;
	const isActive = (name: string): boolean => before.active?.includes(name) ?? false;
	if (!before.adapters.some((one) => isActive(one.name) && (one.origin !== "fresh" || one.touched !== "no")))
		return false;
	if (before.adapters.some(({ origin }) => origin === "unknown")) return false;
	const since = before.history.slice(before.history.lastIndexOf(injection.id) + 1);
	return (
		!since.some((id) => graph.events[id]?.kind === "load-state-dict") &&
		!choosesAdapter(run) &&
		!mayBeSwitchedOff(graph, run, target.core)
	);
}

/** `adapter_names=["__base__", …]`: the call itself says which rows are computed with which adapter. */
function choosesAdapter({ call }: ModelEvent): boolean {
	return call.args.some(({ param }) => param === "adapter_names");
}

type Found = Pick<Comparison, "other" | "calls">;

function isCompared(graph: ModelGraph, runs: readonly ModelEvent[], run: ModelEvent, situation: EventCase): boolean {
	return otherRun(graph, runs, run, situation) !== undefined;
}

/** Beside it, or under a name that says what it is for, the wrapper of the same network is run in the same way. */
function otherRun(
	graph: ModelGraph,
	runs: readonly ModelEvent[],
	run: ModelEvent,
	situation: EventCase,
): Found | undefined {
	for (const other of runs) {
		const cases = other.cases.filter((one) => runsWrapper(one) && (run !== other || one.pass !== situation.pass));
		const calls = cases.length === 0 || choosesAdapter(other) ? undefined : sameCall(graph, run, other);
		if (calls === undefined || isChecked(graph, calls)) continue;
		const isNamed = isNamedBaseline(graph, calls);
		const isSameNetwork = cases.some(({ target }) => target?.core === situation.target?.core);
		const isMeant = (calls.exact && calls.beside) || (isNamed && isEvaluation(run, other));
		if (isMeant && (isSameNetwork || (isNamed && isTrained(situation)))) return { other, calls };
	}
	return undefined;
}

function runsWrapper({ certain, target, before }: EventCase): boolean {
	if (!certain || target === undefined || before === undefined) return false;
	if (target.stale !== undefined || before.adapters.length === 0) return false;
	return target.path.some(({ token }) => token === "P") && !target.path.some(({ token }) => token === "?");
}

/** What it gives is not the original's, with whatever adapter of another network it is compared. */
function isTrained({ before }: EventCase): boolean {
	return before?.adapters.some(({ touched }) => touched === "trained") ?? false;
}

/** Not the forward of a training step, which may be made through one name and evaluated through the other. */
function isEvaluation(run: ModelEvent, other: ModelEvent): boolean {
	return run.api === "generate" || run.frames.length > commonFrames(run.frames, other.frames);
}

const BASELINE =
	/(?:^|[_.])(?:base|baseline|orig|original|before|ref|reference|pretrained|untuned|untrained|plain|vanilla|raw|zero_?shot)(?:$|[_.\d])/i;

/** `original_model`, `base_output = …` */
function isNamedBaseline(graph: ModelGraph, { base: { call, model } }: SameCall): boolean {
	const name = model === undefined ? "" : textOf(graph, model);
	const isName = /^[\w.]+$/.test(name) && !/\.(?:base_)?model$/.test(name);
	const { target } = call.statement;
	return (isName && BASELINE.test(name)) || (target !== undefined && BASELINE.test(textOf(graph, target)));
}

const CHECKS = /\bassert|allclose\(|isclose\(|\bequal\(/;

/** An assertion asks whether the two are one, of the calls or of what they gave; whoever writes it knows what can be. */
function isChecked(graph: ModelGraph, { base, wrapper }: SameCall): boolean {
	return [base, wrapper].some(({ call: { statement } }) => {
		const given = textOf(graph, statement);
		if (CHECKS.test(given)) return true;
		const name = /^(\w+)\s*=(?!=)/.exec(given)?.[1];
		const lines = graph.sources[statement.file]?.text.split("\n") ?? [];
		return name !== undefined && lines.some((line) => CHECKS.test(line) && new RegExp(`\\b${name}\\b`).test(line));
	});
}
