/** Hugging Face Transformers. */
import { adapterNamed, api, method, methods, opaque } from "./define";
import type { ApiSpec, Effect, Family, Library, MethodSpec, Param } from "./types";

const FROM_PRETRAINED: readonly Param[] = [
	"pretrained_model_name_or_path",
	"*",
	"quantization_config",
	"load_in_4bit",
	"load_in_8bit",
];

/** What `X.from_pretrained(id)` makes, for any library that follows the convention. */
export function fromPretrained(family: Family): { readonly params: readonly Param[]; readonly effect: Effect } {
	return {
		params: FROM_PRETRAINED,
		effect: {
			kind: "create-model",
			family,
			source: "pretrained_model_name_or_path",
			returns: "model",
			quantization: { config: "quantization_config", load4bit: "load_in_4bit", load8bit: "load_in_8bit" },
		},
	};
}

/** What `X(config)` and `X.from_config(config)` make. */
function fromConfig(family: Family): { readonly params: readonly Param[]; readonly effect: Effect } {
	return { params: ["config"], effect: { kind: "create-model", family, source: undefined, returns: "model" } };
}

/** Encoder-decoder families among the many classes that end in ForConditionalGeneration. */
const SEQ2SEQ =
	"(?:T5|MT5|UMT5|LongT5|SwitchTransformers|Bart|MBart|PLBart|Pegasus|PegasusX|BigBirdPegasus|Blenderbot|" +
	"BlenderbotSmall|Whisper|Speech2Text|FSMT|M2M100|NllbMoe|ProphetNet|XLMProphetNet|LED|Mvp|Moonshine)" +
	"ForConditionalGeneration";

/** Class name → family, tried in order; the names are too many and change too often to list. */
export const MODEL_CLASSES: readonly (readonly [className: string, family: Family])[] = [
	["AutoModelFor(?:Seq2SeqLM|SpeechSeq2Seq)", "Seq2SeqLM"],
	["\\w+ForCausalLM", "CausalLM"],
	["(?:\\w+LMHeadModel|\\w+ModelWithLMHead)", "CausalLM"],
	[`(?:${SEQ2SEQ}|MarianMTModel)`, "Seq2SeqLM"],
	["\\w+ForSequenceClassification", "SequenceClassification"],
	["\\w+ForTokenClassification", "TokenClassification"],
	["\\w+ForQuestionAnswering", "QuestionAnswering"],
	["\\w+For[A-Z]\\w*", "Unknown"],
	["(?:\\w*EncoderDecoderModel|\\w*DoubleHeadsModel|\\w*PreTrainedModel)", "Unknown"],
	["\\w+(?:Model|ModelWithProjection|Backbone)", "Backbone"],
	["(?:BertGeneration|DPRQuestion|DPRContext)(?:Encoder|Decoder)", "Backbone"],
];

/** Names that end as a model's does and are none, and the networks of other frameworks. */
const NOT_MODELS = "(?!TF[A-Z]|Flax[A-Z]|Logits|\\w*(?:Config|Output|Mixin)$|\\w*(?:Config|Output|Mixin)\\.)";

/** Every model class of a library laid out as transformers is: its constructor, from_config and from_pretrained. */
export function modelPatterns(root: string): NonNullable<Library["patterns"]> {
	return MODEL_CLASSES.flatMap(([className, family]) => [
		{ pattern: new RegExp(`^${root}\\.${NOT_MODELS}${className}\\.from_pretrained$`), ...fromPretrained(family) },
		{ pattern: new RegExp(`^${root}\\.${NOT_MODELS}${className}(?:\\._?from_config)?$`), ...fromConfig(family) },
	]);
}

/** Classes whose objects read models or describe them, but never are one. */
export const HELPER_CLASSES =
	"\\w*(?:Config|Tokenizer|TokenizerFast|TokenizerBase|Processor|ProcessorFast|ProcessorPil|ProcessorWithLM|FeatureExtractor|Pipeline|Arguments|" +
	"Callback|Streamer|Collator\\w*|DataCollator\\w*|Criteria|CriteriaList|LogitsProcessorList|LogitsWarper)";

