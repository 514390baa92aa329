import { describe, expect, test } from "vitest";
import {
	type ClassKind,
	classKind,
	isLibraryRoot,
	lookupApi,
	lookupAttribute,
	lookupMethod,
	mayExport,
	peftRoots,
	starNames,
} from "./index";
import type { Effect, Receiver } from "./types";

type Kind = Effect["kind"];

describe("lookupApi finds the canonical name and the effect", () => {
	const rows: readonly (readonly [name: string, canonical: string, kind: Kind])[] = [
		// PEFT, by every module its names have lived in.
		["peft.get_peft_model", "peft.get_peft_model", "wrap"],
		["peft.mapping.get_peft_model", "peft.get_peft_model", "wrap"],
		["transformers.get_peft_model", "peft.get_peft_model", "wrap"],
		["peft.mapping_func.get_peft_model", "peft.get_peft_model", "wrap"],
		["peft.PeftModel", "peft.PeftModel", "wrap"],
		["peft.peft_model.PeftModelForCausalLM", "peft.PeftModelForCausalLM", "wrap"],
		["peft.PeftModel.from_pretrained", "peft.PeftModel.from_pretrained", "load"],
		["peft.peft_model.PeftModel.from_pretrained", "peft.PeftModel.from_pretrained", "load"],
		["peft.mixed_model.PeftMixedModel.from_pretrained", "peft.PeftMixedModel.from_pretrained", "load"],
		[
			"peft.auto.AutoPeftModelForCausalLM.from_pretrained",
			"peft.AutoPeftModelForCausalLM.from_pretrained",
			"create-wrapped",
		],
		["peft.inject_adapter_in_model", "peft.inject_adapter_in_model", "inject"],
		["peft.mapping.inject_adapter_in_model", "peft.inject_adapter_in_model", "inject"],
		["peft.LoraConfig", "peft.LoraConfig", "config"],
		["peft.tuners.LoraConfig", "peft.LoraConfig", "config"],
		["peft.tuners.lora.LoraConfig", "peft.LoraConfig", "config"],
		["peft.tuners.lora.config.LoraConfig", "peft.LoraConfig", "config"],
		["peft.LoraConfig.from_pretrained", "peft.LoraConfig.from_pretrained", "config-from-pretrained"],
		["peft.config.PeftConfig.from_pretrained", "peft.PeftConfig.from_pretrained", "config-from-pretrained"],
		["peft.tuners.lora.model.LoraModel", "peft.LoraModel", "wrap"],
		["peft.prepare_model_for_kbit_training", "peft.prepare_model_for_kbit_training", "same"],
		["peft.utils.other.prepare_model_for_kbit_training", "peft.prepare_model_for_kbit_training", "same"],
		["peft.utils.set_peft_model_state_dict", "peft.set_peft_model_state_dict", "write-adapter"],
		["peft.utils.save_and_load.get_peft_model_state_dict", "peft.get_peft_model_state_dict", "adapter-weights"],
		["peft.utils.hotswap.hotswap_adapter", "peft.utils.hotswap.hotswap_adapter", "write-adapter"],
		["peft.helpers.rescale_adapter_scale", "peft.helpers.rescale_adapter_scale", "context"],
		["peft.functional.set_adapter", "peft.functional.set_adapter", "set-adapter"],
		["peft.functional.inject_adapter_in_model", "peft.inject_adapter_in_model", "inject"],
		["peft.optimizers.create_loraplus_optimizer", "peft.optimizers.create_loraplus_optimizer", "optimizer"],
		["peft.optimizers.loraplus.create_loraplus_optimizer", "peft.optimizers.create_loraplus_optimizer", "optimizer"],
		// transformers.
		[
			"transformers.AutoModelForCausalLM.from_pretrained",
			"transformers.AutoModelForCausalLM.from_pretrained",
			"create-model",
		],
		["transformers.AutoModel.from_config", "transformers.AutoModel.from_config", "create-model"],
		["transformers.PreTrainedModel.from_pretrained", "transformers.PreTrainedModel.from_pretrained", "create-model"],
		["transformers.LlamaForCausalLM", "transformers.LlamaForCausalLM", "create-model"],
		["transformers.LlamaForCausalLM._from_config", "transformers.LlamaForCausalLM._from_config", "create-model"],
		[
			"transformers.models.llama.modeling_llama.LlamaForCausalLM.from_pretrained",
			"transformers.LlamaForCausalLM.from_pretrained",
			"create-model",
		],
		[
			"transformers.models.auto.AutoModelForSeq2SeqLM.from_pretrained",
			"transformers.AutoModelForSeq2SeqLM.from_pretrained",
			"create-model",
		],
		["transformers.modeling_utils.unwrap_model", "transformers.modeling_utils.unwrap_model", "strip"],
		["transformers.trainer.Trainer", "transformers.Trainer", "trainer"],
		["transformers.trainer_seq2seq.Seq2SeqTrainer", "transformers.Seq2SeqTrainer", "trainer"],
		["transformers.BitsAndBytesConfig", "transformers.BitsAndBytesConfig", "options"],
		["transformers.utils.quantization_config.BitsAndBytesConfig", "transformers.BitsAndBytesConfig", "options"],
		["transformers.optimization.Adafactor", "transformers.Adafactor", "optimizer"],
		["transformers.pipeline", "transformers.pipeline", "opaque"],
		// TRL.
		["trl.SFTTrainer", "trl.SFTTrainer", "trainer"],
		["trl.trainer.SFTTrainer", "trl.SFTTrainer", "trainer"],
		["trl.trainer.sft_trainer.SFTTrainer", "trl.SFTTrainer", "trainer"],
		["trl.experimental.cpo.CPOTrainer", "trl.CPOTrainer", "trainer"],
		["trl.experimental.async_grpo.async_grpo_trainer.AsyncGRPOTrainer", "trl.AsyncGRPOTrainer", "trainer"],
		["trl.models.utils.prepare_peft_model", "trl.models.utils.prepare_peft_model", "wrap"],
		["trl.experimental.utils.prepare_peft_model", "trl.models.utils.prepare_peft_model", "wrap"],
		[
			"trl.experimental.ppo.AutoModelForCausalLMWithValueHead.from_pretrained",
			"trl.AutoModelForCausalLMWithValueHead.from_pretrained",
			"create-model",
		],
		["trl.models.create_reference_model", "trl.create_reference_model", "copy"],
		["trl.get_peft_config", "trl.get_peft_config", "opaque"],
		// PyTorch.
		["torch.compile", "torch.compile", "prefix"],
		["torch.nn.DataParallel", "torch.nn.DataParallel", "prefix"],
		["torch.nn.parallel.DataParallel", "torch.nn.DataParallel", "prefix"],
		["torch.nn.parallel.DistributedDataParallel", "torch.nn.parallel.DistributedDataParallel", "prefix"],
		["torch.nn.parallel.distributed.DistributedDataParallel", "torch.nn.parallel.DistributedDataParallel", "prefix"],
		["torch.distributed.fsdp.FullyShardedDataParallel", "torch.distributed.fsdp.FullyShardedDataParallel", "prefix"],
		["torch.distributed._composable.fsdp.fully_shard", "torch.distributed.fsdp.fully_shard", "environment"],
		["torch.optim.AdamW", "torch.optim.AdamW", "optimizer"],
		["torch.optim.adamw.AdamW", "torch.optim.AdamW", "optimizer"],
		["torch.optim.lr_scheduler.LambdaLR", "torch.optim.lr_scheduler.LambdaLR", "opaque"],
		["torch.nn.Sequential", "torch.nn.Sequential", "create-model"],
		["torch.nn.Linear", "torch.nn.Linear", "opaque"],
		["torch.save", "torch.save", "opaque"],
		["torch.no_grad", "torch.no_grad", "opaque"],
		["torch.manual_seed", "torch.manual_seed", "opaque"],
		["torch.cuda.empty_cache", "torch.cuda.empty_cache", "opaque"],
		// The others.
		["accelerate.Accelerator", "accelerate.Accelerator", "accelerator"],
		["accelerate.accelerator.Accelerator", "accelerate.Accelerator", "accelerator"],
		["accelerate.utils.other.extract_model_from_parallel", "accelerate.utils.extract_model_from_parallel", "strip"],
		["bitsandbytes.optim.PagedAdamW8bit", "bitsandbytes.optim.PagedAdamW8bit", "optimizer"],
		["bitsandbytes.optim.adamw.AdamW8bit", "bitsandbytes.optim.AdamW8bit", "optimizer"],
		["unsloth.FastLanguageModel.from_pretrained", "unsloth.FastLanguageModel.from_pretrained", "create-model"],
		["unsloth.FastVisionModel.get_peft_model", "unsloth.FastVisionModel.get_peft_model", "wrap"],
		["unsloth.models.llama.FastLlamaModel.get_peft_model", "unsloth.FastLlamaModel.get_peft_model", "wrap"],
		["unsloth.FastModel.for_inference", "unsloth.FastModel.for_inference", "same"],
		["unsloth.chat_templates.train_on_responses_only", "unsloth.chat_templates.train_on_responses_only", "same"],
		["unsloth.UnslothTrainer", "unsloth.UnslothTrainer", "trainer"],
		["swift.Swift.prepare_model", "swift.Swift.prepare_model", "wrap"],
		["swift.tuners.Swift.from_pretrained", "swift.Swift.from_pretrained", "load"],
		["swift.tuners.base.Swift.merge_and_unload", "swift.Swift.merge_and_unload", "unload"],
		["swift.tuners.LoraConfig", "swift.LoraConfig", "config"],
		["swift.tuners.peft.get_peft_model", "swift.get_peft_model", "wrap"],
		["swift.tuners.PeftModel.from_pretrained", "swift.PeftModel.from_pretrained", "load"],
		["swift.llm.get_model_tokenizer", "swift.llm.get_model_tokenizer", "create-model"],
		[
			"modelscope.AutoModelForCausalLM.from_pretrained",
			"modelscope.AutoModelForCausalLM.from_pretrained",
			"create-model",
		],
		[
			"modelscope.utils.hf_util.AutoModelForCausalLM.from_pretrained",
			"modelscope.AutoModelForCausalLM.from_pretrained",
			"create-model",
		],
		["sentence_transformers.SentenceTransformer", "sentence_transformers.SentenceTransformer", "create-model"],
		[
			"sentence_transformers.losses.CosineSimilarityLoss",
			"sentence_transformers.losses.CosineSimilarityLoss",
			"opaque",
		],
		[
			"sentence_transformers.trainer.SentenceTransformerTrainer",
			"sentence_transformers.SentenceTransformerTrainer",
			"trainer",
		],
		[
			"diffusers.StableDiffusionPipeline.from_pretrained",
			"diffusers.StableDiffusionPipeline.from_pretrained",
			"create-model",
		],
		[
			"diffusers.UNet2DConditionModel.from_pretrained",
			"diffusers.UNet2DConditionModel.from_pretrained",
			"create-model",
		],
		["diffusers.DDPMScheduler.from_pretrained", "diffusers.DDPMScheduler.from_pretrained", "opaque"],
		["deepspeed.initialize", "deepspeed.initialize", "prepare"],
		["lightning.pytorch.Trainer", "lightning.Trainer", "opaque"],
		["pytorch_lightning.Trainer", "pytorch_lightning.Trainer", "opaque"],
		["copy.deepcopy", "copy.deepcopy", "copy"],
		["builtins.print", "builtins.print", "opaque"],
		["sys.exit", "sys.exit", "exit"],
		["os._exit", "os._exit", "exit"],
		["wandb.watch", "wandb.watch", "opaque"],
	];
	test.each(rows)("%s is %s (%s)", (name, canonical, kind) => {
		const spec = lookupApi(name);
		expect([spec?.name, spec?.effect.kind]).toEqual([canonical, kind]);
	});
});

