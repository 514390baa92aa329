# A new adapter is trained and saved under a telling name; nothing is to be loaded.
from datasets import Dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM
from trl import SFTConfig, SFTTrainer

dataset = Dataset.from_dict({"text": ["w1 w2 w3 w4 w5"] * 8})
base = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.2-1B")
model = get_peft_model(base, LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"))
trainer = SFTTrainer(model, SFTConfig(output_dir="out/run", max_steps=2, learning_rate=0.05, report_to=[]), train_dataset=dataset)
trainer.train()
model.save_pretrained("out/lora_weights")
