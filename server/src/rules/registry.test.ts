import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findRule, ruleByCode, rules } from "./registry";
import { ruleUrl } from "./url";

test("the generated list is up to date", () => {
	const script = join(__dirname, "..", "..", "..", "scripts", "registry.mjs");
	const run = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
	expect(`${run.status}${run.stderr}`).toBe("0");
});

test("codes are sorted, codes and names are unique", () => {
	const codes = rules.map((rule) => rule.meta.code);
	expect(codes).toEqual([...codes].sort());
	expect(new Set(codes).size).toBe(codes.length);
	expect(new Set(rules.map((rule) => rule.meta.name)).size).toBe(codes.length);
});

test.each([
	["PEFT001", "load-onto-wrapped-model"],
	["peft003", "nested-wrap"],
	["Base-Wrapped-Again", "base-wrapped-again"],
	["PEFT", undefined],
	["", undefined],
])("a rule is found by %j", (wanted, name) => {
	expect(findRule(wanted)?.meta.name).toBe(name);
});

test("a rule is found by its exact code", () => {
	expect(ruleByCode("PEFT002")?.meta.name).toBe("wrap-discards-trained-adapter");
	expect(ruleByCode("peft002")).toBeUndefined();
});

test("a rule has a page", () => {
	expect(ruleUrl({ code: "PEFT001", name: "load-onto-wrapped-model" })).toMatch(
		/\/PEFT001-load-onto-wrapped-model\.md$/,
	);
});
