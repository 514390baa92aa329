/** What is wrong with a name depends on the version of PEFT. */
import { expect, test } from "vitest";
import { analyze } from "../../analysis/analyze";
import { testParser } from "../../syntax/test-parser";
import { defaultSelection, lint } from "../engine";
import type { VersionRange } from "../versions";

async function check(name: string, peft: VersionRange | undefined): Promise<readonly string[]> {
	const text = `from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM
model = get_peft_model(AutoModelForCausalLM.from_pretrained("tiny"), LoraConfig(), adapter_name="${name}")
model.add_adapter("${name}", LoraConfig())
`;
	const facts = (await testParser()).parse(text);
	const graph = analyze({ name: "case.py", text, facts });
	const versions = peft === undefined ? {} : { peft };
	return lint(graph, facts.comments, { ...defaultSelection, select: ["PEFT032"] }, versions).map(
		({ severity, message }) => `${severity}: ${message.split(":")[0]}`,
	);
}

const CUT = "PEFT before 0.18 cuts `.lora` out of all keys that it saves";
const TAKEN = "`model.add_adapter` raises `ValueError`";

test.each<[string, string, VersionRange | undefined, readonly string[]]>([
	["a step of the keys, old", "lora", { exact: "0.17.1" }, [`warning: ${CUT}`, `warning: ${CUT}`]],
	["a step of the keys, new", "lora", { exact: "0.18.0" }, []],
	["a step of the keys, not known", "lora", undefined, [`hint: ${TAKEN}`]],
	["a name of its own, old", "sft", { max: "0.18" }, []],
	["a name that is taken, new", "sft", { min: "0.21" }, [`error: ${TAKEN}`]],
])("%s", async (_name, name, peft, expected) => {
	expect(await check(name, peft)).toEqual(expected);
});
