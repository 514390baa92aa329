"""The same misuse at the end of a run with a trainer: the best checkpoint is loaded onto the wrapper that was trained.

What is evaluated and printed at the end is the base model. `load_best_model_at_end=True`, or a load onto a fresh base
model, is what was meant. Run train_from_scratch.py first.
"""

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from torch.utils.data import Dataset
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

BASE = "out/tiny-base"
OUTPUT = "out/trainer"


class Sentences(Dataset):
    def __init__(self, *texts):
        self.tokens = [torch.tensor(list(text.encode())) for text in texts]

    def __len__(self):
        return len(self.tokens)

    def __getitem__(self, index):
        return {"input_ids": self.tokens[index], "labels": self.tokens[index]}


def main():
    base = AutoModelForCausalLM.from_pretrained(BASE)
    config = LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")
    model = get_peft_model(base, config)

    sentences = Sentences("train the wrapper, save the adapter")
    trainer = Trainer(
        model=model,
        args=TrainingArguments(
            output_dir=OUTPUT,
            per_device_train_batch_size=1,
            num_train_epochs=20,
            learning_rate=1e-2,
            eval_strategy="epoch",
            save_strategy="epoch",
            save_total_limit=1,
            metric_for_best_model="eval_loss",
            report_to="none",
        ),
        train_dataset=sentences,
        eval_dataset=sentences,
    )
    trainer.train()
    print("after training:", trainer.evaluate()["eval_loss"])

    best = PeftModel.from_pretrained(model, trainer.state.best_model_checkpoint)
    trainer.model = best
    print("best checkpoint:", trainer.evaluate()["eval_loss"])


if __name__ == "__main__":
    main()
