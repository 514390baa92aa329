/** Unsloth: loads 4-bit by default, and wraps from the config's fields. */
import { adapterNamed, api, method, methods, opaque } from "./define";
import type { ApiSpec, Library, MethodSpec } from "./types";

/** FastLanguageModel and its kin, one for each architecture; FastSentenceTransformer works differently. */
const FAST_MODEL = "Fast(?:Language|Vision|Text|Llama|Mistral|Qwen\\w*|Gemma\\w*|Cohere|Granite|FalconH1|Base)?Model";

function onFastModel(name: string): RegExp {
	return new RegExp(`^unsloth\\.${FAST_MODEL}\\.${name}$`);
}

const PATTERNS: NonNullable<Library["patterns"]> = [
	{
		pattern: onFastModel("from_pretrained"),
		params: ["model_name", "max_seq_length", "dtype", "load_in_4bit", "*", "load_in_8bit"],
		effect: {
			kind: "create-model",
			family: "CausalLM",
			source: "model_name",
			returns: "first-of-tuple",
			quantization: {
				load4bit: "load_in_4bit",
				load8bit: "load_in_8bit",
				default: "4bit",
				unless: ["load_in_16bit", "load_in_fp8", "full_finetuning"],
			},
		},
	},
	{
		pattern: onFastModel("get_peft_model"),
		params: ["model", "r", "target_modules", "lora_alpha", "lora_dropout", "bias"],
		effect: {
			kind: "wrap",
			model: "model",
			config: undefined,
			adapterName: adapterNamed(undefined),
			onWrapped: "same",
			token: "P",
		},
	},
	{
		pattern: onFastModel("(?:for_training|for_inference)"),
		params: ["model"],
		effect: { kind: "same", model: "model", what: "mode" },
	},
	{
		pattern: onFastModel("(?:patch_peft_model|post_patch)"),
		params: ["model"],
		effect: { kind: "same", model: "model", what: "other" },
	},
];

const APIS: readonly ApiSpec[] = [
	// An SFTTrainer of TRL's.
	api("unsloth.UnslothTrainer", ["model", "args", "*", "peft_config", "optimizers"], {
		kind: "trainer",
		model: "model",
		peftConfig: "peft_config",
		optimizers: "optimizers",
		otherModels: [],
	}),
	api("unsloth.unsloth_train", ["trainer"], { kind: "trainer-train", trainer: "trainer" }),
	api("unsloth.chat_templates.train_on_responses_only", ["trainer", "instruction_part", "response_part"], {
		kind: "same",
		model: "trainer",
		what: "other",
	}),
	api("unsloth.add_new_tokens", ["model", "tokenizer"], { kind: "resize-embeddings", model: "model" }),
	...opaque(
		"unsloth.UnslothTrainingArguments",
		"unsloth.UnslothVisionDataCollator",
		"unsloth.PatchDPOTrainer",
		"unsloth.PatchKTOTrainer",
		"unsloth.PatchFastRL",
		"unsloth.is_bfloat16_supported",
		"unsloth.is_bf16_supported",
		"unsloth.get_gpu_memory_stats",
		"unsloth.clear_gpu_memory",
		"unsloth.vLLMSamplingParams",
		"unsloth.to_sharegpt",
		"unsloth.apply_chat_template",
		"unsloth.standardize_sharegpt",
		"unsloth.chat_templates.get_chat_template",
		"unsloth.chat_templates.standardize_sharegpt",
		"unsloth.chat_templates.standardize_data_formats",
		"unsloth.chat_templates.to_sharegpt",
		"unsloth.chat_templates.apply_chat_template",
		"unsloth.chat_templates.create_ollama_modelfile",
	),
];

/** Attached to every model that Unsloth loads. They merge into a copy on the way out, or save what is there. */
const METHODS: readonly MethodSpec[] = [
	...methods(
		"any-model",
		[
			"save_pretrained_merged",
			"push_to_hub_merged",
			"save_pretrained_gguf",
			"push_to_hub_gguf",
			"save_pretrained_ggml",
			"push_to_hub_ggml",
			"save_pretrained_torchao",
			"save_lora",
			"load_lora",
			"fast_generate",
		],
		{ kind: "read", model: "self" },
	),
	method("any-model", "for_training", [], { kind: "same", model: "self", what: "mode" }),
	method("any-model", "for_inference", [], { kind: "same", model: "self", what: "mode" }),
];

export const unsloth: Library = {
	root: "unsloth",
	apis: APIS,
	patterns: PATTERNS,
	methods: METHODS,
	reexports: [
		{ from: /^unsloth\.(?:models(?:\.\w+)*|trainer|tokenizer_utils|_utils|utils)$/, to: "unsloth" },
		{ from: /^unsloth$/, to: "unsloth.chat_templates" },
	],
};
