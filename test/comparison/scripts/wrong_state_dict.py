# The keys of a saved adapter are not those of the model: with strict=False none of them matches.
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

base = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.2-1B")
model = get_peft_model(base, LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"))
model.load_state_dict(load_file("out/sft-adapter/adapter_model.safetensors"), strict=False)
