/** Folders of Python files to run the command line on. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { temporaryFolder } from "./cli";

/** By path; a name that ends in `/` is an empty folder. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

export function project(files: Files): string {
	const folder = temporaryFolder();
	for (const [name, content] of Object.entries(files)) {
		const file = join(folder, name);
		mkdirSync(name.endsWith("/") ? file : dirname(file), { recursive: true });
		if (!name.endsWith("/")) writeFileSync(file, content);
	}
	return folder;
}

export const CLEAN = `from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

model = AutoModelForCausalLM.from_pretrained("base")
model = get_peft_model(model, LoraConfig())
`;

/** PEFT001 at 6:9; the preferred fix is a suggestion. */
export const WRONG_LOAD = `from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM

model = AutoModelForCausalLM.from_pretrained("base")
model = get_peft_model(model, LoraConfig())
model = PeftModel.from_pretrained(model, "adapter")
`;

export const WRONG_LOAD_FIXED = WRONG_LOAD.replace("model = get_peft_model(model, LoraConfig())\n", "");

/** PEFT003 at 7:9; the fix is safe. */
export const WRAPPED_TWICE = `from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

config = LoraConfig()
model = AutoModelForCausalLM.from_pretrained("base")
model = get_peft_model(model, config)
model = get_peft_model(model, config)
`;

export const WRAPPED_TWICE_FIXED = WRAPPED_TWICE.slice(0, -"model = get_peft_model(model, config)\n".length);

/** A cell by its kind: a list is code as Jupyter stores it, line by line; a text is code in one piece, after `#` Markdown. */
export type CellSource = string | readonly string[];

/** A notebook's file as Jupyter writes it. */
export function notebook(cells: readonly CellSource[], metadata: object = {}): string {
	const written = cells.map((source) =>
		typeof source === "string" && source.startsWith("# ")
			? { cell_type: "markdown", metadata: {}, source }
			: { cell_type: "code", execution_count: null, metadata: {}, outputs: [], source },
	);
	return `${JSON.stringify({ cells: written, metadata, nbformat: 4, nbformat_minor: 5 }, undefined, 1)}\n`;
}

/** The lines of a text as Jupyter stores them. */
export function lines(text: string): readonly string[] {
	return text.match(/.*\n|.+$/g) ?? [];
}
