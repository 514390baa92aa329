/** Python scripts, short and whole. */

/** Lines that stand before what a test is about. */
export const head = `from transformers import AutoModelForCausalLM
from peft import LoraConfig, PeftModel, get_peft_model

config = LoraConfig(r=8)
`;

/** The load of a trained adapter onto a wrapped model; the wrap is the line before the load. */
export const misuse = `${head}model = AutoModelForCausalLM.from_pretrained("tiny")
model = get_peft_model(model, config)
model = PeftModel.from_pretrained(model, "out")
model.generate()
`;

export const load = 'PeftModel.from_pretrained(model, "out")';
export const wrapLine = "model = get_peft_model(model, config)\n";

/** A trained adapter loaded onto its base model. */
export const right = misuse.replace(wrapLine, "");

/** A nested wrap, which has a safe fix, and a misuse that only a person can decide about. */
export const safeAndUnsafe = `${head}first = AutoModelForCausalLM.from_pretrained("tiny")
first = get_peft_model(first, config)
first = get_peft_model(first, config)
first.save_pretrained("first")

second = AutoModelForCausalLM.from_pretrained("tiny")
second = get_peft_model(second, config)
second = PeftModel.from_pretrained(second, "out")
second.generate()
`;

/** What the model is depends on two options. */
export const branches = `import argparse
${head}args = argparse.ArgumentParser().parse_args()
base = AutoModelForCausalLM.from_pretrained("tiny")
if args.lora:
    model = get_peft_model(base, config)
else:
    model = base
if args.resume:
    model = PeftModel.from_pretrained(model, args.ckpt)
print(model)
`;
