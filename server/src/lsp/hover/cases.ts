/** The situations in which control reaches one place: what a person hovers over. */
import type { Condition, CoreView, EventId, HandleView, ModelEvent, ModelGraph, ModelRead } from "../../analysis/graph";
import type { Span } from "../../syntax/facts";

/** A model in one situation. */
export interface Case {
	readonly handle: HandleView;
	readonly core: CoreView;
	readonly conditions: readonly Condition[];
	/** The call that was hovered over, if it was one. */
	readonly event: EventId | undefined;
}

export interface Hovered {
	readonly span: Span;
	readonly kind: "call" | "read";
	/** Empty for a call that is given no model we follow. */
	readonly cases: readonly Case[];
	/** Empty for a read. */
	readonly events: readonly ModelEvent[];
}

/** The innermost modelled call or read at an offset of file 0. A place reached from several callers is one. */
export function hoveredAt(graph: ModelGraph, offset: number): Hovered | undefined {
	const reads = graph.reads.filter((read) => read.file === 0 && holds(read, offset));
	const events = graph.events.filter(
		({ call, cases }) => call.file === 0 && holds(call.func, offset) && cases.length > 0,
	);
	const innermost = [...reads, ...events.map(({ call }) => call.func)].reduce<Span | undefined>(smaller, undefined);
	if (innermost === undefined) return undefined;
	const span = { start: innermost.start, end: innermost.end };
	const calls = events.filter(({ call }) => sameSpan(call.func, span));
	if (calls.length > 0) return { span, kind: "call", events: calls, cases: calls.flatMap(casesOfEvent) };
	return { span, kind: "read", events: [], cases: reads.filter((read) => sameSpan(read, span)).flatMap(casesOfRead) };
}

/** After the call: of the model it returns, else of the one it was given. */
function casesOfEvent(event: ModelEvent): Case[] {
	return event.cases.flatMap(({ target, before, after, result, conditions }) => {
		const handle = result ?? target;
		const core = after ?? before;
		return handle === undefined || core === undefined ? [] : [{ handle, core, conditions, event: event.id }];
	});
}

function casesOfRead(read: ModelRead): Case[] {
	return read.cases.map((entry) => ({ ...entry, event: undefined }));
}

function holds({ start, end }: Span, offset: number): boolean {
	return start <= offset && offset <= end;
}

/** The first of two equal ones. */
function smaller(best: Span | undefined, span: Span): Span {
	return best === undefined || span.end - span.start < best.end - best.start ? span : best;
}

function sameSpan(a: Span, b: Span): boolean {
	return a.start === b.start && a.end === b.end;
}
