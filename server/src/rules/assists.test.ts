/** Checks that are offered beside a call: the text they make. */
import { beforeAll, expect, test } from "vitest";
import { analyze } from "../analysis/analyze";
import type { PythonParser } from "../syntax/parser";
import { testParser } from "../syntax/test-parser";
import { type AssistId, assistsAt } from "./assists";

let parser: PythonParser;

beforeAll(async () => {
	parser = await testParser();
});

const PRELUDE = `from peft import AutoPeftModelForCausalLM, LoraConfig, PeftModel
from transformers import AutoModelForCausalLM, Trainer
from trl import SFTTrainer
import torch
base = AutoModelForCausalLM.from_pretrained("tiny")
`;

const WEIGHTS = (model: string) =>
	`assert any(p.abs().max() > 0 for n, p in ${model}.named_parameters() if "lora_B" in n or "lora_embedding_B" in n), "adapter not loaded"`;

/** The cursor stands at `|`; what comes out is the text with the assist, or undefined where it is not offered. */
function apply(id: AssistId, written: string): string | undefined {
	const code = PRELUDE + written;
	const offset = code.indexOf("|");
	const text = code.replace("|", "");
	const facts = parser.parse(text);
	const found = assistsAt(analyze({ name: "case.py", text, facts }), offset, offset).filter(
		(assist) => assist.id === id,
	);
	const [assist] = found;
	if (assist === undefined) return undefined;
	expect(found).toHaveLength(1);
	const after = assist.edits.reduceRight(
		(whole, edit) => whole.slice(0, edit.start) + edit.text + whole.slice(edit.end),
		text,
	);
	expect(parser.parse(after).hasError).toBe(false);
	return after.slice(PRELUDE.length);
}

const cases: readonly [string, AssistId, string, string | undefined][] = [
	[
		"weights, after a load",
		"check-weights",
		'model = PeftModel.|from_pretrained(base, "sft")\nmodel.eval()\n',
		`model = PeftModel.from_pretrained(base, "sft")\n${WEIGHTS("model")}\nmodel.eval()\n`,
	],
	[
		"weights, in a method, behind a comment",
		"check-weights",
		'class A:\n    def load(self):\n        self.model = |AutoPeftModelForCausalLM.from_pretrained("sft")  # trained\n\nA().load()\n',
		`class A:\n    def load(self):\n        self.model = AutoPeftModelForCausalLM.from_pretrained("sft")  # trained\n        ${WEIGHTS("self.model")}\n\nA().load()\n`,
	],
	[
		"weights, after load_adapter",
		"check-weights",
		'model = PeftModel.from_pretrained(base, "sft")\nmodel.load_adapter("dpo", "dpo")|\n',
		`model = PeftModel.from_pretrained(base, "sft")\nmodel.load_adapter("dpo", "dpo")\n${WEIGHTS("model")}\n`,
	],
	[
		"output, with names that are free",
		"check-output",
		'inputs = 1\nmodel = |PeftModel.from_pretrained(base, "sft")\n',
		'inputs = 1\nmodel = PeftModel.from_pretrained(base, "sft")\n' +
			"inputs_2 = {name: value.to(model.device) for name, value in model.dummy_inputs.items()}\n" +
			"adapted = model(**inputs_2).logits\n" +
			"with model.disable_adapter():\n" +
			'    assert not adapted.allclose(model(**inputs_2).logits), "adapter not loaded"\n',
	],
	[
		"not where the result is returned",
		"check-weights",
		'def f():\n    return |PeftModel.from_pretrained(base, "sft")\n',
		undefined,
	],
	["not at a plain model", "check-weights", 'model = AutoModelForCausalLM.|from_pretrained("tiny")\n', undefined],
	[
		"trainable, before train()",
		"check-trainable",
		"def main():\n    trainer = SFTTrainer(model=base)\n    trainer.|train()\n",
		'def main():\n    trainer = SFTTrainer(model=base)\n    assert any(p.requires_grad for p in trainer.model.parameters()), "no parameter is trainable"\n    trainer.train()\n',
	],
	[
		"trainable, before a trainer that is given the model",
		"check-trainable",
		"trainer = |Trainer(\n    model=base,\n)\n",
		'assert any(p.requires_grad for p in base.parameters()), "no parameter is trainable"\ntrainer = Trainer(\n    model=base,\n)\n',
	],
	[
		"not before a trainer that wraps it",
		"check-trainable",
		"trainer = |SFTTrainer(model=base, peft_config=LoraConfig())\n",
		undefined,
	],
	[
		"trainable, before an optimizer",
		"check-trainable",
		"optimizer = |torch.optim.AdamW(base.parameters(), lr=1e-4)\n",
		'assert any(p.requires_grad for p in base.parameters()), "no parameter is trainable"\noptimizer = torch.optim.AdamW(base.parameters(), lr=1e-4)\n',
	],
	["nothing elsewhere", "check-trainable", "print(|base)\n", undefined],
];

test.each(cases)("%s", (_, id, text, expected) => {
	expect(apply(id, text)).toBe(expected);
});
