import { describe, expect, test } from "vitest";
import type { MarkupContent } from "vscode-languageserver-protocol";
import { pulling, pushed } from "./support/clients";
import { at, open } from "./support/document";
import { rangeOf, textIn } from "./support/editor";
import { branches, head, load, misuse, right } from "./support/scripts";
import { type ClientOptions, sharedServer } from "./support/server";

/** What is shown at the first character of the n-th occurrence (from 0) of a piece of the script. */
async function shownAt(
	text: string,
	piece: string,
	nth = 0,
	options: Pick<ClientOptions, "capabilities" | "locale"> = {},
) {
	const document = open(await sharedServer({ capabilities: pulling, ...options }), text, address);
	const answer = await document.hover(rangeOf(text, piece, nth).start);
	if (answer === null) return undefined;
	const { kind, value } = answer.contents as MarkupContent;
	return { kind, value, on: answer.range && textIn(text, answer.range) };
}

const address = "file:///work%20space/hover.py";
const link = (line: number) => `[line ${line}](${address}#L${line})`;

const trainPattern = `\`\`\`python
model = AutoModelForCausalLM.from_pretrained("tiny")
model = get_peft_model(model, config)
...  # train here
model.save_pretrained("out")
\`\`\``;

const loadPattern = `\`\`\`python
model = AutoModelForCausalLM.from_pretrained("tiny")  # the plain base model
model = PeftModel.from_pretrained(model, "out")  # for inference
# or, to go on training:
# model = PeftModel.from_pretrained(model, "out", is_trainable=True)
\`\`\``;

test("a model variable: its state, how it came to that, the right orders", async () => {
	expect(await shownAt(right, "model.generate")).toEqual({
		kind: "markdown",
		on: "model",
		value: [
			'**PeftModel** over `AutoModelForCausalLM.from_pretrained("tiny")` · adapter `default`: loaded from `out`, frozen, active',
			"**How it came to this**",
			[
				`1. ${link(5)} \`AutoModelForCausalLM.from_pretrained("tiny")\`: the model is created`,
				`2. ${link(6)} \`${load}\`: a trained adapter is loaded`,
			].join("\n"),
			"**Right order: load trained weights**",
			loadPattern,
			"**Right order: train a new adapter**",
			trainPattern,
		].join("\n\n"),
	});
});

test("the call of a finding: what it leads to, and what is wrong", async () => {
	const shown = await shownAt(misuse, load);
	expect(shown?.on).toBe("PeftModel.from_pretrained");
	expect(shown?.value).toContain(
		'After this call: **PeftModel** over PeftModel over `AutoModelForCausalLM.from_pretrained("tiny")` · adapter `default`: **not loaded from `out`, no key matches**, frozen, active',
	);
	expect(shown?.value).toContain(
		`${link(6)} \`get_peft_model(model, config)\`: the model is wrapped, with a fresh adapter`,
	);
	expect(shown?.value).toContain("**PEFT001** `load-onto-wrapped-model`: ");
	expect(shown?.value).toContain("\n\nWhy: ");
	expect(shown?.value).toContain(
		"](https://github.com/peft-lint/peft-lint/blob/main/docs/rules/PEFT001-load-onto-wrapped-model.md)",
	);
	expect(shown?.value).toContain(loadPattern);
});

describe("where there is something to say", () => {
	test.each([
		["the creating call", "AutoModelForCausalLM.from_pretrained(", 0, "AutoModelForCausalLM.from_pretrained"],
		["the wrapping call", "get_peft_model(", 0, "get_peft_model"],
		["an argument", "model, config", 0, "model"],
		["the object of a method", "model.generate", 0, "model"],
		["the method", "generate", 0, "model.generate"],
		["a config", "config = ", 0, undefined],
		["an import", "AutoModelForCausalLM\n", 0, undefined],
		["white space", "\n\n", 0, undefined],
	])("%s", async (_name, piece, nth, on) => {
		expect((await shownAt(misuse, piece, nth))?.on).toBe(on);
	});

	test("past the end of the text there is nothing", async () => {
		const server = await sharedServer({ capabilities: pulling });
		expect(await open(server, misuse).hover({ line: 999, character: 999 })).toBeNull();
		expect(await at(server, "file:///none.py").hover({ line: 0, character: 0 })).toBeNull();
	});

	test("a script without PEFT is told its state, but no pattern", async () => {
		const script = 'from transformers import AutoModel\nmodel = AutoModel.from_pretrained("x")\nmodel.eval()\n';
		const shown = await shownAt(script, "model.eval");
		expect(shown?.value).toContain('**Base model** `AutoModel.from_pretrained("x")`');
		expect(shown?.value).not.toContain("```");
	});
});

