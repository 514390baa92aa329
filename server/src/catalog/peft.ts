/** Hugging Face PEFT. */
import { adapterNamed, api, method, methods, opaque } from "./define";
import { configApis, configBases, tunerApis } from "./peft-configs";
import type { ApiSpec, AttributeSpec, Effect, Family, Library, MethodSpec } from "./types";

const TASK_CLASSES = [
	"PeftModelForCausalLM",
	"PeftModelForSeq2SeqLM",
	"PeftModelForSequenceClassification",
	"PeftModelForTokenClassification",
	"PeftModelForQuestionAnswering",
	"PeftModelForFeatureExtraction",
] as const;
const WRAPPER_CLASSES = ["PeftModel", ...TASK_CLASSES, "PeftMixedModel"] as const;

const AUTO_CLASSES: readonly (readonly [name: string, family: Family])[] = [
	["AutoPeftModel", "Unknown"],
	["AutoPeftModelForCausalLM", "CausalLM"],
	["AutoPeftModelForSeq2SeqLM", "Seq2SeqLM"],
	["AutoPeftModelForSequenceClassification", "SequenceClassification"],
	["AutoPeftModelForTokenClassification", "TokenClassification"],
	["AutoPeftModelForQuestionAnswering", "QuestionAnswering"],
	["AutoPeftModelForFeatureExtraction", "Backbone"],
];

const WRAP: Effect = {
	kind: "wrap",
	model: "model",
	config: "peft_config",
	adapterName: adapterNamed("adapter_name"),
	onWrapped: "nest",
	token: "P",
};

function wrapperEntries(name: string): ApiSpec[] {
	return [
		api(`peft.${name}`, ["model", "peft_config", "adapter_name"], WRAP),
		api(`peft.${name}.from_pretrained`, ["model", "model_id", "adapter_name", "is_trainable", "config"], {
			kind: "load",
			model: "model",
			source: "model_id",
			adapterName: adapterNamed("adapter_name"),
			trainable: "is_trainable",
			onWrapped: "nest",
		}),
	];
}

function autoEntry([name, family]: readonly [string, Family]): ApiSpec {
	return api(
		`peft.${name}.from_pretrained`,
		["pretrained_model_name_or_path", "adapter_name", "is_trainable", "config", "revision"],
		{
			kind: "create-wrapped",
			family,
			source: "pretrained_model_name_or_path",
			adapterName: adapterNamed("adapter_name"),
			trainable: "is_trainable",
		},
	);
}

const WRITE_ADAPTER: Effect = { kind: "write-adapter", model: "model", adapterName: adapterNamed("adapter_name") };
const READ: Effect = { kind: "read", model: "model" };
const CONTEXT: Effect = { kind: "context", model: "model" };
const OPTIMIZER: Effect = { kind: "optimizer", params: "model" };
const KBIT: Effect = { kind: "same", model: "model", what: "kbit-prepare" };

