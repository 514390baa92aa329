from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM

model = get_peft_model(AutoModelForCausalLM.from_pretrained("tiny"), LoraConfig())
model = PeftModel.from_pretrained(model, "adapter")  # peft-lint: ignore[PEFT001, nested-wrap]
