/** Training in which nothing can change: where it happens, and what took the gradients away. */
import type { CoreView, EventCase, EventId, EventKind, ModelEvent, ModelGraph } from "../../analysis/graph";
import { argumentFor } from "./calls";
import { judge, type Verdict } from "./judge";

export interface Futile {
	/** The event that left the model without a parameter that has gradients. */
	readonly cause: ModelEvent;
	/** The first event that trains it like that. */
	readonly sink: ModelEvent;
	/** Of the sink's situations, asked for those only that come after the cause. */
	readonly verdict: Verdict;
}

const SINKS: ReadonlySet<EventKind> = new Set(["train", "optimizer-step"]);

/** The event changes weights, where there are any to change. */
export function isTraining({ kind }: ModelEvent): boolean {
	return SINKS.has(kind);
}

/** The first training of the adapter that an event made, where all is known of the model and no weights were put into it. */
export function firstTraining(
	graph: ModelGraph,
	made: ModelEvent,
	holds: (situation: EventCase) => boolean = () => true,
): ModelEvent | undefined {
	return graph.events.find(
		(event) =>
			isTraining(event) &&
			!resumes(event) &&
			event.cases.some((situation) => trainsFresh(made, situation) && holds(situation)),
	);
}

function trainsFresh({ id }: ModelEvent, { before, certain }: EventCase): boolean {
	const adapter = before?.known === true ? before.adapters.find(({ event }) => event === id) : undefined;
	return certain && adapter?.origin === "fresh" && adapter.touched !== "written";
}

/** A run that goes on has its weights from a checkpoint. */
function resumes({ call }: ModelEvent): boolean {
	const given = argumentFor(call, "resume_from_checkpoint");
	return given !== undefined && given.constant !== false && given.constant !== null;
}

/**
 * Every cause that leads to training without a trainable parameter, with the first place where that happens. Silent where a
 * part of the model may have gradients: a value head, a layer that was put in, code that cannot be seen.
 */
export function futileTraining(graph: ModelGraph, kinds: readonly EventKind[]): readonly Futile[] {
	const found = new Map<EventId, Futile>();
	for (const sink of graph.events) {
		if (!isTraining(sink)) continue;
		const reasons = new Map(sink.cases.map((one) => [one, causeOf(one) ?? sinceOptimizer(graph, one)]));
		for (const id of new Set(reasons.values())) {
			const cause = id === undefined ? undefined : graph.events[id];
			if (cause === undefined || !kinds.includes(cause.kind) || found.has(cause.id)) continue;
			if (mayBeThawed(graph, cause)) continue;
			const after = sink.cases.filter(({ before }) => before?.history.includes(cause.id));
			const verdict = judge({ ...sink, cases: after }, (situation) => reasons.get(situation) === cause.id);
			if (verdict !== undefined) found.set(cause.id, { cause, sink, verdict });
		}
	}
	return [...found.values()];
}

/** An adapter had gradients before the call, and nothing has any after it. */
export function freezesAdapter({ target, before, after }: EventCase): boolean {
	if (target === undefined || before === undefined || after === undefined || !before.known) return false;
	if (target.path.some(({ token }) => token === "?")) return false;
	return before.adapters.some(({ trainable }) => trainable === true) && hasNoGradient(after);
}

/** Whatever happens to the model after the event, gradients come back, or may. */
export function isThawedAfter(graph: ModelGraph, { id }: ModelEvent): boolean {
	return graph.events.some(({ cases }) =>
		cases.some(
			({ before, after }) =>
				before?.history.includes(id) === true && after !== undefined && !hasNoGradient({ ...after, known: true }),
		),
	);
}

/** In a loop that asks for a parameter's name, or wherever it cannot be decided whether, gradients are given back. */
function mayBeThawed(graph: ModelGraph, cause: ModelEvent): boolean {
	return graph.events.some(
		({ kind, cases }) =>
			kind === "requires-grad" &&
			cases.some(({ certain, before, after }) => {
				const isLater = before?.history.includes(cause.id) === true;
				return !certain && isLater && after !== undefined && !hasNoGradient({ ...after, known: true });
			}),
	);
}

/**
 * Code that cannot be seen had the model since its optimizer was made, over parameters that had no gradients: what it does
 * with a model is hardly ever to give it some.
 */
function sinceOptimizer(graph: ModelGraph, situation: EventCase): EventId | undefined {
	const { target, before, optimizer } = situation;
	const made = optimizer === undefined ? undefined : graph.events[optimizer.made];
	if (made === undefined || before === undefined) return undefined;
	const causes = made.cases.filter((one) => one.target?.core === target?.core).map(causeOf);
	const [cause] = causes;
	const isSame = causes.every((one) => one === cause);
	return isSame && cause !== undefined && causeOf({ ...situation, before: { ...before, known: true } }) === cause
		? cause
		: undefined;
}

/** The event that took the last gradient; undefined where the model has one, or may have. */
function causeOf({ target, before, optimizer }: EventCase): EventId | undefined {
	if (optimizer?.alone === false) return undefined;
	if (target === undefined || before === undefined || !hasNoGradient(before)) return undefined;
	// Heads of their own are trained with them.
	if (target.path.some(({ token }) => token === "pretrained_model" || token === "0.auto_model" || token === "?"))
		return undefined;
	const active = before.adapters.filter(({ name }) => before.active?.includes(name) ?? true);
	if (active.length > 0)
		return last(
			before,
			active.map(({ gradient }) => gradient),
		);
	if (before.adapters.length > 0) return undefined;
	// Around a network without adapters stands a prompt, or an empty shell.
	return target.path.length === 0 || target.stale !== undefined ? before.frozenBy : undefined;
}

/** No parameter of it has a gradient, for sure. */
export function hasNoGradient({ known, frozen, adapters }: CoreView): boolean {
	return known && frozen === true && adapters.every(({ trainable }) => trainable === false);
}

/** The latest of these events. */
function last({ history }: CoreView, events: readonly (EventId | undefined)[]): EventId | undefined {
	const order = events.map((event) => (event === undefined ? -1 : history.lastIndexOf(event)));
	return events[order.indexOf(Math.max(...order))];
}
