/**
 * What later versions of the libraries took away: functions, classes and arguments.
 *
 * TRL: the trainers' signatures and their `deprecate_kwarg` decorators in every release from 0.4.2 to 1.9.0
 * (github.com/huggingface/trl, its tags). Transformers: https://github.com/huggingface/transformers/pull/41287, and calls of
 * 5.18.0. PEFT: https://github.com/huggingface/peft/pull/1573 and https://github.com/huggingface/peft/pull/3051.
 */

export interface Removal {
	readonly library: "peft" | "transformers" | "trl";
	/** The first version without it. */
	readonly since: string;
	/** Another name for the same thing, in every version that lacks the old one. */
	readonly renamed?: string;
}

/** Arguments of one callee, by the version that took them away. */
type Table = Readonly<Record<string, string>>;

const TRL: Readonly<Record<string, Table>> = {
	SFTTrainer: {
		"0.13":
			"dataset_text_field packing max_seq_length infinite num_of_sequences chars_per_token dataset_num_proc " +
			"dataset_batch_size neftune_noise_alpha model_init_kwargs dataset_kwargs eval_packing",
		"0.15": "model_init",
		"0.16": "tokenizer",
	},
	DPOTrainer: {
		"0.13":
			"beta label_pad_token_id padding_value truncation_mode max_length max_prompt_length disable_dropout " +
			"max_target_length is_encoder_decoder generate_during_eval loss_type model_init_kwargs ref_model_init_kwargs " +
			"label_smoothing precompute_ref_log_probs model_adapter_name ref_adapter_name dataset_num_proc reference_free " +
			"force_use_ref_model",
		"0.16": "tokenizer",
		"0.19": "model_init",
		"0.29": "preprocess_logits_for_metrics optimizer_cls_and_kwargs",
	},
	RewardTrainer: { "0.14": "max_length", "0.15": "tokenizer", "0.24": "model_init" },
	KTOTrainer: {
		"0.10": "embedding_func embedding_tokenizer",
		"0.14": "tokenizer",
		"1.2": "model_adapter_name ref_adapter_name",
		"1.4": "model_init preprocess_logits_for_metrics",
	},
	ORPOTrainer: { "0.15": "tokenizer" },
	CPOTrainer: { "0.14": "tokenizer" },
	BCOTrainer: { "0.13": "tokenizer" },
	OnlineDPOTrainer: { "0.14": "tokenizer", "0.25": "reward_model reward_processing_class" },
};

/** A loader of models with weights; AutoPeftModel hands its options on to one. */
const LOADER = /^(?:transformers\.\w+|peft\.AutoPeftModel\w*)\.from_pretrained$/;
const LOADER_ARGUMENTS: Table = { "5.0": "load_in_4bit load_in_8bit use_auth_token" };
const TRAINER = /^transformers\.(?:Seq2Seq)?Trainer$/;
const TRAINER_ARGUMENTS: Table = { "5.0": "tokenizer" };

const RENAMED: ReadonlyMap<string, string> = new Map([
	["tokenizer", "processing_class"],
	["use_auth_token", "token"],
]);

/** The removal of an argument of a call, by the callee's canonical name; undefined for one that is still there. */
export function removedArgument(api: string, name: string): Removal | undefined {
	const [library, table] = tableFor(api) ?? [];
	const since = Object.entries(table ?? {}).find(([, names]) => names.split(" ").includes(name))?.[0];
	if (library === undefined || since === undefined) return undefined;
	const renamed = RENAMED.get(name);
	return { library, since, ...(renamed !== undefined && { renamed }) };
}

function tableFor(api: string): readonly [Removal["library"], Table] | undefined {
	const trainer = api.startsWith("trl.") ? TRL[api.slice("trl.".length)] : undefined;
	if (trainer !== undefined) return ["trl", trainer];
	if (TRAINER.test(api)) return ["transformers", TRAINER_ARGUMENTS];
	return LOADER.test(api) ? ["transformers", LOADER_ARGUMENTS] : undefined;
}

const APIS: ReadonlyMap<string, Removal> = new Map([
	[
		"peft.prepare_model_for_int8_training",
		{ library: "peft", since: "0.10", renamed: "prepare_model_for_kbit_training" },
	],
	["peft.BoneConfig", { library: "peft", since: "0.19", renamed: "MissConfig" }],
]);

/** The removal of a function or class, by its canonical name. */
export function removedApi(api: string): Removal | undefined {
	return APIS.get(api);
}
