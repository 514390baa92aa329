"""Scenario 1: fine-tune a base model with a new adapter, and save the adapter.

    python train_from_scratch.py                                   # a tiny random model, made here, on the CPU
    python train_from_scratch.py --base meta-llama/Llama-3.2-1B    # a real one
"""

import argparse
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

TINY_BASE = "out/tiny-base"
TEXTS = [
    "wrap the base model once, train the wrapper, save the adapter",
    "load the adapter onto the base model, never onto the wrapper",
]


def parse_args():
    parser = argparse.ArgumentParser()
    parser.add_argument("--base", default=TINY_BASE)
    parser.add_argument("--output", default="out/adapter")
    parser.add_argument("--epochs", type=int, default=20)
    return parser.parse_args()


def make_tiny_base():
    """One token for every byte: no tokenizer to download."""
    torch.manual_seed(0)
    shape = LlamaConfig(
        vocab_size=256, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4
    )
    LlamaForCausalLM(shape).save_pretrained(TINY_BASE)


def encode(text):
    return torch.tensor([list(text.encode())])


def main():
    args = parse_args()
    if args.base == TINY_BASE and not Path(TINY_BASE).exists():
        make_tiny_base()

    model = AutoModelForCausalLM.from_pretrained(args.base)
    config = LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")
    model = get_peft_model(model, config)
    model.print_trainable_parameters()

    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    model.train()
    for epoch in range(args.epochs):
        for text in TEXTS:
            tokens = encode(text)
            loss = model(input_ids=tokens, labels=tokens).loss
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        print(f"epoch {epoch}: loss {loss.item():.4f}")

    model.save_pretrained(args.output)


if __name__ == "__main__":
    main()
