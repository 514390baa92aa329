/** Remedies of module names in the wrong form: the same names, in the form that PEFT reads. */
import type { ArgSite, ModelGraph } from "../../analysis/graph";
import type { Finding, Fix } from "../rule";
import { fix, ranked, replace } from "../shared/edits";
import { code, samePlace, textOf } from "../shared/source";

/** One string without escapes: its prefix, its quote, its text. */
const STRING = /^(r?)(["'])([^"'\\\n]*)\2$/i;
/** A list or tuple of one string. */
const ONE_ITEM = /^[[(]\s*(r?(["'])[^"'\n]*\2)\s*,?\s*[\])]$/i;
const MUTATION = /^([\w.]+)\.(append|extend)\(([^()]*)\)$/s;

export function fixes(finding: Finding, graph: ModelGraph): readonly Fix[] {
	const argument = graph.events[finding.event]?.call.args.find((arg) => samePlace(arg, finding.place));
	if (argument === undefined || argument.param === "layers_to_transform") return [];
	const text = textOf(graph, argument.value);
	return ranked([listOf(text, argument), onlyItem(text, argument), newList(text, argument)]);
}

/** `"lm_head"` → `["lm_head"]`, `"q_proj,v_proj"` → `["q_proj", "v_proj"]` */
function listOf(text: string, argument: ArgSite): Fix | undefined {
	const [, prefix = "", quote = "", inner = ""] = STRING.exec(text) ?? [];
	const names = inner.split(/[\s,]+/).filter((name) => name !== "");
	if (names.length === 0 || !names.every((name) => /^[\w.-]+$/.test(name))) return undefined;
	return to(`[${names.map((name) => `${prefix}${quote}${name}${quote}`).join(", ")}]`, "safe", argument);
}

/** `["all-linear"]` → `"all-linear"`, `["q_proj,v_proj"]` → `["q_proj", "v_proj"]`; a pattern is one only as a string. */
function onlyItem(text: string, argument: ArgSite): Fix | undefined {
	const item = ONE_ITEM.exec(text)?.[1];
	if (item === undefined) return undefined;
	const inner = STRING.exec(item)?.[3];
	if (inner?.includes(",")) return listOf(item, argument);
	if (argument.param === "modules_to_save") return undefined;
	return to(item, inner?.toLowerCase() === "all-linear" ? "safe" : "suggestion", argument);
}

/** `names.append("score")` → `[*names, "score"]` */
function newList(text: string, argument: ArgSite): Fix | undefined {
	const [, list, method, item = ""] = MUTATION.exec(text) ?? [];
	if (list === undefined || item.trim() === "" || (method === "append" && item.includes(","))) return undefined;
	return to(`[*${list}, ${method === "extend" ? "*" : ""}${item.trim()}]`, "suggestion", argument);
}

function to(value: string, applicability: Fix["applicability"], { param, value: place }: ArgSite): Fix {
	return fix(`Write ${code(`${param}=${value}`)}`, applicability, [replace(place, value)]);
}
