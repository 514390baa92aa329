import { describe, expect, test } from "vitest";
import { lookupApi } from "./index";

describe("lookupApi", () => {
	const names: readonly (readonly [name: string, canonical: string, kind: string])[] = [
		["peft.get_peft_model", "peft.get_peft_model", "wrap"],
		["peft.mapping.get_peft_model", "peft.get_peft_model", "wrap"],
		["peft.mapping_func.get_peft_model", "peft.get_peft_model", "wrap"],
		["peft.PeftModel.from_pretrained", "peft.PeftModel.from_pretrained", "load"],
		["peft.peft_model.PeftModel.from_pretrained", "peft.PeftModel.from_pretrained", "load"],
		["peft.tuners.lora.LoraConfig", "peft.LoraConfig", "config"],
		["peft.tuners.lora.config.LoraConfig", "peft.LoraConfig", "config"],
		["peft.tuners.lora.model.LoraModel", "peft.LoraModel", "wrap"],
		["peft.utils.other.prepare_model_for_kbit_training", "peft.prepare_model_for_kbit_training", "same"],
		["peft.optimizers.loraplus.create_loraplus_optimizer", "peft.optimizers.create_loraplus_optimizer", "optimizer"],
		[
			"transformers.models.llama.modeling_llama.LlamaForCausalLM.from_pretrained",
			"transformers.LlamaForCausalLM.from_pretrained",
			"create-model",
		],
		["transformers.LlamaForCausalLM", "transformers.LlamaForCausalLM", "create-model"],
		["transformers.trainer.Trainer", "transformers.Trainer", "trainer"],
		["trl.trainer.sft_trainer.SFTTrainer", "trl.SFTTrainer", "trainer"],
		["trl.experimental.cpo.CPOTrainer", "trl.CPOTrainer", "trainer"],
		["torch.nn.parallel.DistributedDataParallel", "torch.nn.parallel.DistributedDataParallel", "prefix"],
		["torch.distributed.fsdp.FullyShardedDataParallel", "torch.distributed.fsdp.FullyShardedDataParallel", "prefix"],
		["torch.optim.adamw.AdamW", "torch.optim.AdamW", "optimizer"],
	];
	test.each(names)("%s is %s (%s)", (name, canonical, kind) => {
		const spec = lookupApi(name);
		expect([spec?.name, spec?.effect.kind]).toEqual([canonical, kind]);
	});
});