describe("lookupApi keeps silent about what only looks alike", () => {
	test.each([
		"mypeft.get_peft_model",
		"peft",
		"get_peft_model",
		"peft.unknown_thing",
		"peft.get_peft_models",
		"peft.Get_peft_model",
		"peft.set_adapter",
		"peft.helpers.unknown_thing",
		"peft.my_plugin.get_peft_model",
		"peft.PeftModel.from_pretrained.x",
		"peft_utils.peft.get_peft_model",
		"my.peft.get_peft_model",
		"adapters.init",
		"adapters.AutoAdapterModel.from_pretrained",
		"paddlenlp.peft.LoRAModel",
		"paddlenlp.peft.LoRAModel.from_pretrained",
		"peft.LoRAModel",
		"transformers.unknown_function",
		"transformers.AutoModelForCausalLM.unknown",
		"transformers.my_app.models.LlamaForCausalLM.from_pretrained",
		"torch.jit.script",
		"torch.jit.compile",
		"torch.nn.Module",
		"torch.nn.ModuleList",
		"torch.optim.unknown",
		"bitsandbytes.optim.GlobalOptimManager",
		"unsloth.FastSentenceTransformer.from_pretrained",
		"swift.unknown_thing",
		"swift.common.utils.get_logger.x",
		"modelscope.models.Model.from_pretrained",
		"builtins.list",
		"builtins.getattr",
		`transformers.${"For".repeat(10_000)}.from_pretrained`,
		"",
		".",
		"peft.",
		"constructor",
		"peft.constructor",
		"__proto__.x",
	])("%s", (name) => {
		expect(lookupApi(name)).toBeUndefined();
	});
});

