/** Models that a trainer is given to compare with: the base variable of the wrapper that it trains. */
import type { ArgSite, EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import { commonFrames } from "../shared/blame";
import { argumentFor } from "../shared/calls";
import { judge, type Verdict } from "../shared/judge";
import { unlessMentioned } from "../shared/mentions";
import { injectionOf } from "../shared/saves";
import { samePlace } from "../shared/source";

export interface Reference {
	readonly event: ModelEvent;
	readonly param: string;
	readonly argument: ArgSite | undefined;
	readonly verdict: Verdict;
}

/** What stays as it is while another model is trained. */
const PARAMS: ReadonlySet<string> = new Set(["ref_model", "ref_policy", "teacher_model"]);

export function references(graph: ModelGraph): readonly Reference[] {
	const found = graph.events.flatMap((event) => {
		const param = event.kind === "reference" ? event.cases[0]?.source : undefined;
		if (param === undefined || !PARAMS.has(param)) return [];
		const verdict = judge(event, (situation) => isOfTrainedModel(graph, event, situation));
		if (verdict === undefined) return [];
		const argument = argumentFor(event.call, param);
		return [{ event, param, argument, verdict: amongTrainers(trainersAt(graph, event), verdict) }];
	});
	// Computed before the training, a new adapter's reference is the base model's.
	return unlessMentioned(graph, [/\bprecompute_ref/], found);
}

/** Where no model is given there is no event of a reference: that it sometimes is one, the trainer's own event tells. */
function amongTrainers(trainers: readonly ModelEvent[], verdict: Verdict): Verdict {
	const { conditions } = verdict.situation;
	const when = conditions.filter(
		(condition) =>
			!trainers.some(({ cases }) =>
				cases.some((one) =>
					one.conditions.some(({ test, holds }) => holds === condition.holds && samePlace(test, condition.test)),
				),
			),
	);
	return when.length === 0 || verdict.violating.length > 1 ? verdict : { ...verdict, confidence: "may", when };
}

function trainersAt(graph: ModelGraph, { call, frames }: ModelEvent): readonly ModelEvent[] {
	return graph.events.filter(
		(other) =>
			other.kind === "trainer" &&
			samePlace(other.call, call) &&
			other.frames.length === frames.length &&
			commonFrames(other.frames, frames) === frames.length,
	);
}

function isOfTrainedModel(graph: ModelGraph, event: ModelEvent, situation: EventCase): boolean {
	const { target, before } = situation;
	if (target === undefined || before?.known !== true || target.unloadedBy !== undefined) return false;
	if (target.path.length > 1 || (target.path.length === 1 && target.path[0]?.token !== "T")) return false;
	if (injectionOf(graph, situation) === undefined) return false;
	return trainersAt(graph, event).some(({ cases }) =>
		cases.some(
			({ target: trained }) =>
				trained?.core === target.core && trained.stale === undefined && trained.path.some(({ token }) => token === "P"),
		),
	);
}
