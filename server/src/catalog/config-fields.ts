/**
 * The fields of PEFT's config classes, by the release that brought them: what the dataclasses take in every release from
 * 0.1 to 0.21 (github.com/huggingface/peft, its tags).
 */

export interface ConfigField {
	/** The release that brought it; undefined for what is gone. */
	readonly since?: string;
	/** The first release without it. */
	readonly until?: string;
}

/** The first release of which nothing is known here. */
export const UNREAD_PEFT = "0.22";

type Table = Readonly<Record<string, string>>;

/** What every config has. */
const PEFT: Table = {
	"0.1": "peft_type task_type inference_mode base_model_name_or_path",
	"0.4": "auto_mapping revision",
	"0.18": "peft_version",
};

const PROMPT: Table = {
	"0.1": "num_virtual_tokens token_dim num_transformer_submodules num_attention_heads num_layers",
	"0.17": "modules_to_save",
};

const PATTERNS: Table = {
	"0.6": "rank_pattern alpha_pattern",
};

const LORA: Table = {
	"0.1": "r target_modules lora_alpha lora_dropout fan_in_fan_out bias modules_to_save",
	"0.3": "init_lora_weights",
	"0.4": "layers_to_transform layers_pattern",
	"0.6": "rank_pattern alpha_pattern",
	"0.7": "megatron_config megatron_core loftq_config",
	"0.8": "use_rslora",
	"0.9": "use_dora",
	"0.10": "layer_replication",
	"0.12": "runtime_config",
	"0.14": "exclude_modules eva_config lora_bias",
	"0.15": "trainable_token_indices corda_config",
	"0.16": "use_qalora qalora_group_size",
	"0.17": "target_parameters",
	"0.18": "alora_invocation_tokens arrow_config ensure_weight_tying",
	"0.19": "lora_ga_config use_bdlora",
	"0.20": "velora_config monteclora_config",
	"0.21": "kasa_config",
};

/** What classes share with others. */
const SHARED: readonly (readonly [Table, readonly string[]])[] = [
	[LORA, ["LoraConfig", "AdaLoraConfig"]],
	[PATTERNS, ["LoHaConfig", "LoKrConfig"]],
	[
		PROMPT,
		[
			"PromptTuningConfig",
			"PromptEncoderConfig",
			"PrefixTuningConfig",
			"MultitaskPromptTuningConfig",
			"CPTConfig",
			"CartridgeConfig",
		],
	],
];