describe("what transformers' from_pretrained makes", () => {
	const rows: readonly (readonly [className: string, family: string])[] = [
		["AutoModelForCausalLM", "CausalLM"],
		["LlamaForCausalLM", "CausalLM"],
		["GPT2LMHeadModel", "CausalLM"],
		["AutoModelForSeq2SeqLM", "Seq2SeqLM"],
		["AutoModelForSpeechSeq2Seq", "Seq2SeqLM"],
		["T5ForConditionalGeneration", "Seq2SeqLM"],
		["WhisperForConditionalGeneration", "Seq2SeqLM"],
		["MarianMTModel", "Seq2SeqLM"],
		["Qwen2VLForConditionalGeneration", "Unknown"],
		["LlavaForConditionalGeneration", "Unknown"],
		["AutoModelForVision2Seq", "Unknown"],
		["AutoModelForImageTextToText", "Unknown"],
		["AutoModelForMaskedLM", "Unknown"],
		["AutoModelForSequenceClassification", "SequenceClassification"],
		["BertForSequenceClassification", "SequenceClassification"],
		["AutoModelForTokenClassification", "TokenClassification"],
		["AutoModelForQuestionAnswering", "QuestionAnswering"],
		["AutoModel", "Backbone"],
		["LlamaModel", "Backbone"],
		["T5EncoderModel", "Backbone"],
		["CLIPTextModelWithProjection", "Backbone"],
		["VisionEncoderDecoderModel", "Unknown"],
		["PreTrainedModel", "Unknown"],
	];
	test.each(rows)("%s: %s", (className, family) => {
		expect(lookupApi(`transformers.${className}.from_pretrained`)?.effect).toMatchObject({
			kind: "create-model",
			family,
			source: "pretrained_model_name_or_path",
			quantization: { config: "quantization_config", load4bit: "load_in_4bit", load8bit: "load_in_8bit" },
		});
	});

	test.each([
		"AutoTokenizer",
		"LlamaTokenizerFast",
		"AutoProcessor",
		"WhisperProcessor",
		"AutoConfig",
		"LlamaConfig",
		"GenerationConfig",
		"AutoFeatureExtractor",
		"AutoImageProcessor",
		"TFAutoModelForCausalLM",
		"FlaxBertModel",
		"DataCollatorForLanguageModeling",
	])("%s is no model", (className) => {
		expect(["opaque", undefined]).toContain(lookupApi(`transformers.${className}.from_pretrained`)?.effect.kind);
		expect(classKind(`transformers.${className}`)).toBeUndefined();
	});
});