const TRAINER_PARAMS: readonly Param[] = [
	"model",
	"args",
	"data_collator",
	"train_dataset",
	"eval_dataset",
	// Tokenizer or processing_class; the order of what follows depends on the version.
	"*",
	"optimizers",
];
const TRAINER: Effect = {
	kind: "trainer",
	model: "model",
	peftConfig: undefined,
	optimizers: "optimizers",
	otherModels: [],
};

const QUANTIZATION_CONFIGS = [
	"BitsAndBytesConfig",
	"GPTQConfig",
	"AwqConfig",
	"AqlmConfig",
	"EetqConfig",
	"HqqConfig",
	"QuantoConfig",
	"TorchAoConfig",
	"FbgemmFp8Config",
	"CompressedTensorsConfig",
	"HiggsConfig",
	"VptqConfig",
	"SpQRConfig",
	"FineGrainedFP8Config",
	"AutoRoundConfig",
	"BitNetQuantConfig",
	"Mxfp4Config",
] as const;

const APIS: readonly ApiSpec[] = [
	api("transformers.Trainer", TRAINER_PARAMS, TRAINER),
	api("transformers.Seq2SeqTrainer", TRAINER_PARAMS, TRAINER),
	...QUANTIZATION_CONFIGS.map((name) => api(`transformers.${name}`, [], { kind: "options" })),
	api("transformers.TrainingArguments", ["output_dir"], { kind: "options" }),
	api("transformers.Seq2SeqTrainingArguments", ["output_dir"], { kind: "options" }),
	api("transformers.Adafactor", ["params"], { kind: "optimizer", params: "params" }),
	// Removed in 5.0.
	api("transformers.AdamW", ["params"], { kind: "optimizer", params: "params" }),
	...opaque(
		"transformers.pipeline",
		"transformers.set_seed",
		"transformers.get_scheduler",
		"transformers.get_linear_schedule_with_warmup",
		"transformers.get_cosine_schedule_with_warmup",
		"transformers.get_constant_schedule",
		"transformers.get_constant_schedule_with_warmup",
		"transformers.get_polynomial_decay_schedule_with_warmup",
		"transformers.get_cosine_with_hard_restarts_schedule_with_warmup",
		"transformers.AutoModel.register",
		"transformers.HfArgumentParser",
		"transformers.trainer_utils.get_last_checkpoint",
	),
	api("transformers.modeling_utils.unwrap_model", ["model"], { kind: "strip", model: "model" }),
];

/** What transformers' own adapter integration adds to every PreTrainedModel. */
const CORE_METHODS: readonly MethodSpec[] = [
	method("core", "add_adapter", ["adapter_config", "adapter_name"], {
		kind: "add-adapter",
		model: "self",
		config: "adapter_config",
		adapterName: adapterNamed("adapter_name"),
		activates: true,
	}),
	method("core", "load_adapter", ["peft_model_id", "adapter_name", "*", "is_trainable"], {
		kind: "load-adapter",
		model: "self",
		source: "peft_model_id",
		adapterName: adapterNamed("adapter_name"),
		trainable: "is_trainable",
		activates: true,
	}),
	method("core", "set_adapter", ["adapter_name"], { kind: "set-adapter", model: "self", names: "adapter_name" }),
	method("core", "delete_adapter", ["adapter_names"], { kind: "delete-adapter", model: "self", name: "adapter_names" }),
	method("core", "disable_adapters", [], { kind: "toggle-adapters", model: "self", enabled: false }),
	method("core", "enable_adapters", [], { kind: "toggle-adapters", model: "self", enabled: true }),
	...methods("core", ["active_adapters", "active_adapter", "get_adapter_state_dict", "enable_peft_hotswap"], {
		kind: "read",
		model: "self",
	}),
];

