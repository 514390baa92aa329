/** The forms in which module names are no use to PEFT. */
import type { ConstantView, EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import { argumentFor } from "../shared/calls";
import { className, isChangedLater, usesOf } from "../shared/configs";
import { code, quote, textOf } from "../shared/source";

export interface Check {
	/** The argument that is to change. */
	readonly field: string;
	/** What is wrong, as a sentence; undefined where nothing is. */
	readonly problem: (graph: ModelGraph, config: ModelEvent, situation: EventCase) => string | undefined;
}

/** Names of layers that lie inside a transformer's blocks: as a pattern for a module's whole path, none of them matches. */
const INNER_LAYERS =
	/^(?:[qkvo]_proj|(?:gate|up|down)_proj|qkv_proj|gate_up_proj|out_proj|query_key_value|query|key|value|c_attn|c_proj|c_fc|fc1|fc2|Wqkv|[qkv]_lin|dense_h_to_4h|dense_4h_to_h)$/;

/** Names next to each other: `q_proj,v_proj`, `q_proj v_proj`. No module's name holds a comma or a space. */
const SEVERAL_NAMES = /^[\w.-]+(?:\s*,\s*|\s+)[\w.-]+(?:(?:\s*,\s*|\s+)[\w.-]+)*,?$/;

/** What a pattern has and a module's name never has. */
const PATTERN_MARK = /[*+?^$|\\()[\]{},]/;

const LISTS = ["target_modules", "modules_to_save", "exclude_modules"] as const;

export const checks: readonly Check[] = [
	forTuners("modules_to_save", (value) =>
		typeof value === "string" && value !== ""
			? `${written("modules_to_save", value)} is a string, and PEFT takes each of its characters for a name: every module whose name ends in one of them is trained and saved in full, or the call that wraps the model fails.`
			: undefined,
	),
	forTuners("target_modules", (value) =>
		typeof value === "string" && SEVERAL_NAMES.test(value)
			? `${written("target_modules", value)} is one pattern for a module's whole path, and no path is like that: the call that wraps the model fails.`
			: undefined,
	),
	forTuners("target_modules", (value, graph, config) =>
		typeof value === "string" && INNER_LAYERS.test(value) && isForTransformers(graph, config)
			? `${written("target_modules", value)} is a pattern for a module's whole path, like ${code(`model.layers.0.self_attn.${value}`)}: it matches none, and the call that wraps the model fails.`
			: undefined,
	),
	...LISTS.map((field) => forTuners(field, (value) => inList(field, value))),
	{ field: "layers_to_transform", problem: layersOfPattern },
	...LISTS.map((field): Check => ({ field, problem: (graph, config) => resultOfMutation(graph, config, field) })),
];

type Look = (value: ConstantView | undefined, graph: ModelGraph, config: ModelEvent) => string | undefined;

/** Looks at a field of configs that put something into the model, where it keeps the value it is given. */
function forTuners(field: string, look: Look): Check {
	return {
		field,
		problem: (graph, config, { config: view }) => {
			// AdaptionPromptConfig takes the name of one kind of module, as a string.
			if (view === undefined || !view.injects || view.peftType === "ADAPTION_PROMPT") return undefined;
			const value = view.fields[field];
			const message = value === undefined ? undefined : look(value, graph, config);
			return value === undefined || isChangedLater(graph, config, field, value) ? undefined : message;
		},
	};
}

function inList(field: string, value: ConstantView | undefined): string | undefined {
	if (typeof value !== "object" || value === null) return undefined;
	const names = value.filter((item) => typeof item === "string");
	const all = names.find((name) => name.toLowerCase() === "all-linear");
	if (all !== undefined && field === "target_modules")
		return `${code(`"${all}"`)} in a list is taken for the name of a module, and there is none of that name: it means every linear layer only where it stands alone, as a string.`;
	const pattern = names.find((name) => PATTERN_MARK.test(name));
	return pattern === undefined
		? undefined
		: `${code(field)} is a list, whose items are compared with names: ${code(`"${pattern}"`)} is no module's name, and is not read as a pattern.`;
}

function layersOfPattern(_: ModelGraph, config: ModelEvent, { config: view }: EventCase): string | undefined {
	if (config.api !== "peft.LoraConfig" || typeof view?.fields.target_modules !== "string") return undefined;
	if ((view.fields.layers_to_transform ?? null) === null) return undefined;
	return `${code("layers_to_transform")} goes with a list of names: with ${written("target_modules", view.fields.target_modules)}, a string, ${code(className(config))} raises ValueError.`;
}

/** `modules_to_save=names.append("score")`: of a list that is known, so that it is None. */
function resultOfMutation(graph: ModelGraph, { call, cases }: ModelEvent, field: string): string | undefined {
	const argument = argumentFor(call, field);
	if (
		argument === undefined ||
		!/\.(?:append|extend|insert|remove|sort|reverse)\s*\(/.test(textOf(graph, argument.value))
	)
		return undefined;
	if (!cases.every(({ config }) => config?.fields[field] === null)) return undefined;
	return `${quote(graph, argument.value)} changes the list and returns None: ${code(field)} is not given.`;
}

function isForTransformers(graph: ModelGraph, config: ModelEvent): boolean {
	const uses = usesOf(graph, config);
	return uses.length > 0 && uses.every(({ situation }) => isTransformers(graph, situation));
}

function isTransformers(graph: ModelGraph, { target, before }: EventCase): boolean {
	const core = target === undefined ? undefined : graph.cores[target.core];
	const created = core?.created === undefined ? undefined : graph.events[core.created];
	return before?.known === true && created?.api.startsWith("transformers.") === true;
}

function written(field: string, value: string): string {
	return code(`${field}="${value}"`);
}