const FUNCTIONS: readonly ApiSpec[] = [
	api(
		"peft.get_peft_model",
		["model", "peft_config", "adapter_name", "mixed", "autocast_adapter_dtype", "revision", "low_cpu_mem_usage"],
		WRAP,
	),
	api("peft.inject_adapter_in_model", ["peft_config", "model", "adapter_name", "low_cpu_mem_usage", "state_dict"], {
		kind: "inject",
		model: "model",
		config: "peft_config",
		adapterName: adapterNamed("adapter_name"),
	}),
	api(
		"peft.prepare_model_for_kbit_training",
		["model", "use_gradient_checkpointing", "gradient_checkpointing_kwargs", "auto_clear_cache"],
		KBIT,
	),
	// PEFT 0.2 to 0.9.
	api("peft.prepare_model_for_int8_training", ["model", "use_gradient_checkpointing"], KBIT),
	// Loads the first expert as PeftModel.from_pretrained does and the others beside it.
	api(
		"peft.create_arrow_model",
		["base_model", "task_specific_adapter_paths", "arrow_config", "general_adapter_paths"],
		{
			kind: "load",
			model: "base_model",
			source: "task_specific_adapter_paths",
			adapterName: adapterNamed(undefined, "task_0"),
			trainable: undefined,
			onWrapped: "nest",
		},
	),
	...opaque(
		"peft.get_peft_config",
		"peft.compose_cartridge_adapters",
		"peft.TaskType",
		"peft.PeftType",
		"peft.utils.get_quantization_config",
		"peft.utils.infer_device",
		"peft.import_utils.is_bnb_available",
		"peft.import_utils.is_bnb_4bit_available",
	),

	// Weights out and in.
	api(
		"peft.get_peft_model_state_dict",
		["model", "state_dict", "adapter_name", "unwrap_compiled", "save_embedding_layers"],
		{ kind: "adapter-weights" },
	),
	api("peft.load_peft_weights", ["model_id", "device", "key_mapping"], { kind: "adapter-weights" }),
	api(
		"peft.set_peft_model_state_dict",
		["model", "peft_model_state_dict", "adapter_name", "ignore_mismatched_sizes", "low_cpu_mem_usage"],
		WRITE_ADAPTER,
	),
	api("peft.get_base_model_state_dict", ["model"], READ),
	// Base weights are not part of what the analysis keeps.
	api("peft.set_base_model_state_dict", ["model", "state_dict", "strict"], READ),
	api("peft.replace_lora_weights_loftq", ["peft_model", "model_path", "adapter_name", "callback"], {
		kind: "write-adapter",
		model: "peft_model",
		adapterName: adapterNamed("adapter_name"),
	}),
	api(
		"peft.initialize_lora_eva_weights",
		["model", "dataloader", "eva_state_dict", "forward_fn", "*", "adapter_name"],
		WRITE_ADAPTER,
	),
	api("peft.get_eva_state_dict", ["model", "dataloader", "peft_config"], READ),
	api(
		"peft.utils.hotswap.hotswap_adapter",
		["model", "model_name_or_path", "adapter_name", "torch_device"],
		WRITE_ADAPTER,
	),
	api(
		"peft.utils.hotswap.hotswap_adapter_from_state_dict",
		["model", "state_dict", "adapter_name", "config"],
		WRITE_ADAPTER,
	),
	api("peft.utils.hotswap.prepare_model_for_compiled_hotswap", ["model"], READ),
	api("peft.initialize_kv_prefix_from_text", ["model", "tokenizer", "*", "adapter_name"], WRITE_ADAPTER),
	api("peft.initialize_kv_prefix_from_past_key_values", ["model", "*", "adapter_name"], WRITE_ADAPTER),
	api("peft.tuners.lora.corda.preprocess_corda", ["model", "lora_config", "run_model", "hooked_model"], READ),
	api("peft.preprocess_loraga", ["model", "lora_config", "train_step", "cache_file"], READ),
	api("peft.convert_to_lora", ["model", "rank", "adapter_name"], READ),
	api("peft.save_as_lora", ["path", "model", "rank", "adapter_name"], { kind: "save", model: "model" }),

	// Looks and small changes that leave the adapters where they are.
	api("peft.get_layer_status", ["model"], READ),
	api("peft.get_model_status", ["model"], READ),
	api("peft.find_kappa_target_modules", ["model"], READ),
	api("peft.cast_mixed_precision_params", ["model", "dtype"], READ),
	api("peft.functional.cast_adapter_dtype", ["model", "adapter_name", "autocast_adapter_dtype"], READ),
	api("peft.helpers.update_forward_signature", ["model"], READ),
	api("peft.helpers.update_generate_signature", ["model"], READ),
	api("peft.helpers.update_signature", ["model", "method"], READ),
	...opaque("peft.helpers.check_if_peft_model"),
	api("peft.helpers.rescale_adapter_scale", ["model", "multiplier"], CONTEXT),
	api("peft.helpers.disable_input_dtype_casting", ["model", "active"], CONTEXT),
	api("peft.functional.set_adapter", ["model", "adapter_name", "inference_mode"], {
		kind: "set-adapter",
		model: "model",
		names: "adapter_name",
	}),
	api("peft.functional.delete_adapter", ["model", "adapter_name", "prefix"], {
		kind: "delete-adapter",
		model: "model",
		name: "adapter_name",
	}),
	api("peft.functional.set_requires_grad", ["model", "adapter_names", "requires_grad"], {
		kind: "requires-grad",
		model: "model",
		flag: "requires_grad",
		names: "adapter_names",
	}),

	api("peft.optimizers.create_loraplus_optimizer", ["model", "optimizer_cls"], OPTIMIZER),
	api("peft.optimizers.create_lorafa_optimizer", ["model", "r", "lora_alpha", "lr"], OPTIMIZER),
	api("peft.optimizers.create_riemannian_optimizer", ["model", "optimizer_cls"], OPTIMIZER),
];

const SELF_MERGE: Effect = { kind: "merge", model: "self" };

