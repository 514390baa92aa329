/** What a config takes depends on the version of PEFT, and on whose PEFT it is. */
import { expect, test } from "vitest";
import { analyze } from "../../analysis/analyze";
import { ALONE } from "../../analysis/program";
import { testParser } from "../../syntax/test-parser";
import { defaultSelection, fixesFor, lint } from "../engine";
import type { VersionRange } from "../versions";

async function check(
	args: string,
	peft: VersionRange | undefined,
	checkouts: readonly string[] = [],
): Promise<readonly string[]> {
	const text = `from peft import LoraConfig\nconfig = LoraConfig(${args})\n`;
	const facts = (await testParser()).parse(text);
	const graph = analyze({ name: "case.py", text, facts, program: { ...ALONE, checkouts } });
	const versions = peft === undefined ? {} : { peft };
	return lint(graph, facts.comments, { ...defaultSelection, select: ["PEFT034"] }, versions).map((finding) => {
		const [fix] = fixesFor(finding, graph);
		return `${finding.severity} ${fix?.applicability ?? "no fix"}: ${finding.message.split(":")[0]}`;
	});
}

const DORA = "`LoraConfig` has `use_dora` only since PEFT 0.9";
const MERGE = "`LoraConfig` has no `merge_weights` since PEFT 0.3";
const HYPER = "`LoraConfig` has no `use_hyper`";
const TASK = 'PEFT knows no `task_type="causal_lm"`, but `CAUSAL_LM`';
const OTHER = 'PEFT knows no `task_type="ranking"`';
const OLORA = '`init_lora_weights="olora"` came with PEFT 0.12';

test.each<[string, string, VersionRange | undefined, readonly string[]]>([
	["younger than the version", "use_dora=True", { exact: "0.8.2" }, [`error no fix: ${DORA}`]],
	["younger than the bound", "use_dora=True", { max: "0.9" }, [`error no fix: ${DORA}`]],
	["younger than some versions", "use_dora=True", { min: "0.5" }, []],
	["of the version", "use_dora=True", { exact: "0.9.0" }, []],
	["no version is known", "use_dora=True", undefined, []],
	["gone", "merge_weights=False", { min: "0.10" }, [`error suggestion: ${MERGE}`]],
	["gone, no version is known", "merge_weights=False", undefined, [`hint suggestion: ${MERGE}`]],
	["not gone yet", "merge_weights=False", { exact: "0.2.0" }, []],
	["in no version", "use_hyper=True", { exact: "0.18.1" }, [`error no fix: ${HYPER}`]],
	["in no version that is known", "use_hyper=True", { exact: "0.22.0" }, []],
	["maybe of a version to come", "use_hyper=True", { min: "0.10" }, [`hint no fix: ${HYPER}`]],
	["a task that is refused", 'task_type="causal_lm"', { exact: "0.14.0" }, [`error safe: ${TASK}`]],
	["a task that is not refused yet", 'task_type="causal_lm"', { exact: "0.13.2" }, []],
	["a task, no version is known", 'task_type="causal_lm"', undefined, [`hint suggestion: ${TASK}`]],
	["another task", 'task_type="ranking"', { exact: "0.21.0" }, [`error no fix: ${OTHER}`]],
	["another task, maybe of a version to come", 'task_type="ranking"', { exact: "0.22.0" }, []],
	["an initialisation that is younger", 'init_lora_weights="olora"', { exact: "0.11.1" }, [`error no fix: ${OLORA}`]],
	["an initialisation, no version is known", 'init_lora_weights="olora"', undefined, []],
])("%s", async (_name, args, peft, expected) => {
	expect(await check(args, peft)).toEqual(expected);
});

test("a checkout of PEFT in the workspace may take anything", async () => {
	expect(await check("lora_num=4, rank=8", { exact: "0.18.1" }, ["peft"])).toEqual([]);
	expect(await check("rank=8", { exact: "0.18.1" }, ["trl"])).toHaveLength(1);
});
