import type { EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Finding, Fix, Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { calleeIn, calleeText, modelArgument, namesItself } from "../shared/calls";
import { fix, ranked, replace } from "../shared/edits";
import { imported } from "../shared/imports";
import { circumstance, judge, type Verdict } from "../shared/judge";
import { unlessMentioned } from "../shared/mentions";
import { code, isPath, textOf } from "../shared/source";
import { timeline } from "../shared/timeline";
import { isTraining } from "../shared/training";

const PREPARE = "prepare_model_for_kbit_training";

const meta: RuleMeta = {
	code: "PEFT041",
	name: "quantized-without-kbit-prepare",
	category: "training",
	severity: "hint",
	fix: "suggestion",
	since: "0.1.0",
	preview: true,
	provedOn: "0.7.1 to 0.21.0, without bitsandbytes",
	summary:
		"A 4-bit or 8-bit base model gets its adapter and is trained without `prepare_model_for_kbit_training()`: its norms and its head stay as they were loaded, mostly in half precision.",
	references: ["https://huggingface.co/docs/peft/developer_guides/quantization"],
};

/** Some of what the call does is done elsewhere in the program: casts, gradients of the inputs. */
const PREPARED_BY_HAND =
	/\bprepare_\w*(?:kbit|int8)\w*\(|enable_input_require_grads|\.float\(\)|\.to\([^()]*float32|upcast|CastOutput/;

/** An adapter around what bitsandbytes holds, trained by transformers' own trainer, which does not prepare the model. */
export const rule: Rule = {
	meta,
	check: (graph) =>
		unlessMentioned(
			graph,
			[PREPARED_BY_HAND],
			graph.events
				.filter(({ kind, api }) => kind === "wrap" && api === "peft.get_peft_model")
				.flatMap((wrap) => {
					const trainer = trainerOf(graph, wrap);
					const verdict = trainer && judge(wrap, (situation) => isUnprepared(graph, situation));
					return trainer === undefined || verdict === undefined ? [] : [report(graph, wrap, trainer, verdict)];
				}),
		),
	fixes,
};

function isUnprepared(graph: ModelGraph, { target, before, config }: EventCase): boolean {
	if (target?.path.length !== 0 || before?.known !== true || config?.injects !== true) return false;
	if (before.quantized !== "4bit" && before.quantized !== "8bit") return false;
	const created = graph.cores[target.core]?.created;
	const made = created === undefined ? undefined : graph.events[created];
	// Of another library it may come prepared; in single precision there is nothing to cast.
	return made?.api.startsWith("transformers.") === true && !/float32/.test(textOf(graph, made.call.parens));
}

/** The first training of it, where it is by transformers' own trainer. */
function trainerOf(graph: ModelGraph, { id }: ModelEvent): ModelEvent | undefined {
	const later = graph.events.filter(({ cases }) =>
		cases.some(({ before }) => before?.adapters.some(({ event }) => event === id)),
	);
	const trainers = later.filter(({ kind }) => kind === "trainer");
	const isOwn = trainers.every((one) => /^transformers\.(Seq2Seq)?Trainer$/.test(one.api) && namesItself(graph, one));
	return isOwn && trainers.length > 0 ? later.find(isTraining) : undefined;
}

function report(graph: ModelGraph, wrap: ModelEvent, training: ModelEvent, verdict: Verdict): RuleFinding {
	const { target, before } = verdict.situation;
	const created = target && graph.cores[target.core]?.created;
	const where = blame(graph, created === undefined ? undefined : graph.events[created], wrap);
	const what = before?.quantized === "8bit" ? "an 8-bit model" : "a 4-bit model";
	return {
		place: where.site,
		message: `${circumstance(graph, verdict)}${calleeIn(graph, wrap, where)} wraps ${what} that ${code(`${PREPARE}()`)} has not prepared: its norms and its head stay in the precision they were loaded in, mostly half.`,
		confidence: verdict.confidence,
		timeline: timeline(graph, target?.core, [
			{ event: wrap, message: `${calleeText(graph, wrap)} wraps the model as it was loaded` },
			{ event: training, message: `${calleeText(graph, training)} trains it` },
		]),
		event: wrap.id,
	};
}

function fixes(finding: Finding, graph: ModelGraph): readonly Fix[] {
	const wrap = graph.events[finding.event];
	const model = wrap && modelArgument(wrap.call);
	const prepare = wrap && imported(graph, wrap.call.file, "peft", PREPARE);
	if (model === undefined || prepare === undefined || !isPath(textOf(graph, model.value))) return [];
	return ranked([
		fix("Prepare the model first: single precision where it is not quantized, gradient checkpointing", "suggestion", [
			...prepare.edits,
			replace(model.value, `${prepare.expression}(${textOf(graph, model.value)})`),
		]),
	]);
}
