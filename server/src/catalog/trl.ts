/** TRL: trainers that may wrap the model themselves, and models with a value head. */
import { adapterNamed, api, method, methods, opaque } from "./define";
import type { ApiSpec, Library, MethodSpec, Param } from "./types";

/**
 * Trainers by the parameters that come in a fixed place in every version; the rest is looked up by keyword only,
 * since versions reorder it.
 */
const TRAINERS: readonly (readonly [name: string, positional: readonly Param[], otherModels: readonly Param[]])[] = [
	["SFTTrainer", ["model", "args"], []],
	["DPOTrainer", ["model", "ref_model"], ["ref_model"]],
	["KTOTrainer", ["model", "ref_model"], ["ref_model"]],
	["RewardTrainer", ["model", "args"], []],
	["GRPOTrainer", ["model", "reward_funcs"], ["reward_funcs"]],
	["RLOOTrainer", ["model", "reward_funcs"], ["reward_funcs", "ref_policy", "reward_model"]],
	["DistillationTrainer", ["model"], ["teacher_model"]],
	["ORPOTrainer", ["model", "args"], []],
	["CPOTrainer", ["model", "args"], []],
	["BCOTrainer", ["model", "ref_model"], ["ref_model"]],
	// Until 0.11 the teacher came first.
	["GKDTrainer", [], ["teacher_model"]],
	["GOLDTrainer", ["model", "teacher_model"], ["teacher_model"]],
	["IWOPDTrainer", ["model", "teacher_model"], ["teacher_model"]],
	["MiniLLMTrainer", ["model", "teacher_model"], ["teacher_model", "reward_funcs"]],
	["OnlineDPOTrainer", ["model", "ref_model"], ["ref_model", "reward_funcs", "reward_model", "judge"]],
	["NashMDTrainer", ["model", "ref_model"], ["ref_model", "reward_funcs", "reward_model", "judge"]],
	["XPOTrainer", ["model", "ref_model"], ["ref_model", "reward_funcs", "reward_model", "judge"]],
	["PRMTrainer", ["model", "args"], []],
	["SDFTTrainer", ["model"], ["ref_model", "teacher_model"]],
	["SDPOTrainer", ["model", "reward_funcs"], ["reward_funcs", "ref_model", "teacher_model"]],
	["SSDTrainer", ["model"], ["ref_model", "teacher_model"]],
	["TPOTrainer", ["model"], ["ref_model"]],
	["A2POTrainer", ["model", "reward_funcs"], ["reward_funcs"]],
	["GMPOTrainer", ["model", "reward_funcs"], ["reward_funcs"]],
	["GFPOTrainer", ["model", "reward_funcs"], ["reward_funcs"]],
	["GRPOWithReplayBufferTrainer", ["model", "reward_funcs"], ["reward_funcs"]],
	["AsyncGRPOTrainer", ["model", "reward_funcs"], ["reward_funcs"]],
	["AsyncDistillationTrainer", ["model"], ["teacher_model"]],
	["ServerDistillationTrainer", ["model"], []],
	["PAPOTrainer", ["model", "reward_funcs"], ["reward_funcs"]],
	["IterativeSFTTrainer", ["model"], []],
	// As it was until 0.11; later versions put other things in front and are called by keyword.
	["PPOTrainer", ["config", "model", "ref_model"], ["ref_model", "reward_model", "value_model"]],
	["PPOv2Trainer", [], ["ref_model", "reward_model", "value_model"]],
];

function trainerEntry([name, positional, otherModels]: (typeof TRAINERS)[number]): ApiSpec {
	const keywords = ["model", "peft_config", "optimizers", ...otherModels].filter(
		(param) => !positional.includes(param),
	);
	return api(`trl.${name}`, [...positional, "*", ...keywords], {
		kind: "trainer",
		model: "model",
		peftConfig: "peft_config",
		optimizers: "optimizers",
		otherModels,
	});
}

const VALUE_HEADS = ["AutoModelForCausalLMWithValueHead", "AutoModelForSeq2SeqLMWithValueHead"] as const;