/** By class: what is its own. */
const OWN: Readonly<Record<string, Table>> = {
	LoraConfig: {},
	AdaLoraConfig: { "0.3": "target_r init_r tinit tfinal deltaT beta1 beta2 orth_reg_weight total_step rank_pattern" },
	IA3Config: {
		"0.4": "target_modules feedforward_modules fan_in_fan_out modules_to_save init_ia3_weights",
		"0.14": "exclude_modules",
	},
	LoHaConfig: {
		"0.6":
			"r alpha rank_dropout module_dropout use_effective_conv2d target_modules init_weights layers_to_transform " +
			"layers_pattern modules_to_save",
		"0.14": "exclude_modules",
	},
	LoKrConfig: {
		"0.6":
			"r alpha rank_dropout module_dropout use_effective_conv2d decompose_both decompose_factor target_modules " +
			"init_weights layers_to_transform layers_pattern modules_to_save",
		"0.14": "rank_dropout_scale exclude_modules",
	},
	OFTConfig: {
		"0.7":
			"r module_dropout target_modules init_weights layers_to_transform layers_pattern modules_to_save coft eps " +
			"block_share",
		"0.14": "oft_block_size fan_in_fan_out bias exclude_modules",
		"0.16": "use_cayley_neumann num_cayley_neumann_terms",
	},
	BOFTConfig: {
		"0.11":
			"boft_block_size boft_block_num boft_n_butterfly_factor target_modules boft_dropout fan_in_fan_out bias " +
			"modules_to_save init_weights layers_to_transform layers_pattern",
		"0.14": "exclude_modules",
	},
	VeraConfig: {
		"0.11":
			"r target_modules projection_prng_key save_projection vera_dropout d_initial fan_in_fan_out bias " +
			"modules_to_save init_weights layers_to_transform layers_pattern",
	},
	HRAConfig: {
		"0.12": "r apply_GS target_modules init_weights layers_to_transform layers_pattern bias modules_to_save",
		"0.14": "exclude_modules",
	},
	LNTuningConfig: { "0.11": "target_modules modules_to_save", "0.14": "exclude_modules" },
	FourierFTConfig: {
		"0.12":
			"n_frequency scaling random_loc_seed fan_in_fan_out target_modules bias modules_to_save " +
			"layers_to_transform layers_pattern n_frequency_pattern init_weights",
		"0.14": "exclude_modules",
	},
	XLoraConfig: {
		"0.12":
			"hidden_size adapters enable_softmax enable_softmax_topk layerwise_scalings xlora_depth xlora_size " +
			"xlora_dropout_p use_trainable_adapters softmax_temperature top_k_lora scaling_pass_value " +
			"global_scaling_weight",
	},
	PolyConfig: {
		"0.8": "r target_modules modules_to_save init_weights poly_type n_tasks n_skills n_splits",
		"0.14": "exclude_modules",
	},
	VBLoRAConfig: {
		"0.13":
			"r num_vectors vector_length topk target_modules save_only_topk_weights vblora_dropout fan_in_fan_out " +
			"bias modules_to_save init_vector_bank_bound init_logits_std layers_to_transform layers_pattern",
		"0.14": "exclude_modules",
	},
	BoneConfig: {
		"0.14": "r target_modules exclude_modules init_weights layers_to_transform layers_pattern bias modules_to_save",
	},
	MissConfig: {
		"0.17":
			"r miss_dropout mini_r target_modules exclude_modules init_weights layers_to_transform layers_pattern " +
			"bias modules_to_save",
	},
	TrainableTokensConfig: { "0.15": "token_indices target_modules init_weights" },
	RandLoraConfig: {
		"0.16":
			"r target_modules projection_prng_key save_projection sparse very_sparse randlora_dropout fan_in_fan_out " +
			"randlora_alpha bias modules_to_save init_weights layers_to_transform layers_pattern",
	},
	C3AConfig: {
		"0.16":
			"block_size target_modules bias modules_to_save layers_to_transform layers_pattern block_size_pattern " +
			"init_weights",
	},
	ShiraConfig: { "0.17": "r mask_type random_seed target_modules fan_in_fan_out init_weights modules_to_save" },
	OSFConfig: {
		"0.18": "effective_rank target_modules rank_pattern init_weights modules_to_save target_svd_config",
	},
	RoadConfig: { "0.18": "variant group_size init_weights target_modules modules_to_save" },
	DeloraConfig: {
		"0.18":
			"r delora_lambda module_dropout target_modules exclude_modules bias init_weights layers_to_transform " +
			"layers_pattern rank_pattern lambda_pattern modules_to_save",
	},
	WaveFTConfig: {
		"0.18":
			"n_frequency scaling wavelet_family use_idwt random_loc_seed fan_in_fan_out target_modules " +
			"exclude_modules bias modules_to_save layers_to_transform layers_pattern n_frequency_pattern " +
			"proportional_parameters init_weights",
	},
	AdamssConfig: {
		"0.19":
			"r num_subspaces subspace_rank target_modules init_weights modules_to_save layers_to_transform " +
			"layers_pattern use_asa asa_target_subspaces init_warmup final_warmup mask_interval asa_importance_beta " +
			"asa_uncertainty_beta asa_schedule_exponent use_dynamic_rank svd_threshold",
		"0.20": "random_seed",
	},
	BeftConfig: { "0.20": "target_modules modules_to_save init_weights" },
	DeftConfig: {
		"0.20":
			"r target_modules exclude_modules decomposition_method init_scale alpha para fan_in_fan_out deft_dropout " +
			"init_weights layers_to_transform layers_pattern bias modules_to_save",
	},
	FrodConfig: {
		"0.20":
			"target_modules projection_prng_key save_projection frod_dropout fan_in_fan_out bias modules_to_save " +
			"init_weights layers_to_transform layers_pattern sparse_rate regularization_alpha progressbar " +
			"runtime_offload_base_weight",
	},
	GloraConfig: { "0.20": "r target_modules bias modules_to_save config_A_B config_C config_D_E init_weights" },
	GraloraConfig: {
		"0.19":
			"r hybrid_r target_modules alpha gralora_dropout gralora_k fan_in_fan_out bias modules_to_save " +
			"init_weights layers_to_transform layers_pattern",
	},
	HiraConfig: {
		"0.20":
			"r target_modules exclude_modules hira_dropout fan_in_fan_out modules_to_save init_weights " +
			"layers_to_transform layers_pattern rank_pattern",
	},
	LilyConfig: {
		"0.19":
			"r stride_A num_B scaling target_modules exclude_modules modules_to_save layers_to_transform " +
			"layers_pattern init_weights",
	},
	PeanutConfig: {
		"0.19":
			"r depth act_fn scaling target_modules exclude_modules modules_to_save layers_to_transform layers_pattern " +
			"init_weights",
	},
	PsoftConfig: {
		"0.19":
			"r target_modules exclude_modules psoft_alpha psoft_dropout fan_in_fan_out ab_svd_init psoft_svd " +
			"psoft_svd_lowrank_niter psoft_orth psoft_mag_b psoft_mag_a use_cayley_neumann num_cayley_neumann_terms " +
			"cayley_neumann_eps modules_to_save init_weights layers_to_transform layers_pattern",
		"0.20": "random_seed",
	},
	PveraConfig: {
		"0.19":
			"r target_modules projection_prng_key save_projection pvera_dropout d_initial fan_in_fan_out bias " +
			"modules_to_save init_weights layers_to_transform layers_pattern sample_at_inference",
		"0.20": "generator_seed",
	},
	ShadowConfig: {
		"0.21":
			"target_modules exclude_modules r shadow_alpha shadow_dropout init_weights shadow_model " +
			"shadow_num_hidden_layers shadow_hidden_size shadow_num_attention_heads shadow_intermediate_size " +
			"share_embeddings update_hidden_size auxiliary_loss_weight layers_to_transform layers_pattern " +
			"modules_to_save",
	},
	SupertuningConfig: {
		"0.21":
			"target_modules modules_to_save sparsity select_top r lora_alpha lora_dropout init_weights " +
			"save_precomputed_indices",
	},
	TinyLoraConfig: {
		"0.19":
			"r u weight_tying projection_seed save_projection init_v_bound target_modules tinylora_dropout " +
			"fan_in_fan_out bias modules_to_save init_weights layers_to_transform layers_pattern",
	},
	UniLoraConfig: {
		"0.20":
			"r proj_seed theta_d_length target_modules unilora_dropout fan_in_fan_out bias modules_to_save " +
			"init_theta_d_bound init_weights save_indices layers_to_transform layers_pattern",
	},
	PromptTuningConfig: {
		"0.1": "prompt_tuning_init prompt_tuning_init_text tokenizer_name_or_path",
		"0.7": "tokenizer_kwargs",
	},
	PromptEncoderConfig: {
		"0.1": "encoder_reparameterization_type encoder_hidden_size encoder_num_layers encoder_dropout",
	},
	PrefixTuningConfig: { "0.1": "encoder_hidden_size prefix_projection", "0.19": "init_weights" },
	MultitaskPromptTuningConfig: {
		"0.6":
			"prompt_tuning_init prompt_tuning_init_text tokenizer_name_or_path prompt_tuning_init_state_dict_path " +
			"prompt_tuning_init_task num_ranks num_tasks",
		"0.7": "tokenizer_kwargs",
	},
	CPTConfig: {
		"0.14":
			"cpt_token_ids cpt_mask cpt_tokens_type_mask opt_weighted_loss_type opt_loss_decay_factor " +
			"opt_projection_epsilon opt_projection_format_epsilon tokenizer_name_or_path",
	},
	CartridgeConfig: { "0.19": "num_frozen_tokens" },
	AdaptionPromptConfig: { "0.3": "target_modules adapter_len adapter_layers" },
};
/** Fields that a later release took away again: by class and by that release. */
const REMOVED: Readonly<Record<string, Table>> = {
	LoraConfig: { "0.3": "merge_weights enable_lora" },
	OFTConfig: { "0.15": "rank_pattern alpha_pattern" },
};

/** Whether the fields of a class are known. */
export function hasFields(className: string): boolean {
	return Object.hasOwn(OWN, className);
}

/** Every name that a class takes in the latest release. */
export function fieldNames(className: string): readonly string[] {
	return tablesOf(className).flatMap((table) => Object.values(table).flatMap((names) => names.split(" ")));
}

/** Since and until when a class takes a field; undefined where no release does. */
export function configField(className: string, name: string): ConfigField | undefined {
	for (const table of tablesOf(className)) {
		const since = releaseOf(table, name);
		if (since !== undefined) return { since };
	}
	const until = releaseOf(REMOVED[className] ?? {}, name);
	return until === undefined ? undefined : { until };
}

function tablesOf(className: string): readonly Table[] {
	const shared = SHARED.filter(([, classes]) => classes.includes(className)).map(([table]) => table);
	return hasFields(className) ? [OWN[className] ?? {}, ...shared, PEFT] : [];
}

function releaseOf(table: Table, name: string): string | undefined {
	return Object.entries(table).find(([, names]) => names.split(" ").includes(name))?.[0];
}
