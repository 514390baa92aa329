/** Methods of a PeftModel that are called on a plain model. */
import type { EventCase, EventKind, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Blame } from "../shared/blame";
import { calleeIn, calleeText } from "../shared/calls";
import { isAskedFor } from "../shared/guards";
import { code, expressionText, isPath, textOf } from "../shared/source";
import { plainModel } from "./makers";
import type { Problem } from "./problems";

const LOADS: ReadonlySet<EventKind> = new Set(["load-adapter", "add-adapter", "inject"]);

export function missingMethod(graph: ModelGraph, event: ModelEvent): Problem | undefined {
	if (isAskedFor(graph, event.api)) return undefined;
	// Libraries of other adapters give plain models a method of this name, with the adapter's name as its argument.
	if (event.api === "merge_adapter" && event.call.args.length > 0) return undefined;
	return {
		kind: "missing",
		holds: (situation) => isPlain(graph, situation),
		cause: (situation) => causeOf(graph, situation),
		origin: (cause) => originOf(graph, cause),
		message: (situation, where) => messageOf(graph, event, situation, where),
		outcome: `${named(graph, event, code(expressionText(graph, event.call.func)))} does not exist`,
	};
}

function isPlain(graph: ModelGraph, { target, before }: EventCase): boolean {
	if (target?.path.length !== 0 || before === undefined) return false;
	return before.known && plainModel(graph, target.core) !== undefined;
}

/** The unload that gave the plain model, what put adapters into it, what wrapped it, or what made it. */
export function causeOf(graph: ModelGraph, { target, before }: EventCase): ModelEvent | undefined {
	const loaded = before?.adapters.map(({ event }) => event).findLast((id) => isLoad(graph, id));
	const id = target?.unloadedBy ?? loaded ?? before?.wrappers.at(-1);
	return id === undefined ? plainModel(graph, target?.core) : graph.events[id];
}

function isLoad(graph: ModelGraph, id: number | undefined): boolean {
	const event = id === undefined ? undefined : graph.events[id];
	return event !== undefined && LOADS.has(event.kind);
}

function originOf(graph: ModelGraph, cause: ModelEvent): string {
	const callee = named(graph, cause, calleeText(graph, cause));
	if (cause.kind === "unload") return `${callee} returns the plain model`;
	if (LOADS.has(cause.kind)) return `${callee} puts an adapter into the model, and no wrapper around it`;
	return cause.kind === "create" ? `${callee} creates a plain model` : `${callee} returns the PeftModel`;
}

function messageOf(graph: ModelGraph, event: ModelEvent, situation: EventCase, where: Blame): string {
	const cause = causeOf(graph, situation);
	const made = cause === undefined ? "an earlier call" : named(graph, cause, calleeText(graph, cause));
	const receiver = where.frame === undefined ? receiverOf(graph, event) : "the model";
	const fact = `${named(graph, event, calleeIn(graph, event, where))} raises \`AttributeError\``;
	if (cause?.kind === "unload") return `${fact}: what ${made} returned is the plain model, without PEFT's methods.`;
	if (cause !== undefined && LOADS.has(cause.kind))
		return `${fact}: ${made} has put the adapter into ${receiver}, which stays a plain transformers model.`;
	if (cause?.kind === "create")
		return `${fact}: ${made} gives a plain transformers model, also where it loads an adapter's folder.`;
	return `${fact}: ${receiver} is the plain model, and the PeftModel around it is what ${made} returned.`;
}

/** A method of a longer expression goes by its name alone. */
function named(graph: ModelGraph, { call }: ModelEvent, otherwise: string): string {
	const written = textOf(graph, call.func);
	return isPath(written) ? otherwise : code(/\w*$/.exec(written)?.[0] ?? "");
}

/** What the method is called on, as written. */
function receiverOf(graph: ModelGraph, event: ModelEvent): string {
	const written = receiverText(graph, event);
	return isPath(written) ? code(written) : "the model";
}

export function receiverText(graph: ModelGraph, { call }: ModelEvent): string {
	return textOf(graph, call.func).replace(/\s*\.\s*\w+$/, "");
}
