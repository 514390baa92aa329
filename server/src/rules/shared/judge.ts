/** On which paths a claim about an event holds. */
import type { Condition, EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import { expressionText, samePlace } from "./source";

export interface Verdict {
	readonly confidence: "must" | "may";
	/** The first situation in which the claim holds: the one a message tells of. */
	readonly situation: EventCase;
	/** Every situation in which it holds; never empty. */
	readonly violating: readonly EventCase[];
	/** The decisions that tell the situations apart; empty where the claim always holds or no decision tells. */
	readonly when: readonly Condition[];
	/** It takes a second pass of the loop around the call. */
	readonly secondPass: boolean;
}

/**
 * Asks a predicate about every situation of an event. Undefined when it holds in none. `must` when it holds in every
 * situation of some pass: what is clean in a loop's first pass only is wrong for sure in its second.
 */
export function judge(event: ModelEvent, violates: (situation: EventCase) => boolean): Verdict | undefined {
	const certain = event.cases.filter((situation) => situation.certain);
	const violating = certain.filter(violates);
	const [situation] = violating;
	if (situation === undefined) return undefined;
	const clean = certain.filter((other) => !violating.includes(other));
	const passes = new Set(violating.map((other) => other.pass));
	const surePass = [...passes].find((pass) => !clean.some((other) => other.pass === pass));
	const rivals = clean.filter((other) => passes.has(other.pass));
	return {
		confidence: surePass === undefined ? "may" : "must",
		situation: violating.find((other) => other.pass === surePass) ?? situation,
		violating,
		when: surePass === undefined ? decisive(violating, rivals) : [],
		secondPass: !passes.has(0),
	};
}

/** Start of a sentence that says when the claim holds: "When `args.lora` is true, "; empty where it always does. */
export function circumstance(graph: ModelGraph, verdict: Verdict): string {
	if (verdict.confidence === "may") {
		const when = describeConditions(graph, verdict.when);
		return when === undefined ? "On some paths, " : `${when.charAt(0).toUpperCase()}${when.slice(1)}, `;
	}
	return verdict.secondPass ? "In the second pass of the loop, " : "";
}

/** "when `args.lora` is true and `args.mode == "x"`"; undefined for no conditions. */
export function describeConditions(graph: ModelGraph, conditions: readonly Condition[]): string | undefined {
	if (conditions.length === 0) return undefined;
	return `when ${conditions.map((condition) => describe(graph, condition)).join(" and ")}`;
}

/** The decisions common to every violating situation that together keep out every clean one. */
function decisive(violating: readonly EventCase[], clean: readonly EventCase[]): readonly Condition[] {
	const [first, ...others] = violating;
	if (first === undefined) return [];
	const common = first.conditions.filter((condition) => others.every((other) => holdsIn(other, condition)));
	const single = common.find((condition) => !clean.some((other) => holdsIn(other, condition)));
	if (single !== undefined) return [single];
	const telling = common.filter((condition) => !clean.every((other) => holdsIn(other, condition)));
	const excludesAll = clean.every((other) => telling.some((condition) => !holdsIn(other, condition)));
	return excludesAll ? telling : [];
}

/** The decision is one of those that lead to the situation. */
export function holdsIn(situation: EventCase, condition: Condition): boolean {
	return situation.conditions.some((other) => other.holds === condition.holds && samePlace(other.test, condition.test));
}

function describe(graph: ModelGraph, condition: Condition): string {
	const written = expressionText(graph, condition.test);
	const negated = /^not\s+(?=[\w.]+$)/.test(written);
	const text = negated ? written.replace(/^not\s+/, "") : written;
	const holds = negated ? !condition.holds : condition.holds;
	if (/^[\w.]+$/.test(text)) return `\`${text}\` is ${holds ? "true" : "false"}`;
	return holds ? `\`${text}\`` : `\`${text}\` does not hold`;
}
