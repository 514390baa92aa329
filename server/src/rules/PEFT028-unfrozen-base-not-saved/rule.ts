import type { CoreId, EventCase, ModelEvent, ModelGraph, ModelRead } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { argumentFor, calleeIn, calleeText } from "../shared/calls";
import { circumstance, judge, type Verdict } from "../shared/judge";
import { isOwnSave } from "../shared/saves";
import { lineText, quote, textOf } from "../shared/source";
import { timeline } from "../shared/timeline";

const meta: RuleMeta = {
	code: "PEFT028",
	name: "unfrozen-base-not-saved",
	category: "saving",
	severity: "warning",
	fix: "none",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary: "The base model is unfrozen and trained with the adapter, and only the adapter is saved.",
	references: [
		"https://github.com/huggingface/peft/issues/1689",
		"https://huggingface.co/docs/peft/developer_guides/troubleshooting#randomly-initialized-layers",
	],
};

/** All parameters were given gradients while an adapter was in the model, it was trained, and the wrapper is saved. */
export const rule: Rule = {
	meta,
	check: (graph) =>
		graph.events
			.filter((event) => isOwnSave(graph, event))
			.flatMap((save) => {
				const verdict = judge(save, (situation) => losesBase(graph, situation));
				return verdict === undefined ? [] : [report(graph, save, verdict)];
			}),
	fixes: () => [],
};

function losesBase(graph: ModelGraph, situation: EventCase): boolean {
	const { target, before } = situation;
	if (target?.path[0]?.token !== "P" || target.path.length > 1 || before?.known !== true) return false;
	if (before.adapters.length === 0 || before.quantized !== "none" || before.baked.length > 0) return false;
	const thaw = thawOf(graph, situation);
	if (thaw === undefined || isFrozenAgain(graph, thaw) || !takesAll(graph, target.core)) return false;
	const since = before.history.slice(before.history.indexOf(thaw.id) + 1);
	const isTrained = since.some(
		(id) => graph.events[id]?.kind === "train" || graph.events[id]?.kind === "optimizer-step",
	);
	return isTrained && !isSavedWhole(graph, target.core);
}

/** The event that gave the base model its gradients while an adapter was in it. */
function thawOf(graph: ModelGraph, { before }: EventCase): ModelEvent | undefined {
	const event = before?.frozen === false && before.frozenBy !== undefined ? graph.events[before.frozenBy] : undefined;
	const isOverAdapter = event?.cases.every((one) => one.certain && (one.before?.adapters.length ?? 0) > 0);
	return event?.kind === "requires-grad" && isOverAdapter ? event : undefined;
}

/** Gradients are taken from something later on, in a way that the analysis may not follow. */
function isFrozenAgain(graph: ModelGraph, { call }: ModelEvent): boolean {
	const rest = graph.sources[call.file]?.text.slice(call.statement.end) ?? "";
	return /requires_grad\s*=\s*False|requires_grad_\(\s*False/.test(rest);
}

/** Optimizers over the model, where the program makes them itself, were given all that has gradients. */
function takesAll(graph: ModelGraph, core: CoreId): boolean {
	const optimizers = graph.events.filter(
		({ kind, cases }) => kind === "optimizer" && cases.some(({ target }) => target?.core === core),
	);
	return optimizers.every(({ call }) => {
		const given = argumentFor(call, "params", "model") ?? call.args[0];
		return given !== undefined && /^[\w.]+\.parameters\(\)$|^filter\(.*requires_grad/.test(textOf(graph, given.value));
	});
}

/** The weights go to disk in another way as well: merged, as a state dict, by accelerate, or as the object itself. */
function isSavedWhole(graph: ModelGraph, core: CoreId): boolean {
	const saves = graph.events.filter(
		({ kind, cases }) => kind === "save" && cases.some(({ target }) => target?.core === core),
	);
	const isWhole = (save: ModelEvent): boolean =>
		!isOwnSave(graph, save) || save.cases.some(({ target }) => target?.path[0]?.token !== "P");
	const reads = graph.reads.filter(({ cases }) => cases.some(({ handle }) => handle.core === core));
	return saves.some(isWhole) || reads.some((read) => takesWhole(graph, read));
}

function takesWhole(graph: ModelGraph, { use, file, start }: ModelRead): boolean {
	if (use.kind === "attribute" && (use.name === "state_dict" || use.name === "merge_and_unload")) return true;
	return /\btorch\.save\(\s*$/.test(textOf(graph, { file, start: Math.max(0, start - 40), end: start }));
}

function report(graph: ModelGraph, save: ModelEvent, verdict: Verdict): RuleFinding {
	const thaw = thawOf(graph, verdict.situation);
	const where = blame(graph, thaw, save);
	const line = thaw?.call.file !== where.site.file ? "" : ` in ${lineText(graph, thaw.call)}`;
	const steps =
		thaw === undefined ? [] : [{ event: thaw, message: `${quote(graph, thaw.call)} gives the base model gradients` }];
	return {
		place: where.site,
		message: `${circumstance(graph, verdict)}${calleeIn(graph, save, where)} saves the adapter alone: the base weights were made trainable${line} and trained as well, and they are lost.`,
		confidence: verdict.confidence,
		timeline: timeline(graph, verdict.situation.target?.core, [
			...steps,
			{ event: save, message: `${calleeText(graph, save)} writes the adapter, and nothing of the base model` },
		]),
		event: save.id,
	};
}
