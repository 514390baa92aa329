/** What is said of a call depends on the versions that the project runs with. */
import { expect, test } from "vitest";
import { analyze } from "../../analysis/analyze";
import { testParser } from "../../syntax/test-parser";
import { defaultSelection, fixesFor, lint } from "../engine";
import type { Versions } from "../versions";

const SCRIPT = `from peft import prepare_model_for_int8_training
from transformers import AutoModelForCausalLM
from trl import SFTTrainer
model = prepare_model_for_int8_training(AutoModelForCausalLM.from_pretrained("tiny", load_in_8bit=True))
SFTTrainer(model=model, tokenizer=None, packing=True)
`;

async function check(versions: Versions, text = SCRIPT): Promise<readonly string[]> {
	const facts = (await testParser()).parse(text);
	const graph = analyze({ name: "case.py", text, facts });
	return lint(graph, facts.comments, { ...defaultSelection, select: ["PEFT037"] }, versions).map((finding) => {
		const [fix] = fixesFor(finding, graph);
		return `${finding.severity} ${fix?.applicability ?? "no fix"}: ${finding.message.split(":")[0]}`;
	});
}

const INT8 = "`prepare_model_for_int8_training` is gone since PEFT 0.10";
const LOAD = "`AutoModelForCausalLM.from_pretrained` takes no `load_in_8bit` since transformers 5.0";
const PACKING = "`SFTTrainer` takes no `packing` since TRL 0.13";

test("nothing is known: hints", async () => {
	expect(await check({})).toEqual([
		`hint suggestion: ${INT8}`,
		`hint suggestion: ${LOAD}`,
		`hint no fix: ${PACKING} and no \`tokenizer\` since TRL 0.16`,
	]);
});

test("versions that lack them: errors, and the fixes are safe", async () => {
	expect(await check({ peft: { min: "0.17" }, transformers: { exact: "5.1.0" }, trl: { exact: "1.0.0" } })).toEqual([
		`error safe: ${INT8}`,
		`error safe: ${LOAD}`,
		`error no fix: ${PACKING} and no \`tokenizer\` since TRL 0.16`,
	]);
});

test("versions that have some of them", async () => {
	expect(await check({ peft: { exact: "0.9.0" }, transformers: { max: "5" }, trl: { exact: "0.15.2" } })).toEqual([
		`error no fix: ${PACKING}`,
	]);
});

test("versions that may have them", async () => {
	expect(
		await check({ peft: { min: "0.8" }, transformers: { min: "4.40" }, trl: { max: "0.14", min: "0.9" } }),
	).toEqual([]);
});
