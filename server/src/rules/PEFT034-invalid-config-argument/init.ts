/** Ways to initialise LoRA's weights, by the release that brought them; and configs that only one of them reads. */
import { argumentFor } from "../shared/calls";
import { usesOf } from "../shared/configs";
import { code, textOf } from "../shared/source";
import type { Versions } from "../versions";
import { type Given, type Problem, python, untilUnread, written } from "./problem";

const FIELD = "init_lora_weights";

const SINCE: ReadonlyMap<string, string | undefined> = new Map([
	["gaussian", undefined],
	["loftq", undefined],
	["pissa", "0.11"],
	["olora", "0.12"],
	["eva", "0.14"],
	["corda", "0.15"],
	["orthogonal", "0.16"],
	["lora_ga", "0.19"],
	["mica", "0.20"],
]);

/** Compared without regard to case. */
const ANY_CASE: ReadonlySet<string> = new Set(["gaussian", "olora", "mica"]);

/** Written for a way that PEFT has, or for PyTorch's names of what it does by default. */
const INVENTED: ReadonlyMap<string, string | undefined> = new Map([
	["true", "True"],
	["false", "False"],
	["default", "True"],
	["kaiming", "True"],
	["kaiming_uniform", "True"],
	["normal", undefined],
	["random", undefined],
	["xavier", undefined],
	["xavier_uniform", undefined],
	["zeros", undefined],
]);

export function initProblem(given: Given, versions: Versions): Problem | undefined {
	const value = given.view.fields[FIELD];
	if (typeof value !== "string" || value === "") return undefined;
	const name = /^pissa_niter_\d+$/.test(value)
		? "pissa"
		: ANY_CASE.has(value.toLowerCase())
			? value.toLowerCase()
			: value;
	if (!SINCE.has(name)) return unknown(given, value, versions);
	const since = SINCE.get(name);
	if (name === "loftq") return lacksConfig(given);
	return since === undefined
		? undefined
		: {
				field: FIELD,
				message: `${written(given, FIELD, value)} came with PEFT ${since}: the call that wraps the model raises \`ValueError\`.`,
				holds: { peft: { until: since } },
			};
}

function unknown(given: Given, value: string, versions: Versions): Problem {
	const lower = value.toLowerCase();
	const meant = SINCE.has(lower) ? `"${lower}"` : INVENTED.get(lower);
	const isSure = meant !== undefined || INVENTED.has(lower);
	return {
		field: FIELD,
		message: `PEFT knows no ${written(given, FIELD, value)}: the call that wraps the model raises \`ValueError\`.`,
		...(!isSure && untilUnread(versions)),
		...(meant !== undefined && {
			remedy: { kind: "write", text: meant, isCertain: lower === "true" || SINCE.has(lower) },
		}),
	};
}

function lacksConfig(given: Given): Problem | undefined {
	const { view } = given;
	const isGiven = view.open || view.unknown.includes("loftq_config") || (view.fields.loftq_config ?? null) !== null;
	return isGiven
		? undefined
		: {
				field: FIELD,
				message: `${written(given, FIELD, "loftq")} goes with a \`loftq_config\`: without one, the call raises.`,
			};
}

/** What each part is of use for. */
const READERS: Readonly<Record<string, readonly [owner: string, init: string]>> = {
	loftq_config: ["LoftQConfig", "loftq"],
	eva_config: ["EvaConfig", "eva"],
	corda_config: ["CordaConfig", "corda"],
};

/** A part of the config that is made, and that no initialisation reads. */
export function unreadParts(given: Given): readonly Problem[] {
	const { view, graph, event } = given;
	if (view.open || view.unknown.includes(FIELD)) return [];
	return Object.entries(READERS).flatMap(([field, [owner, init]]) => {
		const isRead = [view, ...usesOf(graph, event).map((use) => use.view)].some(
			({ fields, unknown }) => fields[FIELD] === init || unknown.includes(FIELD),
		);
		// An init that is named elsewhere may be put into the config later, or in another pass of a loop.
		const isNamed = graph.sources.some(({ text }) => text.includes(`"${init}"`) || text.includes(`'${init}'`));
		if (isRead || isNamed || !isMade(given, field, owner)) return [];
		const otherwise = view.fields[FIELD] === undefined ? "not given" : code(python(view.fields[FIELD]));
		return [
			{
				field,
				message: `${code(field)} is ignored: ${code(FIELD)} is ${otherwise}, and only ${code(`"${init}"`)} reads it.`,
				severity: "warning" as const,
				...(view.fields[FIELD] === undefined && {
					remedy: { kind: "add" as const, text: `${FIELD}="${init}"`, isCertain: false },
				}),
			},
		];
	});
}

/** `loftq_config=LoftQConfig(…)`, or a variable whose only assignment is that call. */
function isMade({ graph, event, view }: Given, field: string, owner: string): boolean {
	const argument = argumentFor(event.call, field);
	if (argument === undefined || !view.unknown.includes(field)) return false;
	const value = textOf(graph, argument.value);
	const makes = new RegExp(`^(?:peft\\.)?${owner}\\(`);
	if (makes.test(value)) return true;
	if (!/^\w+$/.test(value)) return false;
	const assignment = new RegExp(`(?<![\\w.])${value}[^\\S\\n]*(?::[^=\\n]*)?=(?!=)[^\\S\\n]*([^\\n]*)`, "g");
	const text = graph.sources[argument.file]?.text ?? "";
	const assigned = [...text.matchAll(assignment)].map(([, right = ""]) => right);
	const own = assigned.filter((right) => !right.startsWith(value));
	return own.length === 1 && makes.test(own[0] ?? "");
}
