# The same, with the wrap in one function and the load in another.
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM


def load_checkpoint(network, path):
    return PeftModel.from_pretrained(network, path)


def build(name):
    base = AutoModelForCausalLM.from_pretrained(name)
    config = LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")
    return get_peft_model(base, config)


model = load_checkpoint(build("meta-llama/Llama-3.2-1B"), "out/sft-adapter")
