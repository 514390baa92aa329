# AutoPeftModel brings the adapter with it; what it returns is wrapped.
from peft import AutoPeftModelForCausalLM, PeftModel

model = AutoPeftModelForCausalLM.from_pretrained("out/dpo-adapter")
model = PeftModel.from_pretrained(model, "out/sft-adapter")
