/** The same call on two models: what a comparison looks like. */
import type { CallSite, ModelEvent, ModelGraph, Place } from "../../analysis/graph";
import { commonFrames } from "../shared/blame";
import { sameBlock } from "../shared/blocks";
import { samePlace, textOf } from "../shared/source";

/** How one of two models is run, at the level of the two calls that lead there. */
export interface Running {
	readonly call: CallSite;
	/** The expression of the model there; undefined where the two calls do not differ in one expression. */
	readonly model: Place | undefined;
}

export interface SameCall {
	readonly base: Running;
	readonly wrapper: Running;
	/** They are given the same. */
	readonly exact: boolean;
	/** They stand in one block: the one runs whenever the other does. */
	readonly beside: boolean;
}

/**
 * Two runs as one call each, in the function that both are in: of one method or one function of the person's, with the same
 * arguments but for the model; texts may be generated of different ones. One call in a loop over models is both.
 */
export function sameCall(graph: ModelGraph, base: ModelEvent, wrapper: ModelEvent): SameCall | undefined {
	const level = commonFrames(base.frames, wrapper.frames);
	const one = partsOf(graph, base, level);
	const other = partsOf(graph, wrapper, level);
	if (!samePlace(one.call.scope, other.call.scope)) return undefined;
	if (one.method !== other.method) return undefined;
	const isLength = one.call.args.length === other.call.args.length;
	const pairs = [
		[one.receiver, other.receiver],
		...one.call.args.map((arg, index) => [arg, other.call.args[index] ?? arg]),
	] as const;
	const [pair, ...more] = pairs.filter(([a, b]) => plain(graph, a) !== plain(graph, b));
	const exact = more.length === 0 && isLength;
	if (!exact && !(one.method === "generate" && one.call === base.call && other.call === wrapper.call)) return undefined;
	return {
		exact,
		base: { call: one.call, model: writtenAs(one.call, pair?.[0]) },
		wrapper: { call: other.call, model: writtenAs(other.call, pair?.[1]) },
		beside:
			samePlace(one.call.statement, other.call.statement) ||
			sameBlock(graph, one.call, other.call) ||
			sameBlock(graph, other.call, one.call),
	};
}

interface Parts {
	readonly call: CallSite;
	/** What stands in front of the method; of a model that is called itself, the whole. */
	readonly receiver: Place;
	readonly method: string;
}

function partsOf(graph: ModelGraph, event: ModelEvent, level: number): Parts {
	const call = event.frames[level]?.call ?? event.call;
	const { func } = call;
	const text = textOf(graph, func);
	const dot = text.lastIndexOf(".");
	const method = text.slice(dot + 1).trim();
	if (call === event.call && method !== event.api) return { call, receiver: func, method: "" };
	return { call, receiver: { ...func, end: func.start + Math.max(0, dot) }, method };
}

function writtenAs({ args }: CallSite, part: Place | undefined): Place | undefined {
	return args.find((arg) => arg === part)?.value ?? part;
}

function plain(graph: ModelGraph, place: Place): string {
	return textOf(graph, place).replace(/\s+/g, "");
}
