/** Values that PEFT refuses, or does not look at. */
import type { ConstantView } from "../../analysis/graph";
import { argumentFor } from "../shared/calls";
import { isChangedLater, usesOf } from "../shared/configs";
import { textOf } from "../shared/source";
import type { Versions } from "../versions";
import { initProblem } from "./init";
import { type Given, type Problem, written } from "./problem";
import { taskProblem } from "./task";

/** Configs whose layers read the fields as LoRA's do. */
const LIKE_LORA: ReadonlySet<string> = new Set(["LoraConfig", "AdaLoraConfig"]);
const BIASES = ["none", "all", "lora_only"];

export function valueProblems(given: Given, versions: Versions): readonly Problem[] {
	const { owner, event, graph } = given;

	const problems = [
		...(owner === "LoraConfig" ? [rank(given), alpha(given), initProblem(given, versions)] : []),
		...(LIKE_LORA.has(owner) ? [dropout(given), bias(given), doraBias(given)] : []),
	].filter((problem) => problem !== undefined);
	const kept = problems.filter(({ field }) => {
		const value = given.view.fields[field];
		return value === undefined || !isChangedLater(graph, event, field, value);
	});
	return [...kept, ...(taskProblem(given, versions) ?? [])];
}

/** `r` of a pattern counts in its place. */
function rank(given: Given): Problem | undefined {
	const value = given.view.fields.r;
	if (value === undefined || hasPattern(given, "rank_pattern") || (isCount(value) && !isFloat(given, "r"))) return;
	// Zero may stand for no adapter at all.
	if (typeof value === "number" && value <= 0 && usesOf(given.graph, given.event).length === 0) return;
	return refused(
		given,
		"r",
		value,
		isNumeral(value) ? String(Number(value)) : undefined,
		"it has to be a positive integer",
	);
}

function alpha(given: Given): Problem | undefined {
	const value = given.view.fields.lora_alpha;
	if ((typeof value !== "string" && value !== null) || hasPattern(given, "alpha_pattern")) return;
	return refused(given, "lora_alpha", value, isNumeral(value) ? String(value) : undefined, "it has to be a number");
}

function dropout(given: Given): Problem | undefined {
	const value = given.view.fields.lora_dropout;
	const isBad = typeof value === "number" ? value > 1 : given.owner === "LoraConfig" && typeof value === "string";
	return isBad && value !== undefined
		? refused(given, "lora_dropout", value, undefined, "it is a probability, between 0 and 1")
		: undefined;
}

function bias(given: Given): Problem | undefined {
	const value = given.view.fields.bias;
	if (value === undefined || BIASES.includes(String(value)) || Array.isArray(value)) return;
	const meant = typeof value === "string" ? value.toLowerCase() : value === true ? undefined : "none";
	const known = BIASES.find((one) => one === meant);
	return refused(given, "bias", value, known && `"${known}"`, 'it is `"none"`, `"all"` or `"lora_only"`');
}

function doraBias({ view }: Given): Problem | undefined {
	if (view.fields.use_dora !== true || view.fields.lora_bias !== true) return;
	return {
		field: "lora_bias",
		message: "`lora_bias=True` does not go with `use_dora=True`: the call raises.",
	};
}

function refused(given: Given, field: string, value: ConstantView, text: string | undefined, rule: string): Problem {
	return {
		field,
		message: `${written(given, field, value)} is refused when the model is wrapped: ${rule}.`,
		...(text !== undefined && { remedy: { kind: "write", text, isCertain: true } }),
	};
}

function isCount(value: ConstantView): boolean {
	return typeof value === "number" && Number.isInteger(value) && value > 0;
}

/** `8.0`: what is folded keeps its value and not its type. */
function isFloat({ graph, event }: Given, field: string): boolean {
	const argument = argumentFor(event.call, field);
	return argument !== undefined && /^\d+\.\d*$/.test(textOf(graph, argument.value));
}

function isNumeral(value: ConstantView): boolean {
	return typeof value === "string" ? /^[1-9]\d*$/.test(value) : isCount(value);
}

function hasPattern({ view }: Given, field: string): boolean {
	return view.open || view.unknown.includes(field) || (view.fields[field] ?? null) !== null;
}
