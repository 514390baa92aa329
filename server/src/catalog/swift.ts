/** ms-swift: PEFT's names under another root, and the Swift class over PEFT and its own tuners. */
import { adapterNamed, api, opaque } from "./define";
import { peft } from "./peft";
import type { ApiSpec, Library, Param } from "./types";

/** What `swift.tuners` takes over from PEFT. */
const FROM_PEFT: ReadonlySet<string> = new Set([
	"AdaLoraConfig",
	"BOFTConfig",
	"LoftQConfig",
	"LoHaConfig",
	"LoKrConfig",
	"LoraConfig",
	"OFTConfig",
	"PeftConfig",
	"PeftModel",
	"PeftModelForCausalLM",
	"PeftModelForSeq2SeqLM",
	"PeftModelForSequenceClassification",
	"PeftModelForTokenClassification",
	"PrefixTuningConfig",
	"PromptEncoderConfig",
	"PromptLearningConfig",
	"PromptTuningConfig",
	"VeraConfig",
	"get_peft_config",
	"get_peft_model",
	"get_peft_model_state_dict",
]);

function fromPeft(name: string): string | undefined {
	const [, member = ""] = name.split(".");
	return FROM_PEFT.has(member) ? name.replace(/^peft/, "swift") : undefined;
}

function takenOver(spec: ApiSpec): ApiSpec[] {
	const name = fromPeft(spec.name);
	return name === undefined ? [] : [{ ...spec, name }];
}

const TRAINER_PARAMS: readonly Param[] = ["model", "args", "*", "optimizers"];

const APIS: readonly ApiSpec[] = [
	...peft.apis.flatMap(takenOver),
	api("swift.Swift.prepare_model", ["model", "config", "*", "adapter_name"], {
		kind: "wrap",
		model: "model",
		config: "config",
		adapterName: adapterNamed("adapter_name"),
		onWrapped: "nest",
		token: "P",
		foreignConfigs: true,
	}),
	api("swift.Swift.from_pretrained", ["model", "model_id", "adapter_name", "revision", "*", "is_trainable"], {
		kind: "load",
		model: "model",
		source: "model_id",
		adapterName: adapterNamed("adapter_name"),
		trainable: "is_trainable",
		onWrapped: "load-adapter",
	}),
	api("swift.Swift.merge_and_unload", ["model"], { kind: "unload", model: "model", merge: true, returns: "none" }),
	api("swift.Swift.merge", ["model"], { kind: "merge", model: "model" }),
	api("swift.Swift.unmerge", ["model"], { kind: "unmerge", model: "model" }),
	// Version 2 and 3, then 4.
	api("swift.llm.get_model_tokenizer", ["model_id_or_path", "*", "quantization_config"], {
		kind: "create-model",
		family: "Unknown",
		source: "model_id_or_path",
		returns: "first-of-tuple",
		quantization: { config: "quantization_config" },
	}),
	api("swift.get_model_processor", ["model_id_or_path", "*", "quantization_config"], {
		kind: "create-model",
		family: "Unknown",
		source: "model_id_or_path",
		returns: "first-of-tuple",
		quantization: { config: "quantization_config" },
	}),
	...["Trainer", "Seq2SeqTrainer"].map((name) =>
		api(`swift.${name}`, TRAINER_PARAMS, {
			kind: "trainer",
			model: "model",
			peftConfig: undefined,
			optimizers: "optimizers",
			otherModels: [],
		}),
	),
	...opaque(
		"swift.Swift.save_to_peft_format",
		"swift.TrainingArguments",
		"swift.Seq2SeqTrainingArguments",
		"swift.get_logger",
		"swift.get_template",
		"swift.llm.get_template",
		"swift.load_dataset",
		"swift.llm.load_dataset",
		"swift.safe_snapshot_download",
		"swift.utils.get_model_parameter_info",
		"swift.utils.find_all_linears",
		"swift.utils.seed_everything",
		"swift.utils.plot_images",
	),
];

export const swift: Library = {
	root: "swift",
	apis: APIS,
	reexports: [
		{ from: /^swift\.(?:tuners|model|trainers|template|dataset|utils|llm)(?:\.\w+)*$/, to: "swift" },
		{ from: /^swift\.(?:llm(?:\.\w+)*|model(?:\.\w+)*)$/, to: "swift.llm" },
	],
	peftClasses: (peft.peftClasses ?? []).flatMap((name) => fromPeft(name) ?? []),
	configClasses: (peft.configClasses ?? []).flatMap((name) => fromPeft(name) ?? []),
};
