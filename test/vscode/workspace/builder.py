from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM


def build(name):
    model = AutoModelForCausalLM.from_pretrained(name)
    model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM"))
    return model
