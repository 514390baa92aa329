/** Fields of config classes. */
import { expect, test } from "vitest";
import { configField, fieldNames, hasFields } from "./config-fields";
import { peft } from "./peft";

const classes = peft.apis
	.filter(({ name, effect }) => effect.kind === "config" && !name.includes(".from_pretrained"))
	.map(({ name }) => name.slice("peft.".length));

test.each(classes)("%s has fields, and those of every config", (name) => {
	expect(hasFields(name)).toBe(true);
	expect(fieldNames(name)).toEqual(expect.arrayContaining(["peft_type", "task_type", "auto_mapping", "peft_version"]));
});

test.each<[string, string, ReturnType<typeof configField>]>([
	["LoraConfig", "r", { since: "0.1" }],
	["LoraConfig", "use_dora", { since: "0.9" }],
	["LoraConfig", "kasa_config", { since: "0.21" }],
	["LoraConfig", "enable_lora", { until: "0.3" }],
	["LoraConfig", "rank", undefined],
	["AdaLoraConfig", "use_dora", { since: "0.9" }],
	["AdaLoraConfig", "rank_pattern", { since: "0.3" }],
	["OFTConfig", "rank_pattern", { until: "0.15" }],
	["PromptTuningConfig", "num_virtual_tokens", { since: "0.1" }],
	["toString", "r", undefined],
])("%s(%s=…)", (owner, name, expected) => {
	expect(configField(owner, name)).toEqual(expected);
});
