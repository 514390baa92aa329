# The adapter's config is read, its weights are not.
from peft import PeftConfig, get_peft_model
from transformers import AutoModelForCausalLM

config = PeftConfig.from_pretrained("out/sft-adapter")
base = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.2-1B")
model = get_peft_model(base, config)
model.eval()
print(model.generate(**model.dummy_inputs, max_new_tokens=2, pad_token_id=0).shape)
