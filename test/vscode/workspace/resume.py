from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

BASE = "Qwen/Qwen3-0.6B"
ADAPTER = "out/adapter"

base = AutoModelForCausalLM.from_pretrained(BASE)
tokenizer = AutoTokenizer.from_pretrained(BASE)

config = LoraConfig(r=16, lora_alpha=32, target_modules="all-linear")
model = get_peft_model(base, config)
model = PeftModel.from_pretrained(model, ADAPTER)
model.eval()

inputs = tokenizer("The adapter says:", return_tensors="pt")
print(tokenizer.decode(model.generate(**inputs)[0]))
