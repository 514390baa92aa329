# Trained, saved, and loaded onto a base model of its own, under the same names.
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM

config = LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")
model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.2-1B")
model = get_peft_model(model, config)
model.save_pretrained("out/checkpoint-500")

model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.2-1B")
model = PeftModel.from_pretrained(model, "out/sft-adapter")
