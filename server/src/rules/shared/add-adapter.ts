/** Turns a wrap into `wrapper.add_adapter(…)` and `set_adapter`. */
import type { EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Fix } from "../rule";
import { argumentFor, modelArgument } from "./calls";
import { breakBefore, fix, replace } from "./edits";
import { freshName, literal } from "./names";
import { code, isPath, textOf } from "./source";

/** `wrapper` is an expression for the PeftModel that is to get the adapter. */
export function addThroughWrapper(
	graph: ModelGraph,
	wrap: ModelEvent,
	situation: EventCase,
	wrapper: string,
): Fix | undefined {
	const { call } = wrap;
	const config = argumentFor(call, "peft_config", "config");
	const given = argumentFor(call, "adapter_name");
	const known = [modelArgument(call), config, given];
	if (!isPath(wrapper) || config === undefined || !call.args.every((arg) => known.includes(arg))) return undefined;
	const adapters = situation.before?.adapters ?? [];
	const isFree = typeof given?.constant === "string" && !adapters.some((adapter) => adapter.name === given.constant);
	const name = isFree ? literal(String(given?.constant)) : literal(freshName("second", adapters));
	const owner = ownerOf(graph, wrap, wrapper);
	if (owner === undefined) return undefined;
	const lines = [
		...(owner === wrapper ? [] : [`${owner} = ${wrapper}`]),
		`${owner}.add_adapter(${name}, ${textOf(graph, config.value)})`,
		`${owner}.set_adapter(${name})`,
		...(call.statement.form === "return" ? [`return ${owner}`] : []),
	];
	const text = lines.join(breakBefore(graph, call.statement));
	return fix(`Add the config to the wrapper as adapter ${code(name)} and make it active`, "suggestion", [
		replace(call.statement, text),
	]);
}

/** The variable that holds the wrapper afterwards; undefined where the call is a part of something larger. */
function ownerOf(graph: ModelGraph, wrap: ModelEvent, wrapper: string): string | undefined {
	const { form, target } = wrap.call.statement;
	if (form === "return" || form === "expr") return wrapper;
	return form === "assign" && target !== undefined ? textOf(graph, target) : undefined;
}