describe("lookupMethod", () => {
	const rows: readonly (readonly [on: Receiver, name: string, kind: Kind | undefined])[] = [
		["peft-model", "merge_and_unload", "unload"],
		["peft-model", "unload", "unload"],
		["peft-model", "get_base_model", "unwrap"],
		["peft-model", "load_adapter", "load-adapter"],
		["peft-model", "add_adapter", "add-adapter"],
		["peft-model", "set_adapter", "set-adapter"],
		["peft-model", "disable_adapter", "context"],
		["peft-model", "print_trainable_parameters", "inspect"],
		["peft-model", "save_pretrained", "save"],
		["peft-model", "to", "same"],
		["peft-model", "generate", "run"],
		["tuner", "merge_and_unload", "unload"],
		["tuner", "disable_adapter_layers", "toggle-adapters"],
		["tuner", "get_base_model", undefined],
		["core", "load_adapter", "load-adapter"],
		["core", "merge_and_unload", undefined],
		["core", "unload", undefined],
		["core", "print_trainable_parameters", undefined],
		["core", "get_base_model", undefined],
		["core", "eval", "same"],
		["core", "resize_token_embeddings", "resize-embeddings"],
		["core", "gradient_checkpointing_enable", "checkpointing"],
		["core", "enable_input_require_grads", "input-grads"],
		["any-model", "compile", "environment"],
		["any-model", "requires_grad_", "requires-grad"],
		["any-model", "load_state_dict", "load-state-dict"],
		["any-model", "parameters", "read"],
		["any-model", "load_adapter", undefined],
		["diffusion", "load_lora_weights", "load-adapter"],
		["diffusion", "fuse_lora", "merge"],
		["diffusion", "to", "same"],
		["sentence-transformer", "add_adapter", "add-adapter"],
		["sentence-transformer", "encode", "run"],
		["trainer", "train", "trainer-train"],
		["trainer", "evaluate", "trainer-evaluate"],
		["trainer", "save_model", "trainer-save"],
		["trainer", "push_to_hub", "trainer-save"],
		["trainer", "add_callback", "opaque"],
		["trainer", "to", undefined],
		["optimizer", "step", "optimizer-step"],
		["optimizer", "zero_grad", "opaque"],
		["accelerator", "prepare", "prepare"],
		["accelerator", "unwrap_model", "strip"],
		["accelerator", "backward", "opaque"],
		["accelerator", "to", undefined],
	];
	test.each(rows)("%s.%s: %s", (on, name, kind) => {
		expect(lookupMethod(on, name)?.effect.kind).toBe(kind);
	});

	test("PEFT and transformers take the parts of an adapter in opposite order, and only transformers activates it", () => {
		expect(lookupMethod("peft-model", "add_adapter")).toMatchObject({
			params: expect.arrayContaining(["adapter_name", "peft_config"]),
			effect: { activates: false },
		});
		expect(lookupMethod("peft-model", "add_adapter")?.params.slice(0, 2)).toEqual(["adapter_name", "peft_config"]);
		expect(lookupMethod("core", "add_adapter")?.params).toEqual(["adapter_config", "adapter_name"]);
		expect(lookupMethod("core", "add_adapter")?.effect).toMatchObject({ activates: true });
		expect(lookupMethod("peft-model", "load_adapter")?.effect).toMatchObject({ activates: false });
		expect(lookupMethod("core", "load_adapter")?.effect).toMatchObject({ activates: true });
	});
});