/** The tuner's own methods; a PeftModel hands them on to its tuner. */
function tunerMethods(on: "peft-model" | "tuner"): MethodSpec[] {
	return [
		method(on, "merge_and_unload", ["progressbar", "safe_merge", "adapter_names"], {
			kind: "unload",
			model: "self",
			merge: true,
			returns: "core",
		}),
		method(on, "unload", [], { kind: "unload", model: "self", merge: false, returns: "core" }),
		method(on, "merge_adapter", ["adapter_names", "safe_merge"], SELF_MERGE),
		method(on, "unmerge_adapter", [], { kind: "unmerge", model: "self" }),
		method(on, "add_weighted_adapter", ["adapters", "weights", "adapter_name", "combination_type"], {
			kind: "combine-adapters",
			model: "self",
			adapterName: adapterNamed("adapter_name"),
		}),
		method(on, "subtract_mutated_init", ["output_state_dict", "adapter_name"], { kind: "read", model: "self" }),
		method(on, "set_adapter", ["adapter_name", "inference_mode"], {
			kind: "set-adapter",
			model: "self",
			names: "adapter_name",
		}),
		method(on, "delete_adapter", ["adapter_name"], { kind: "delete-adapter", model: "self", name: "adapter_name" }),
		method(on, "set_requires_grad", ["adapter_names", "requires_grad"], {
			kind: "requires-grad",
			model: "self",
			flag: "requires_grad",
			names: "adapter_names",
		}),
		method(on, "disable_adapter_layers", [], { kind: "toggle-adapters", model: "self", enabled: false }),
		method(on, "enable_adapter_layers", [], { kind: "toggle-adapters", model: "self", enabled: true }),
		method(on, "supports_lora_conversion", ["adapter_name"], { kind: "read", model: "self" }),
	];
}

const WRAPPER_METHODS: readonly MethodSpec[] = [
	...tunerMethods("peft-model"),
	method("peft-model", "get_base_model", [], { kind: "unwrap", model: "self" }),
	method("peft-model", "load_adapter", ["model_id", "adapter_name", "is_trainable", "torch_device"], {
		kind: "load-adapter",
		model: "self",
		source: "model_id",
		adapterName: adapterNamed("adapter_name"),
		trainable: "is_trainable",
		activates: false,
	}),
	method("peft-model", "add_adapter", ["adapter_name", "peft_config", "low_cpu_mem_usage", "autocast_adapter_dtype"], {
		kind: "add-adapter",
		model: "self",
		config: "peft_config",
		adapterName: adapterNamed("adapter_name"),
		activates: false,
	}),
	method("peft-model", "disable_adapter", [], { kind: "context", model: "self" }),
	method("peft-model", "print_trainable_parameters", [], { kind: "inspect", model: "self" }),
	method("peft-model", "prepare_model_for_gradient_checkpointing", ["model"], { kind: "input-grads", model: "self" }),
	...methods(
		"peft-model",
		[
			"get_nb_trainable_parameters",
			"get_layer_status",
			"get_model_status",
			"get_prompt",
			"get_prompt_embedding_to_save",
			"create_or_update_model_card",
		],
		{ kind: "read", model: "self" },
	),
	// AdaLora's budget step, handed on to the tuner.
	...methods("peft-model", ["update_and_allocate"], { kind: "read", model: "self" }),
	...methods("tuner", ["update_and_allocate", "resize_modules_by_rank_pattern"], { kind: "read", model: "self" }),
	...tunerMethods("tuner"),
];

const ATTRIBUTES: readonly AttributeSpec[] = [
	{ on: "peft-model", name: "base_model", leads: "tuner" },
	// PeftModel has no `model` of its own: the tuner's is handed on.
	{ on: "peft-model", name: "model", leads: "inside" },
	{ on: "tuner", name: "model", leads: "inside" },
];

export const peft: Library = {
	root: "peft",
	apis: [
		...FUNCTIONS,
		...WRAPPER_CLASSES.flatMap(wrapperEntries),
		...AUTO_CLASSES.map(autoEntry),
		...configApis,
		...tunerApis,
	],
	methods: WRAPPER_METHODS,
	attributes: ATTRIBUTES,
	reexports: [
		{
			from: /^peft\.(?:peft_model|mapping|mapping_func|auto|mixed_model|config|functional|helpers)$/,
			to: "peft",
		},
		{ from: /^peft\.(?:utils|tuners)(?:\.\w+)*$/, to: "peft" },
		{ from: /^peft\.utils\.\w+$/, to: "peft.utils" },
		{ from: /^peft\.tuners\.tuners_utils$/, to: "peft.functional" },
		{ from: /^peft\.optimizers\.\w+$/, to: "peft.optimizers" },
	],
	peftClasses: WRAPPER_CLASSES.map((name) => `peft.${name}`),
	tunerClasses: ["peft.BaseTuner", "peft.LycorisTuner"],
	configClasses: configBases,
};
