# The plain base model, then the adapter; training stands in a function of its own.
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments


def train(dataset):
    base = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.2-1B")
    config = LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")
    wrapped = get_peft_model(base, config)
    trainer = Trainer(wrapped, TrainingArguments(output_dir="out/checkpoint"), train_dataset=dataset)
    trainer.train()
    wrapped.save_pretrained("out/lora_weights")


def load(path):
    base = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.2-1B")
    return PeftModel.from_pretrained(base, path)


model = load("out/sft-adapter")
