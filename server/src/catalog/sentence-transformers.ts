/** Sentence Transformers. */
import { adapterNamed, api, method, methods, opaque } from "./define";
import type { ApiSpec, Library, MethodSpec } from "./types";

const TRAINERS = ["SentenceTransformerTrainer", "SparseEncoderTrainer", "CrossEncoderTrainer"] as const;

const APIS: readonly ApiSpec[] = [
	...["SentenceTransformer", "SparseEncoder"].map((name) =>
		api(`sentence_transformers.${name}`, ["model_name_or_path", "modules", "device"], {
			kind: "create-model",
			family: "Unknown",
			source: "model_name_or_path",
			returns: "model",
			prefix: "0.auto_model",
		}),
	),
	...TRAINERS.map((name) =>
		api(`sentence_transformers.${name}`, ["model", "args", "train_dataset", "eval_dataset", "*", "optimizers"], {
			kind: "trainer",
			model: "model",
			peftConfig: undefined,
			optimizers: "optimizers",
			otherModels: [],
		}),
	),
	...opaque(
		// Holds its network in a field, under a name that changed between versions.
		"sentence_transformers.CrossEncoder",
		"sentence_transformers.InputExample",
		"sentence_transformers.SentenceTransformerTrainingArguments",
		"sentence_transformers.CrossEncoderTrainingArguments",
		"sentence_transformers.SparseEncoderTrainingArguments",
		"sentence_transformers.SentenceTransformerModelCardData",
		"sentence_transformers.util.mine_hard_negatives",
		"sentence_transformers.util.cos_sim",
		"sentence_transformers.util.semantic_search",
		"sentence_transformers.mine_hard_negatives",
	),
];

/** Handed on to the network of the first module, so they behave as transformers' own. */
const ADAPTER_METHODS: readonly MethodSpec[] = [
	method("sentence-transformer", "add_adapter", ["adapter_config", "adapter_name"], {
		kind: "add-adapter",
		model: "self",
		config: "adapter_config",
		adapterName: adapterNamed("adapter_name"),
		activates: true,
	}),
	method("sentence-transformer", "load_adapter", ["peft_model_id", "adapter_name", "*", "is_trainable"], {
		kind: "load-adapter",
		model: "self",
		source: "peft_model_id",
		adapterName: adapterNamed("adapter_name"),
		trainable: "is_trainable",
		activates: true,
	}),
	method("sentence-transformer", "set_adapter", ["adapter_name"], {
		kind: "set-adapter",
		model: "self",
		names: "adapter_name",
	}),
	method("sentence-transformer", "delete_adapter", ["adapter_names"], {
		kind: "delete-adapter",
		model: "self",
		name: "adapter_names",
	}),
	method("sentence-transformer", "disable_adapters", [], { kind: "toggle-adapters", model: "self", enabled: false }),
	method("sentence-transformer", "enable_adapters", [], { kind: "toggle-adapters", model: "self", enabled: true }),
	...methods(
		"sentence-transformer",
		[
			"active_adapters",
			"get_adapter_state_dict",
			"similarity",
			"similarity_pairwise",
			"get_sentence_embedding_dimension",
			"get_max_seq_length",
			"tokenize",
			"start_multi_process_pool",
			"stop_multi_process_pool",
			"evaluate",
		],
		{ kind: "read", model: "self" },
	),
	...methods("sentence-transformer", ["encode", "encode_query", "encode_document", "encode_multi_process"], {
		kind: "run",
		model: "self",
	}),
	...methods("sentence-transformer", ["save", "save_to_hub"], { kind: "save", model: "self" }),
];

/** Losses and evaluators are built over the model and only run it. */
const OVER_A_MODEL = "(?:losses|evaluation|models|datasets|readers|sampler|training_args|quantization)";

export const sentenceTransformers: Library = {
	root: "sentence_transformers",
	apis: APIS,
	patterns: [
		{
			pattern: new RegExp(
				`^sentence_transformers\\.(?:(?:cross_encoder|sparse_encoder)\\.)?${OVER_A_MODEL}\\.(?:\\w+\\.)*[A-Z]\\w*$`,
			),
			params: [],
			effect: { kind: "opaque" },
		},
	],
	methods: ADAPTER_METHODS,
	reexports: [
		{
			from: /^sentence_transformers\.(?:trainer|cross_encoder|sparse_encoder|readers|training_args|util)(?:\.\w+)*$/,
			to: "sentence_transformers",
		},
	],
};