function valueHeadEntries(name: (typeof VALUE_HEADS)[number]): ApiSpec[] {
	const family = name === "AutoModelForCausalLMWithValueHead" ? "CausalLM" : "Seq2SeqLM";
	return [
		api(
			`trl.${name}.from_pretrained`,
			[
				"pretrained_model_name_or_path",
				"*",
				"peft_config",
				"is_trainable",
				"quantization_config",
				"load_in_4bit",
				"load_in_8bit",
			],
			{
				kind: "create-model",
				family,
				source: "pretrained_model_name_or_path",
				returns: "model",
				prefix: "pretrained_model",
				peftConfig: "peft_config",
				quantization: { config: "quantization_config", load4bit: "load_in_4bit", load8bit: "load_in_8bit" },
			},
		),
		api(`trl.${name}`, ["pretrained_model"], {
			kind: "create-model",
			family,
			source: "pretrained_model",
			returns: "model",
			prefix: "pretrained_model",
		}),
	];
}

const FUNCTIONS: readonly ApiSpec[] = [
	// A config or None, by the arguments of the command line: nothing is known of it.
	...opaque(
		"trl.get_peft_config",
		"trl.get_quantization_config",
		"trl.get_kbit_device_map",
		"trl.TrlParser",
		"trl.get_dataset",
		"trl.ModelConfig",
		"trl.ScriptArguments",
		"trl.DataCollatorForCompletionOnlyLM",
		"trl.set_seed",
	),
	api("trl.create_reference_model", ["model"], { kind: "copy", model: "model", deep: true }),
	api("trl.setup_chat_format", ["model", "tokenizer"], {
		kind: "resize-embeddings",
		model: "model",
		returns: "first-of-tuple",
	}),
	api("trl.clone_chat_template", ["model", "tokenizer", "source_tokenizer_path"], {
		kind: "resize-embeddings",
		model: "model",
		returns: "first-of-tuple",
	}),
	api("trl.models.utils.prepare_peft_model", ["model", "peft_config", "args"], {
		kind: "wrap",
		model: "model",
		config: "peft_config",
		adapterName: adapterNamed(undefined),
		onWrapped: "merge",
		token: "P",
	}),
	api("trl.models.utils.unwrap_model_for_generation", ["model", "accelerator"], { kind: "context", model: "model" }),
	api("trl.models.utils.disable_dropout_in_model", ["model"], { kind: "read", model: "model" }),
	api("trl.models.utils.disable_gradient_checkpointing", ["model"], { kind: "context", model: "model" }),
	// Another adapter inside the block, the old one after it.
	api("trl.trainer.utils.use_adapter", ["model", "adapter_name"], { kind: "context", model: "model" }),
];

const METHODS: readonly MethodSpec[] = [
	...methods("trainer", ["generate_completions", "generate"], { kind: "opaque" }),
	method("trainer", "step", [], { kind: "trainer-train" }),
];

export const trl: Library = {
	root: "trl",
	apis: [...TRAINERS.map(trainerEntry), ...VALUE_HEADS.flatMap(valueHeadEntries), ...FUNCTIONS],
	patterns: [
		{ pattern: /^trl\.\w+Config$/, params: [], effect: { kind: "options" } },
		{ pattern: /^trl\.\w+(?:Config|Callback|Judge|Collator\w*)(?:\.\w+)?$/, params: [], effect: { kind: "opaque" } },
	],
	methods: METHODS,
	// The network inside a value head.
	attributes: [{ on: "any-model", name: "pretrained_model", leads: "strip" }],
	reexports: [
		{ from: /^trl\.(?:models(?:\.\w+)*|trainer\.utils|experimental\.utils)$/, to: "trl.models.utils" },
		{ from: /^trl\.(?:trainer|models|experimental|core|extras|import_utils)(?:\.\w+)*$/, to: "trl" },
	],
	trainerClasses: ["trl.BaseTrainer"],
};
