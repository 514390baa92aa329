"""The two right ways: train from scratch; load what was trained onto the base model."""

from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM

base = AutoModelForCausalLM.from_pretrained("tiny")
model = get_peft_model(base, LoraConfig())
model.save_pretrained("adapter")

fresh = AutoModelForCausalLM.from_pretrained("tiny")
loaded = PeftModel.from_pretrained(fresh, "adapter")
