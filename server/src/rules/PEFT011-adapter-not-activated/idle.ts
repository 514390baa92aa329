/** Adapters that are put beside the active one and never become active. */
import type { CallSite, EventCase, ModelEvent, ModelGraph, ModelRead, Place } from "../../analysis/graph";
import { isMentioned } from "../shared/mentions";
import { textOf } from "../shared/source";
import { mayBeSwitchedOff } from "../shared/switched-off";

export interface Idle {
	readonly name: string;
	/** The first use of the model afterwards. */
	readonly use: ModelEvent;
	readonly situation: EventCase;
}

/**
 * What an event adds in vain. Silent where anything may switch to it: its name stands somewhere else in the program, an
 * adapter is chosen by a name that is computed, or code that cannot be seen gets the model.
 */
export function idleAdapter(graph: ModelGraph, added: ModelEvent): Idle | undefined {
	if (!/^(load-adapter|add-adapter|combine-adapters)$/.test(added.kind)) return undefined;
	const cases = added.cases.filter(({ certain }) => certain);
	const name = cases[0]?.adapter;
	if (name === undefined || !cases.every((situation) => isPutBeside(graph, added, situation, name))) return undefined;
	if (isNamedElsewhere(graph, added, name) || switchesByComputedName(graph) || escapes(graph, added)) return undefined;
	const uses = graph.events.flatMap((event) =>
		isUse(event)
			? event.cases
					.filter((situation) => isAfter(added, situation) && !isSwitchedOff(graph, event, situation))
					.map((situation) => ({ event, situation }))
			: [],
	);
	if (!uses.every(({ situation }) => isIdle(added, situation, name))) return undefined;
	// Trainers switch to a reference policy of their own accord.
	if (/ref|reward|critic/i.test(name) && uses.some(({ event }) => event.kind === "train")) return undefined;
	const first = uses.find(({ situation }) => situation.certain);
	if (first === undefined || trainsNothing(first.event, first.situation)) return undefined;
	return { name, use: first.event, situation: first.situation };
}

/** The active adapters have no gradients for sure, or may have none: not even they are trained. */
function trainsNothing({ kind }: ModelEvent, { before }: EventCase): boolean {
	return (
		kind === "train" &&
		before?.adapters.some(({ name, trainable }) => before.active?.includes(name) === true && trainable === true) !==
			true
	);
}

/** A new name beside an active adapter of a PeftModel that we saw being made. */
function isPutBeside(
	graph: ModelGraph,
	added: ModelEvent,
	{ target, before, adapter }: EventCase,
	name: string,
): boolean {
	const wrapper = target?.path[0];
	const made = wrapper?.event === undefined ? undefined : graph.events[wrapper.event];
	if (adapter !== name || wrapper?.token !== "P" || made === undefined || before === undefined) return false;
	const isFresh = before.adapters.every((one) => one.name !== name || one.event === added.id);
	return (
		before.known && isFresh && before.active !== undefined && before.active.length > 0 && !before.active.includes(name)
	);
}

function isUse({ kind, api }: ModelEvent): boolean {
	return kind === "run" || kind === "train" || kind === "merge" || (kind === "unload" && api === "merge_and_unload");
}

/** Run with no adapter at all. */
function isSwitchedOff(graph: ModelGraph, event: ModelEvent, { target }: EventCase): boolean {
	return event.kind === "run" && target !== undefined && mayBeSwitchedOff(graph, event, target.core);
}

function isAfter(added: ModelEvent, { before }: EventCase): boolean {
	return before?.history.includes(added.id) === true;
}

function isIdle(added: ModelEvent, { before }: EventCase, name: string): boolean {
	if (before?.known !== true || before.active === undefined || before.active.length === 0) return false;
	return !before.active.includes(name) && before.adapters.some((one) => one.name === name && one.event === added.id);
}

/** The name as a string of its own, outside of the call that adds it. */
function isNamedElsewhere(graph: ModelGraph, { call }: ModelEvent, name: string): boolean {
	return graph.sources.some(({ text }, file) => {
		const rest = file === call.file ? `${text.slice(0, call.start)} ${text.slice(call.end)}` : text;
		return rest.includes(`"${name}"`) || rest.includes(`'${name}'`);
	});
}

const COMPUTED =
	/\b(set_adapter|delete_adapter)\b(?!\s*\(\s*["'])|\badapter_names\b|\bset_adapters\b|hotswap|\b_?active_adapters?\s*=(?!=)|\bmixed\s*=\s*True|PeftMixedModel|XLora|create_arrow_model/;

/** Some adapter is chosen in a way that cannot be read off, or the wrapper is of a kind that mixes its adapters. */
function switchesByComputedName(graph: ModelGraph): boolean {
	return isMentioned(graph, COMPUTED);
}

/** Code that cannot be seen gets the model, or may get it from whoever calls what is seen. */
function escapes(graph: ModelGraph, added: ModelEvent): boolean {
	const core = added.cases[0]?.target?.core;
	const reads = graph.reads.filter((read) =>
		read.cases.some((one) => one.handle.core === core && one.core.history.includes(added.id)),
	);
	if (reads.some((read) => read.cases.some((one) => one.handle.core === core && !one.core.known))) return true;
	if (reads.some((read) => read.use.kind === "argument" && !isGivenToSeen(graph, read))) return true;
	return !startsAtTop(graph, added) && (added.call.home !== undefined || reads.some(leavesFunction));
}

function leavesFunction({ use }: ModelRead): boolean {
	return use.kind === "return" || use.kind === "other";
}

/** The argument of a call that is an event of the graph, or of a function that was looked into. */
function isGivenToSeen(graph: ModelGraph, read: ModelRead): boolean {
	return graph.events.some(({ call, frames }) =>
		[call, ...frames.map((frame) => frame.call)].some((site) => holds(site, read)),
	);
}

function holds({ args }: CallSite, read: Place): boolean {
	return args.some((arg) => arg.file === read.file && arg.start <= read.start && read.end <= arg.end);
}

function outermost({ call, frames }: ModelEvent): CallSite {
	return frames[0]?.call ?? call;
}

/** The program itself runs it, and not whoever calls its functions: the call of a class that it never makes is not written. */
function startsAtTop(graph: ModelGraph, added: ModelEvent): boolean {
	const { scope, parens } = outermost(added);
	const isWritten = textOf(graph, parens).startsWith("(");
	return isWritten && scope.start === 0 && scope.end === graph.sources[scope.file]?.text.length;
}