describe("lookupAttribute", () => {
	const rows: readonly (readonly [on: Receiver, name: string, leads: string | undefined])[] = [
		["peft-model", "base_model", "tuner"],
		["peft-model", "model", "inside"],
		["tuner", "model", "inside"],
		["core", "model", undefined],
		["core", "base_model", undefined],
		["any-model", "module", "strip"],
		["any-model", "_orig_mod", "strip"],
		["any-model", "pretrained_model", "strip"],
		["trainer", "model", "model"],
		["trainer", "base_model", undefined],
		["optimizer", "module", undefined],
	];
	test.each(rows)("%s.%s leads to %s", (on, name, leads) => {
		expect(lookupAttribute(on, name)?.leads).toBe(leads);
	});
});

describe("classKind", () => {
	const rows: readonly (readonly [name: string, kind: ClassKind | undefined])[] = [
		["peft.PeftModel", "peft-model"],
		["peft.peft_model.PeftModel", "peft-model"],
		["peft.PeftModelForCausalLM", "peft-model"],
		["peft.PeftMixedModel", "peft-model"],
		["swift.tuners.PeftModel", "peft-model"],
		["peft.tuners.lora.LoraModel", "tuner"],
		["peft.tuners.tuners_utils.BaseTuner", "tuner"],
		["peft.LoraConfig", "config"],
		["peft.PeftConfig", "config"],
		["peft.PromptLearningConfig", "config"],
		["transformers.PreTrainedModel", "module"],
		["transformers.modeling_utils.PreTrainedModel", "module"],
		["transformers.LlamaForCausalLM", "module"],
		["torch.nn.Module", "module"],
		["torch.nn.modules.module.Module", "module"],
		["lightning.pytorch.LightningModule", "module"],
		["pytorch_lightning.LightningModule", "module"],
		["sentence_transformers.SentenceTransformer", "module"],
		["diffusers.UNet2DConditionModel", "module"],
		["transformers.Trainer", "trainer"],
		["trl.SFTTrainer", "trainer"],
		["trl.trainer.dpo_trainer.DPOTrainer", "trainer"],
		["lightning.Trainer", undefined],
		["torch.nn.parallel.DistributedDataParallel", undefined],
		["transformers.TrainingArguments", undefined],
		["peft.get_peft_model", undefined],
		["peft.PeftModel.from_pretrained", undefined],
		["peft.TaskType", undefined],
		["mypeft.PeftModel", undefined],
		["PeftModel", undefined],
	];
	test.each(rows)("%s: %s", (name, kind) => {
		expect(classKind(name)).toBe(kind);
	});
});

