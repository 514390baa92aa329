# One of two ways, by a flag that is asked once.
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM

resume_from = "out/sft-adapter"
model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.2-1B")
if not resume_from:
    config = LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")
    model = get_peft_model(model, config)
else:
    model = PeftModel.from_pretrained(model, resume_from, is_trainable=True)
