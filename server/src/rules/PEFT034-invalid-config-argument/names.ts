/** Arguments that a config class does not have: in any release, not yet, or not any more. */
import { configField, fieldNames, hasFields } from "../../catalog/config-fields";
import { argumentFor } from "../shared/calls";
import { distance } from "../shared/distance";
import { code } from "../shared/source";
import type { Versions } from "../versions";
import { type Given, type Problem, untilUnread } from "./problem";

/** What fields of LoRA are called elsewhere. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
	["rank", "r"],
	["lora_r", "r"],
	["lora_rank", "r"],
	["lora_dim", "r"],
	["alpha", "lora_alpha"],
	["dropout", "lora_dropout"],
	["lora_target_modules", "target_modules"],
]);

/** Arguments of trainers, of loaders and of other implementations. */
const FOREIGN: ReadonlySet<string> = new Set([
	"adapter_name",
	"dtype",
	"gradient_checkpointing",
	"is_trainable",
	"learning_rate",
	"load_in_4bit",
	"load_in_8bit",
	"max_seq_length",
	"quantization_config",
	"random_state",
	"torch_dtype",
	"use_gradient_checkpointing",
	"use_original_init",
]);

export function nameProblems(given: Given, versions: Versions): readonly Problem[] {
	const { owner, view, event } = given;
	if (!hasFields(owner)) return [];
	const names = [...Object.keys(view.fields), ...view.unknown].filter((name) => name !== "");
	// What is spread may have been filtered, where not all of it is known.
	const isSure = (name: string): boolean => !view.open || argumentFor(event.call, name) !== undefined;
	return names.filter(isSure).flatMap((name) => nameProblem(given, name, versions) ?? []);
}

function nameProblem(given: Given, name: string, versions: Versions): Problem | undefined {
	const { owner } = given;
	const field = configField(owner, name);
	if (field?.until !== undefined)
		return {
			field: name,
			message: `${code(owner)} has no ${code(name)} since PEFT ${field.until}: the call raises \`TypeError\`.`,
			holds: { peft: { since: field.until } },
			remedy: { kind: "remove" },
		};
	if (field?.since !== undefined)
		return {
			field: name,
			message: `${code(owner)} has ${code(name)} only since PEFT ${field.since}: the call raises \`TypeError\`.`,
			holds: { peft: { until: field.since } },
		};
	const meant = meantName(owner, name);
	const isSure = FOREIGN.has(name) || meant !== undefined;
	const isFree = meant !== undefined && !isGiven(given, meant) && !given.view.open;
	return {
		field: name,
		message: `${code(owner)} has no ${code(name)}${meant === undefined ? "" : `, but ${code(meant)}`}: the call raises \`TypeError\`.`,
		...(!isSure && untilUnread(versions)),
		...(FOREIGN.has(name) && { remedy: { kind: "remove" } }),
		...(isFree && { remedy: { kind: "rename", text: meant, isCertain: true } }),
	};
}

function isGiven({ view }: Given, name: string): boolean {
	return Object.hasOwn(view.fields, name) || view.unknown.includes(name);
}

/** The field that is meant, where that is plain. */
function meantName(owner: string, name: string): string | undefined {
	const elsewhere = owner === "LoraConfig" ? ELSEWHERE.get(name) : undefined;
	return elsewhere ?? fieldNames(owner).find((field) => isSlip(name, field));
}

/** Names of switches and of parts differ by a few letters though they mean different things. */
function isSlip(name: string, field: string): boolean {
	if (plain(name) === plain(field)) return true;
	if (/^use_|_config$/.test(field) || field.length < 4) return false;
	return distance(name, field) <= (field.length < 9 ? 1 : 2);
}

function plain(name: string): string {
	return name.replaceAll("_", "").toLowerCase();
}
