/** Remedies of a baseline that has the adapter inside: switch that off, or leave the reference to the trainer. */
import type { ModelGraph } from "../../analysis/graph";
import type { Finding, Fix } from "../rule";
import { nameOfResult } from "../shared/blocks";
import { breakBefore, deleteArgument, fix, insert, ranked, replace } from "../shared/edits";
import { mentionsIn } from "../shared/mentions";
import { injectionOf } from "../shared/saves";
import { textOf } from "../shared/source";
import { type Comparison, comparisons } from "./comparison";
import { type Reference, references } from "./reference";

export function fixes({ event: id }: Finding, graph: ModelGraph): readonly Fix[] {
	const comparison = comparisons(graph).find(({ run }) => run.id === id);
	const reference = references(graph).find(({ event }) => event.id === id);
	return ranked([comparison && switchOff(graph, comparison), reference && leaveOut(graph, reference)]);
}

/** `with model.disable_adapter():` around the statement: the base variable then is what it was taken for. */
function switchOff(graph: ModelGraph, { calls: { base, wrapper }, verdict }: Comparison): Fix | undefined {
	const injection = injectionOf(graph, verdict.situation);
	const name = injection && nameOfResult(graph, injection.call, base.call);
	const isPlain = injection?.cases.every(({ result }) => result?.path.length === 1);
	if (name === undefined || !isPlain || verdict.confidence === "may") return undefined;
	if (wrapper.model === undefined || textOf(graph, wrapper.model) !== name) return undefined;
	const { statement } = base.call;
	// What runs the wrapper in the same statement would be switched off as well.
	const parts = [
		{ ...statement, end: base.model?.start ?? statement.end },
		{ ...statement, start: base.model?.end ?? statement.end },
	];
	if (parts.some((part) => mentionsIn(textOf(graph, part), name).length > 0)) return undefined;
	const isCompound = /^(?:return|with|if|elif|for|while|match|async|yield)\b/.test(textOf(graph, statement));
	if (!statement.ownLines || isCompound || textOf(graph, statement).includes("\n")) return undefined;
	const lineBreak = breakBefore(graph, statement);
	const unit = lineBreak.includes("\t") ? "\t" : "    ";
	return fix(`Switch the adapter off: \`with ${name}.disable_adapter():\``, "suggestion", [
		insert(statement.file, statement.start, `with ${name}.disable_adapter():${lineBreak}${unit}`),
	]);
}

/** Of a model with an adapter these trainers make the reference themselves. */
const MAKE_THEIR_OWN = /^trl\.(?:DPO|KTO)Trainer$/;

function leaveOut(graph: ModelGraph, { event, argument, param }: Reference): Fix | undefined {
	if (argument === undefined || param !== "ref_model" || !MAKE_THEIR_OWN.test(event.api)) return undefined;
	const title = `Leave the reference to \`${event.api.slice(4)}\`: without \`${param}\` it makes one of the model`;
	const edit = argument.keyword ? deleteArgument(graph, event.call, argument) : replace(argument.value, "None");
	return fix(title, "suggestion", [edit]);
}
