"""Scenario 2b: go on training an adapter. Run train_from_scratch.py first.

A loaded adapter is frozen unless `is_trainable=True` asks otherwise. Without a checkpoint a new adapter is made: one
wrap on either path, never two.
"""

import argparse
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM


def parse_args():
    parser = argparse.ArgumentParser()
    parser.add_argument("--base", default="out/tiny-base")
    parser.add_argument("--adapter", default="out/adapter")
    parser.add_argument("--output", default="out/adapter-longer")
    parser.add_argument("--steps", type=int, default=20)
    return parser.parse_args()


def build_model(args):
    model = AutoModelForCausalLM.from_pretrained(args.base)
    if Path(args.adapter).exists():
        return PeftModel.from_pretrained(model, args.adapter, is_trainable=True)
    config = LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")
    return get_peft_model(model, config)


def main():
    args = parse_args()
    model = build_model(args)
    model.print_trainable_parameters()

    tokens = torch.tensor([list(b"load the adapter onto the base model, never onto the wrapper")])
    optimizer = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=1e-2)
    model.train()
    for step in range(args.steps):
        loss = model(input_ids=tokens, labels=tokens).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        print(f"step {step}: loss {loss.item():.4f}")

    model.save_pretrained(args.output)


if __name__ == "__main__":
    main()
