# The wrapper is taken off before the adapter is loaded.
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM

model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.2-1B")
model = get_peft_model(model, LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"))
model = model.unload()
model = PeftModel.from_pretrained(model, "out/sft-adapter")
