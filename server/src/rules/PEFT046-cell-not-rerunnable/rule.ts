import type { EventCase, ModelEvent, ModelGraph, Place } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { calleeText, modelArgument } from "../shared/calls";
import { cellOf } from "../shared/cells";
import { isWrapped } from "../shared/handles";
import { judge, type Verdict } from "../shared/judge";
import { code, textOf } from "../shared/source";
import { timeline } from "../shared/timeline";

const meta: RuleMeta = {
	code: "PEFT046",
	name: "cell-not-rerunnable",
	category: "lifecycle",
	severity: "information",
	fix: "none",
	since: "0.1.0",
	preview: true,
	provedOn: "0.7.1 to 0.21.0",
	summary:
		"A notebook cell wraps a model of an earlier cell and assigns it back: run a second time, it wraps the wrapper.",
	references: ["https://github.com/huggingface/peft/issues/2295", "https://github.com/huggingface/peft/pull/2306"],
};

/**
 * `model = get_peft_model(model, …)` and `model = PeftModel.from_pretrained(model, …)`, at the top level of a cell that
 * does not make the model. Of other libraries' wraps it is not known what they do the second time.
 */
export const rule: Rule = {
	meta,
	check: (graph) => graph.events.flatMap((event) => checkEvent(graph, event)),
	fixes: () => [],
};

function checkEvent(graph: ModelGraph, event: ModelEvent): readonly RuleFinding[] {
	const cell = cellOf(graph, event.call);
	const variable = wrappedInPlace(graph, event);
	if (cell === undefined || variable === undefined || isCareful(graph, event, cell, variable)) return [];
	const verdict = judge(event, (situation) => isOlder(graph, situation, cell));
	return verdict?.confidence === "must" ? [report(graph, event, variable, verdict)] : [];
}

/** The variable that PEFT wraps and that is assigned the wrapper, in a statement that nothing is around. */
function wrappedInPlace(graph: ModelGraph, { kind, api, call, frames }: ModelEvent): string | undefined {
	if ((kind !== "wrap" && kind !== "load") || !api.startsWith("peft.") || frames.length > 0) return undefined;
	const { form, target, start } = call.statement;
	const model = modelArgument(call);
	if (form !== "assign" || target === undefined || model === undefined) return undefined;
	const isIndented = /[^\r\n]$/.test(textOf(graph, { file: call.file, start: 0, end: start }));
	const variable = textOf(graph, target);
	return !isIndented && variable === textOf(graph, model.value) ? variable : undefined;
}

/** What is wrapped was made in an earlier cell, and nothing is around it yet. */
function isOlder(graph: ModelGraph, { target }: EventCase, cell: number): boolean {
	const id = target && graph.cores[target.core]?.created;
	const creation = id === undefined ? undefined : graph.events[id];
	if (creation === undefined || isWrapped(target)) return false;
	const made = cellOf(graph, creation.frames[0]?.call ?? creation.call);
	return made !== undefined && made < cell;
}

/** The cell itself looks whether the model is wrapped, takes the wrapper off, or leaves something else in the variable. */
function isCareful(graph: ModelGraph, event: ModelEvent, cell: number, variable: string): boolean {
	const isHere = (place: Place): boolean => place.file === event.call.file && cellOf(graph, place) === cell;
	return (
		graph.reads.some((read) => {
			if (!isHere(read) || read.start > event.call.start || textOf(graph, read) !== variable) return false;
			const isTaken = read.use.kind === "attribute" && TAKES_OFF.has(read.use.name);
			return isTaken || LOOKS.test(textOf(graph, { file: read.file, start: 0, end: read.start }));
		}) ||
		graph.events.some(({ call, cases }) => {
			const { target } = call.statement;
			if (!isHere(call) || call.start <= event.call.start || target === undefined) return false;
			const isKept = cases.every(({ result }) => result?.path.some((step) => step.event === event.id));
			return textOf(graph, target) === variable && !isKept;
		})
	);
}

const TAKES_OFF: ReadonlySet<string> = new Set(["unload", "merge_and_unload", "get_base_model", "base_model"]);
const LOOKS = /\b(?:isinstance|hasattr|getattr|type)\s*\(\s*$/;

function report(graph: ModelGraph, event: ModelEvent, variable: string, { situation }: Verdict): RuleFinding {
	const callee = calleeText(graph, event);
	const name = code(variable);
	const again =
		event.kind === "load"
			? "loads onto the wrapper, where the adapter's weights do not arrive"
			: "wraps the wrapper, and checkpoints will not load onto the base model";
	const step = `${callee} assigns the wrapper to ${name}`;
	return {
		place: event.call,
		message: `${callee} wraps ${name} and assigns the wrapper back to it, but the model is made in an earlier cell: run a second time, this cell ${again}.`,
		confidence: "must",
		timeline: timeline(graph, situation.target?.core, [{ event, message: step }]),
		event: event.id,
	};
}
