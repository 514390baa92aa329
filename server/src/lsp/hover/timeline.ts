/** How a model came to its state: every event of its life, each with its line and its condition. */
import type { Condition, CoreId, EventCase, EventId, ModelEvent } from "../../analysis/graph";
import type { TextId } from "../texts";
import type { Case } from "./cases";
import type { Words } from "./words";

/** Steps shown; of more, the first ones and the last ones. */
const maxSteps = 12;
const firstSteps = 3;

export function describeTimeline(words: Words, cases: readonly Case[]): string | undefined {
	const steps = stepsOf(words, cases);
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
function stepsOf(words: Words, cases: readonly Case[]): string[] {
	const cores = new Map<EventId, CoreId>();
	for (const { handle, core, event } of cases) {
		const created = words.graph.cores[handle.core]?.created;
		for (const id of [created, ...core.history, event]) if (id !== undefined) cores.set(id, handle.core);
	}
	return [...cores]
		.sort(([a], [b]) => a - b)
		.flatMap(([id, core]) => {
			const event = words.graph.events[id];
			return event === undefined ? [] : [describeStep(words, event, core)];
		});
}

/** "[line 6] `get_peft_model(base, cfg)`: the model is wrapped, with a fresh adapter, when `args.lora` is true" */
function describeStep(words: Words, event: ModelEvent, core: CoreId): string {
	const cases = event.cases.filter((entry) => (entry.result ?? entry.target)?.core === core);
	const what = [words.say(textOf(event, cases)), words.via(event.frames), words.whenAll(commonConditions(cases))];
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
		case "load": {
			const lost = cases.some(({ after }) =>
				after?.adapters.some((adapter) => adapter.event === id && adapter.origin === "lost"),
			);
			return lost ? "event.load.lost" : "event.load";
		}
		case "trainer":
			return injects ? "event.trainer.wrap" : "event.trainer";
		case "unload":
			return cases.some(({ after }) => after?.baked.includes(id)) ? "event.unload.merge" : "event.unload";
		default:
			return `event.${kind}`;
	}
}

function commonConditions(cases: readonly EventCase[]): readonly Condition[] {
	const [first, ...others] = cases;
	if (first === undefined) return [];
	return first.conditions.filter((condition) =>
		others.every(({ conditions }) => conditions.some((other) => sameCondition(condition, other))),
	);
}

function sameCondition(a: Condition, b: Condition): boolean {
	return a.holds === b.holds && a.test.file === b.test.file && a.test.start === b.test.start;
}
