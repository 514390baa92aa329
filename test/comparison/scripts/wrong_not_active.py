# load_adapter() loads, and leaves the other adapter active.
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

base = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.2-1B")
model = get_peft_model(base, LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"))
model.load_adapter("out/sft-adapter", adapter_name="sft")
print(model.generate(**model.dummy_inputs, max_new_tokens=2, pad_token_id=0).shape)
