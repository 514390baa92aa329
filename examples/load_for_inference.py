"""Scenario 2a: run a model with trained adapter weights. Run train_from_scratch.py first.

The adapter is loaded onto the plain base model. Its configuration comes from the checkpoint: there is nothing to wrap.
"""

import argparse

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM


def parse_args():
    parser = argparse.ArgumentParser()
    parser.add_argument("--base", default="out/tiny-base")
    parser.add_argument("--adapter", default="out/adapter")
    parser.add_argument("--merge", action="store_true", help="fold the adapter into the base model for speed")
    parser.add_argument("--prompt", default="wrap the base")
    return parser.parse_args()


def main():
    args = parse_args()
    model = AutoModelForCausalLM.from_pretrained(args.base)
    model = PeftModel.from_pretrained(model, args.adapter)
    if args.merge:
        model = model.merge_and_unload()
    model.eval()

    tokens = torch.tensor([list(args.prompt.encode())])
    with torch.no_grad():
        answer = model.generate(input_ids=tokens, max_new_tokens=20, do_sample=False)
    print(bytes(answer[0].tolist()).decode(errors="replace"))


if __name__ == "__main__":
    main()
