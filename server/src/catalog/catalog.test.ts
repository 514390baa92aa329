/** The data agrees with itself. */
import { describe, expect, test } from "vitest";
import { lookupApi, lookupAttribute, lookupMethod } from "./index";
import { LIBRARIES } from "./libraries";
import type { Effect, Param } from "./types";

/** Names of parameters that an effect refers to. */
function paramsOf(effect: Effect): Param[] {
	const fields: Record<string, unknown> = { ...effect };
	const named = [
		"model",
		"config",
		"source",
		"trainable",
		"names",
		"flag",
		"peftConfig",
		"optimizers",
		"params",
		"trainer",
	];
	const direct = named.map((field) => fields[field]);
	const adapterName = "adapterName" in effect ? [effect.adapterName.param] : [];
	const deleted = effect.kind === "delete-adapter" ? [effect.name] : [];
	const others = effect.kind === "trainer" ? effect.otherModels : [];
	const quantization =
		effect.kind === "create-model" && effect.quantization
			? [effect.quantization.config, effect.quantization.load4bit, effect.quantization.load8bit]
			: [];
	return [...direct, ...adapterName, ...deleted, ...others, ...quantization].filter(
		(param): param is string => typeof param === "string" && param !== "*",
	);
}

function missing(params: readonly Param[], effect: Effect, allowed: readonly Param[] = []): Param[] {
	return paramsOf(effect).filter((param) => !params.includes(param) && !allowed.includes(param));
}

function duplicates(names: readonly string[]): string[] {
	return names.filter((name, index) => names.indexOf(name) !== index);
}

describe.each(LIBRARIES.map((library) => [library.root, library] as const))("%s", (root, library) => {
	test("every name begins with the root", () => {
		expect(library.apis.filter(({ name }) => !name.startsWith(`${root}.`))).toEqual([]);
	});

	test("effects name parameters that the call has", () => {
		for (const { name, params, effect } of library.apis) {
			expect([name, missing(params, effect)]).toEqual([name, []]);
		}
		for (const { pattern, params, effect } of library.patterns ?? []) {
			expect([pattern.source, missing(params, effect)]).toEqual([pattern.source, []]);
		}
		for (const { name, params, effect } of library.methods ?? []) {
			expect([name, missing(params, effect, ["self"])]).toEqual([name, []]);
		}
	});

	test("no parameter is listed twice", () => {
		const specs = [...library.apis, ...(library.methods ?? [])];
		expect(specs.filter(({ params }) => duplicates(params).length > 0)).toEqual([]);
	});

	test("a canonical name finds itself", () => {
		for (const spec of library.apis) {
			expect(lookupApi(spec.name)).toBe(spec);
		}
	});

	test("patterns match whole names and keep no state", () => {
		const patterns = [
			...(library.patterns ?? []).map(({ pattern }) => pattern),
			...(library.reexports ?? []).map(({ from }) => from),
		];
		expect(
			patterns.filter(({ source, flags }) => !source.startsWith("^") || !source.endsWith("$") || flags !== ""),
		).toEqual([]);
	});
});

test("no name is given twice", () => {
	expect(duplicates(LIBRARIES.map(({ root }) => root))).toEqual([]);
	expect(duplicates(LIBRARIES.flatMap(({ apis }) => apis).map(({ name }) => name))).toEqual([]);
	expect(duplicates(LIBRARIES.flatMap(({ methods }) => methods ?? []).map(({ on, name }) => `${on}.${name}`))).toEqual(
		[],
	);
	expect(
		duplicates(LIBRARIES.flatMap(({ attributes }) => attributes ?? []).map(({ on, name }) => `${on}.${name}`)),
	).toEqual([]);
});

test("methods and attributes find themselves", () => {
	for (const { methods, attributes } of LIBRARIES) {
		for (const spec of methods ?? []) {
			expect(lookupMethod(spec.on, spec.name)).toBe(spec);
		}
		for (const spec of attributes ?? []) {
			expect(lookupAttribute(spec.on, spec.name)).toBe(spec);
		}
	}
});

describe("PEFT's config classes", () => {
	const configs = LIBRARIES.flatMap(({ apis }) => apis).flatMap(({ name, effect }) =>
		name.startsWith("peft.") && effect.kind === "config" ? [{ name, ...effect }] : [],
	);

	test("each has a type of its own", () => {
		expect(configs.length).toBe(46);
		expect(duplicates(configs.map(({ peftType }) => peftType))).toEqual([]);
	});

	test("prompt learning leaves the model alone, and neither it nor AdaptionPrompt can be merged", () => {
		const prompts = ["CARTRIDGE", "CPT", "MULTITASK_PROMPT_TUNING", "PREFIX_TUNING", "PROMPT_TUNING", "P_TUNING"];
		const types = (keep: (config: (typeof configs)[number]) => boolean) =>
			configs
				.filter(keep)
				.map(({ peftType }) => peftType)
				.sort();
		expect(types(({ injects }) => !injects)).toEqual(prompts);
		expect(types(({ merges }) => !merges)).toEqual(["ADAPTION_PROMPT", ...prompts].sort());
	});

	test("what is read from a checkpoint by a class has that class's type", () => {
		for (const { name, peftType } of configs) {
			expect(lookupApi(`${name}.from_pretrained`)?.effect).toMatchObject({ kind: "config-from-pretrained", peftType });
		}
	});
});