/** PreTrainedModel's methods; wrappers hand the ones they lack on to it. */
const MODEL_METHODS: readonly MethodSpec[] = [
	method("any-model", "save_pretrained", ["save_directory"], { kind: "save", model: "self", path: "save_directory" }),
	method("any-model", "push_to_hub", ["repo_id"], { kind: "save", model: "self", path: "repo_id" }),
	...methods("any-model", ["generate", "forward", "chat", "stream_chat"], { kind: "run", model: "self" }),
	...methods("any-model", ["resize_token_embeddings"], { kind: "resize-embeddings", model: "self" }),
	...methods("any-model", ["gradient_checkpointing_enable"], { kind: "checkpointing", model: "self" }),
	...methods("any-model", ["enable_input_require_grads"], { kind: "input-grads", model: "self" }),
	...methods(
		"any-model",
		[
			"gradient_checkpointing_disable",
			"disable_input_require_grads",
			"num_parameters",
			"get_memory_footprint",
			"get_input_embeddings",
			"get_output_embeddings",
			"get_encoder",
			"get_decoder",
			"get_position_embeddings",
			"set_input_embeddings",
			"set_output_embeddings",
			"set_attn_implementation",
			"tie_weights",
			"can_generate",
			"is_gradient_checkpointing",
			"add_model_tags",
			"warn_if_padding_and_no_attention_mask",
			"prepare_inputs_for_generation",
			"register_for_auto_class",
			"estimate_tokens",
			"floating_point_ops",
		],
		{ kind: "read", model: "self" },
	),
	...methods("any-model", ["dequantize"], { kind: "same", model: "self", what: "dtype" }),
	...methods("any-model", ["to_bettertransformer", "reverse_bettertransformer"], {
		kind: "same",
		model: "self",
		what: "other",
	}),
];

const TRAINER_METHODS: readonly MethodSpec[] = [
	method("trainer", "train", ["resume_from_checkpoint"], { kind: "trainer-train" }),
	...methods("trainer", ["evaluate", "predict"], { kind: "trainer-evaluate" }),
	method("trainer", "save_model", ["output_dir"], { kind: "trainer-save" }),
	method("trainer", "push_to_hub", ["commit_message"], { kind: "trainer-save" }),
	...methods(
		"trainer",
		[
			"save_state",
			"add_callback",
			"pop_callback",
			"remove_callback",
			"log",
			"log_metrics",
			"save_metrics",
			"metrics_format",
			"create_model_card",
			"create_optimizer",
			"create_scheduler",
			"create_optimizer_and_scheduler",
			"get_train_dataloader",
			"get_eval_dataloader",
			"get_test_dataloader",
			"get_learning_rates",
			"get_num_trainable_parameters",
			"get_decay_parameter_names",
			"get_total_train_batch_size",
			"get_optimizer_group",
			"is_local_process_zero",
			"is_world_process_zero",
			"num_examples",
			"floating_point_ops",
			"init_hf_repo",
			"store_flos",
			"compute_loss",
			"prediction_step",
			"evaluation_loop",
		],
		{ kind: "opaque" },
	),
];

export const transformers: Library = {
	root: "transformers",
	apis: APIS,
	patterns: [
		{
			pattern: new RegExp(`^transformers\\.${HELPER_CLASSES}(?:\\.\\w+)?$`),
			params: [],
			effect: { kind: "opaque" },
		},
		{ pattern: /^transformers\.get_\w*schedule\w*$/, params: [], effect: { kind: "opaque" } },
		...modelPatterns("transformers"),
	],
	methods: [...CORE_METHODS, ...MODEL_METHODS, ...TRAINER_METHODS],
	attributes: [
		{ on: "trainer", name: "model", leads: "model" },
		{ on: "trainer", name: "model_wrapped", leads: "model" },
	],
	reexports: [
		{ from: /^transformers\.(?:models|utils|generation|pipelines|quantizers|data)(?:\.\w+)*$/, to: "transformers" },
		{
			from: /^transformers\.(?:modeling_\w+|tokenization_\w+|configuration_\w+|processing_\w+|image_\w+|feature_extraction_\w+|trainer|trainer_\w+|training_args\w*|optimization|hf_argparser|integrations(?:\.\w+)*)$/,
			to: "transformers",
		},
		// No version exports them; whoever imports PEFT's names from here means PEFT's.
		{ from: /^transformers$/, to: "peft" },
	],
	moduleClasses: ["transformers.PreTrainedModel", "transformers.GenerationMixin"],
};
