/** How a model came to its state: every event of its life, each with its line and its condition. */
import type { Condition, CoreId, EventCase, EventId, ModelEvent, Place } from "../../analysis/graph";
import type { Span } from "../../syntax/facts";
import type { TextId } from "../texts";
import type { Hovered } from "./cases";
import type { Words } from "./words";

/** Steps shown; of more, the first ones and the last ones. */
const maxSteps = 12;
const firstSteps = 3;

export function describeTimeline(words: Words, hovered: Hovered): string | undefined {
	const steps = stepsOf(words, hovered);
	if (steps.length === 0) return undefined;
	const omitted = steps.length - maxSteps;
	const shown =
		omitted > 0
			? [
					...steps.slice(0, firstSteps),
					words.say("hover.timeline.omitted", { count: omitted }),
					...steps.slice(firstSteps + omitted),
				]
			: steps;
	return `${words.say("hover.timeline")}\n\n${words.markup.steps(shown)}`;
}

/** One step for each event, in the order in which the analysis met them. */
function stepsOf(words: Words, { cases, span }: Hovered): string[] {
	const cores = new Map<EventId, CoreId>();
	for (const { handle, core, event } of cases) {
		const created = words.graph.cores[handle.core]?.created;
		for (const id of [created, ...core.history, event]) if (id !== undefined) cores.set(id, handle.core);
	}
	return [...cores]
		.sort(([a], [b]) => a - b)
		.flatMap(([id, core]) => {
			const event = words.graph.events[id];
			return event === undefined ? [] : [describeStep(words, event, core, span)];
		});
}

/** "[line 6] `get_peft_model(base, cfg)`: the model is wrapped, with a fresh adapter, when `args.lora` is true" */
function describeStep(words: Words, event: ModelEvent, core: CoreId, readFrom: Span): string {
	const cases = event.cases.filter((entry) => (entry.result ?? entry.target)?.core === core);
	// Inside the same function, who called it is no news.
	const via = holds(event.call.scope, readFrom) ? "" : words.via(event.frames);
	const what = [words.say(textOf(event, cases)), via, words.whenAll(commonConditions(cases))];
	const code = words.markup.code(words.sourceAt(event.call));
	return words.say("hover.step", {
		line: words.lineOf(event.call),
		code,
		what: what.filter((part) => part !== "").join(words.say("list.separator")),
	});
}

function textOf({ id, kind }: ModelEvent, cases: readonly EventCase[]): TextId {
	const injects = cases.some(({ after }) => after?.adapters.some((adapter) => adapter.event === id));
	switch (kind) {
		case "load":
			return loadText(id, cases);
		case "trainer":
			return injects ? "event.trainer.wrap" : "event.trainer";
		case "unload":
			return cases.some(({ after }) => after?.baked.includes(id)) ? "event.unload.merge" : "event.unload";
		default:
			return `event.${kind}`;
	}
}

function loadText(id: EventId, cases: readonly EventCase[]): TextId {
	const lost = cases.filter(({ after }) =>
		after?.adapters.some(({ event, origin }) => event === id && origin === "lost"),
	);
	if (lost.length === 0) return "event.load";
	return lost.length === cases.length ? "event.load.lost" : "event.load.perhaps";
}

function commonConditions(cases: readonly EventCase[]): readonly Condition[] {
	const [first, ...others] = cases;
	if (first === undefined) return [];
	return first.conditions.filter((condition) =>
		others.every(({ conditions }) => conditions.some((other) => sameCondition(condition, other))),
	);
}

function holds(outer: Place, inner: Span): boolean {
	return outer.file === 0 && outer.start <= inner.start && inner.end <= outer.end;
}

function sameCondition(a: Condition, b: Condition): boolean {
	return a.holds === b.holds && a.test.file === b.test.file && a.test.start === b.test.start;
}