describe("star imports", () => {
	const rows: readonly (readonly [module: string, name: string, could: boolean])[] = [
		["peft", "get_peft_model", true],
		["peft", "PeftModel", true],
		["peft", "AutoPeftModelForCausalLM", true],
		["peft", "PeftConfig", true],
		["peft", "create_loraplus_optimizer", false],
		["peft.optimizers", "create_loraplus_optimizer", true],
		["peft.tuners", "LoraConfig", true],
		["peft", "print", false],
		["peft", "my_helper", false],
		["transformers", "LlamaForCausalLM", true],
		["transformers", "AutoTokenizer", true],
		["transformers", "get_peft_model", false],
		["trl", "SFTTrainer", true],
		["torch.optim", "AdamW", true],
		["torch.nn", "Module", true],
		["unsloth", "FastLanguageModel", true],
		["os.path", "join", false],
		["mylib", "get_peft_model", false],
	];
	test.each(rows)("from %s import * could bind %s: %s", (module, name, could) => {
		expect(mayExport(module, name)).toBe(could);
	});

	test("the listed names are simple, public and could be bound", () => {
		for (const module of ["peft", "peft.tuners", "transformers", "trl", "torch.nn", "unsloth", "swift.tuners"]) {
			const names = starNames(module);
			expect(names).not.toEqual([]);
			expect(names.filter((name) => !/^[A-Za-z]\w*$/.test(name) || !mayExport(module, name))).toEqual([]);
		}
		expect(starNames("peft")).toEqual(
			expect.arrayContaining(["get_peft_model", "PeftModel", "LoraConfig", "PeftConfig"]),
		);
		expect(starNames("mylib")).toEqual([]);
	});
});

describe("roots", () => {
	test.each(["peft", "transformers", "trl", "torch", "unsloth", "swift", "builtins"])("%s is known", (root) => {
		expect(isLibraryRoot(root)).toBe(true);
	});
	test.each(["adapters", "paddlenlp", "numpy", "mypeft", "peft.tuners", "__proto__"])("%s is not", (root) => {
		expect(isLibraryRoot(root)).toBe(false);
	});
	test("those that bring PEFT state are known libraries", () => {
		expect(peftRoots.filter((root) => !isLibraryRoot(root))).toEqual([]);
	});
});