describe("several states", () => {
	test("each with its conditions, and how many more there are", async () => {
		const value = (await shownAt(branches, "model)"))?.value ?? "";
		const states = value.split("\n").filter((line) => line.startsWith("- "));
		expect(states).toEqual([
			expect.stringMatching(
				/^- \*\*PeftModel\*\* over PeftModel over .* · when `args\.lora` is true and `args\.resume` is true$/,
			),
			expect.stringMatching(
				/^- \*\*PeftModel\*\* over `Auto.* · when `args\.lora` is false and `args\.resume` is true$/,
			),
			expect.stringMatching(
				/^- \*\*PeftModel\*\* over `Auto.* · when `args\.lora` is true and `args\.resume` is false$/,
			),
			"- and 1 more",
		]);
		expect(value).toContain("the model is wrapped, with a fresh adapter, when `args.lora` is true");
		expect(value).toContain("in some cases **none of its keys match**, when `args.resume` is true");
	});

	test("a step in a helper names who called it; inside the helper it does not", async () => {
		const script = `${head}
def build():
    base = AutoModelForCausalLM.from_pretrained("tiny")
    return get_peft_model(base, config)

model = build()
model.train()
`;
		const outside = await shownAt(script, "model.train");
		expect(outside?.value).toContain(
			`the model is wrapped, with a fresh adapter, in \`build()\`, called at ${link(10)}`,
		);
		expect((await shownAt(script, "base, config"))?.value).not.toContain("called at");
	});
});

describe("text of the person's own", () => {
	const value = async (path: string) => (await shownAt(right.replace('"out"', path), "model.generate"))?.value ?? "";

	test("cannot end its code span", async () => {
		expect(await value("'a`b``c'")).toContain("loaded from ```a`b``c```");
	});
	test("cannot end its code block", async () => {
		expect(await value("'```'")).toMatch(/\n````python\n[\s\S]*?'```'[\s\S]*?\n````/);
	});
	test("is one line, cut when long, never inside a character", async () => {
		const shown = await value(`"${"🤗".repeat(300)}"`);
		expect(shown).toMatch(/loaded from `(🤗)+…`/u);
		expect(shown).not.toMatch(/\p{Surrogate}/u);
	});
	test("is no mark-up", async () => {
		expect(await value('"**x** <b> [a](b)"')).toContain("loaded from `**x** <b> [a](b)`");
	});
});

describe("the client's form and language", () => {
	test("plain text has no mark-up", async () => {
		const shown = await shownAt(misuse, load, 0, { capabilities: pushed });
		expect(shown?.kind).toBe("plaintext");
		expect(shown?.value).toContain("After this call: PeftModel over PeftModel over AutoModelForCausalLM");
		expect(shown?.value).not.toMatch(/\*\*|```|\]\(/);
	});

	test.each([
		["zh-cn", "此调用之后："],
		["zh-Hans", "此调用之后："],
		["zh-TW", "After this call: "],
		["de", "After this call: "],
		[undefined, "After this call: "],
	])("locale %s", async (locale, start) => {
		const shown = await shownAt(right, load, 0, locale === undefined ? {} : { locale });
		expect(shown?.value.startsWith(start)).toBe(true);
		expect(shown?.value).not.toMatch(/\{\w+\}/);
	});

	test("a notebook cell's address has a fragment of its own: lines are no links", async () => {
		const server = await sharedServer({ capabilities: pulling });
		const cell = "vscode-notebook-cell:/work/train.ipynb#W1sZmlsZQ";
		const text = await open(server, right, cell).hoverText(rangeOf(right, "model.generate").start);
		expect(text).toContain("1. line 5 `Auto");
	});

	test("parentheses in a path do not end the link", async () => {
		const server = await sharedServer({ capabilities: pulling });
		const document = open(server, right, "file:///my(work)/train.py");
		expect(await document.hoverText(rangeOf(right, "model.generate").start)).toContain(
			"(file:///my%28work%29/train.py#L5)",
		);
	});
});
