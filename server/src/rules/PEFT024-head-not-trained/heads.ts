/** Wraps of a classifier by which its new head is neither trained nor saved. */
import type { ConfigView, EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import { argumentFor } from "../shared/calls";
import { isTraining } from "../shared/training";
import { isPretrainedOnly } from "./checkpoints";

/** Adapters of layers. */
const TUNERS: ReadonlySet<string | undefined> = new Set([
	"LORA",
	"ADALORA",
	"IA3",
	"LOHA",
	"LOKR",
	"VERA",
	"OFT",
	"BOFT",
	"HRA",
	"FOURIERFT",
]);

/** Tasks whose wrapper leaves a classifier's head alone. */
const OTHER_TASKS: readonly unknown[] = [null, "FEATURE_EXTRACTION", "CAUSAL_LM", "SEQ_2_SEQ_LM", "QUESTION_ANS"];

/** Modules that lie in the blocks of a network alone: no part of any head has such a name. */
const INNER =
	/^(?:[qkvo]_proj|(?:gate|up|down)_proj|qkv_proj|gate_up_proj|(?:in|query|key|value)_proj|query_key_value|query|key|value|c_attn|[qkv]_lin|out_lin|lin[12]|Wqkv|Wi|Wo|fc[12])$/;

/** The task that the model was made for, by the family of its Core. */
export const TASKS: Readonly<Record<string, string>> = {
	SequenceClassification: "SEQ_CLS",
	TokenClassification: "TOKEN_CLS",
};

export function takesConfig({ kind, api, call }: ModelEvent): boolean {
	if (kind === "trainer") return api.startsWith("trl.");
	// A mixed model has no task.
	return api === "peft.get_peft_model" && argumentFor(call, "mixed") === undefined;
}

/** The head began at random, nothing put weights into it, and the config leaves it as it is. */
export function forgetsHead(graph: ModelGraph, { target, before, config }: EventCase): boolean {
	if (target?.path.length !== 0 || before?.known !== true || before.adapters.length > 0) return false;
	const core = graph.cores[target.core];
	const created = core?.created === undefined ? undefined : graph.events[core.created];
	if (core === undefined || TASKS[core.family] === undefined || !hasNewHead(created)) return false;
	const changed = before.history.some((id) => {
		const event = graph.events[id];
		return event !== undefined && (isTraining(event) || event.kind === "load-state-dict");
	});
	return !changed && config !== undefined && leavesHead(config);
}

function hasNewHead(created: ModelEvent | undefined): boolean {
	if (created === undefined || !/^transformers\.\w+\.from_pretrained$/.test(created.api)) return false;
	if (argumentFor(created.call, "state_dict") !== undefined) return false;
	return created.cases.every(({ source }) => isPretrainedOnly(source));
}

function leavesHead({ peftType, fromCheckpoint, open, unknown, fields }: ConfigView): boolean {
	if (!TUNERS.has(peftType) || fromCheckpoint || open) return false;
	if (unknown.some((name) => /^(?:task_type|modules_to_save|target_modules|target_parameters)$/.test(name)))
		return false;
	const { task_type: task = null, modules_to_save: kept = null, target_modules: targets = null } = fields;
	if (!OTHER_TASKS.includes(task) || (fields.target_parameters ?? null) !== null) return false;
	if ((fields.bias ?? "none") !== "none" || unknown.includes("bias")) return false;
	if (kept !== null && !(Array.isArray(kept) && kept.length === 0)) return false;
	return targets === null || (Array.isArray(targets) && targets.every((name) => INNER.test(String(name))));
}

/** The program looks after the head itself, as far as its text tells. */
export function isLookedAfter({ sources }: ModelGraph): boolean {
	return sources.some(({ text }) =>
		/\b(?:classifier|score|head|pre_classifier)\b[^\n]*\b(?:requires_grad|load_state_dict)|\.(?:classifier|score)\b[^\n=]*=(?!=)/.test(
			text,
		),
	);
}
