/** The remedy: the task that the model was made for. */
import type { ArgSite, EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Edit, Finding, Fix } from "../rule";
import { argumentFor } from "../shared/calls";
import { configEvents, usesOf } from "../shared/configs";
import { addKeyword, fix, ranked, replace } from "../shared/edits";
import { isImported } from "../shared/imports";
import { code, samePlace, textOf } from "../shared/source";
import { TASKS } from "./heads";

export function fixes(finding: Finding, graph: ModelGraph): readonly Fix[] {
	const wrap = graph.events[finding.event];
	const created = wrap?.cases.find(({ config }) => config?.created !== undefined)?.config?.created;
	const config = created && configEvents(graph).find(({ call }) => samePlace(call, created));
	const task = config && taskOf(graph, config);
	if (config === undefined || task === undefined) return [];
	const edit = writeTask(graph, config, task);
	return ranked([edit && fix(`Say that the task is ${code(task)}`, "safe", [edit])]);
}

/** The one task of all models that are given the config; undefined where they have several, or another. */
function taskOf(graph: ModelGraph, config: ModelEvent): string | undefined {
	const tasks = usesOf(graph, config).map(({ situation }) => taskFor(graph, situation));
	return new Set(tasks).size === 1 ? tasks[0] : undefined;
}

function taskFor(graph: ModelGraph, { target }: EventCase): string | undefined {
	const core = target === undefined ? undefined : graph.cores[target.core];
	return core && TASKS[core.family];
}

function writeTask(graph: ModelGraph, config: ModelEvent, task: string): Edit | undefined {
	const given = argumentFor(config.call, "task_type");
	// A field that is assigned later counts, and not the argument.
	const isAsGiven = usesOf(graph, config).every(({ view }) =>
		config.cases.some((one) => one.config?.fields.task_type === view.fields.task_type),
	);
	if (!isAsGiven) return undefined;
	const hasEnum = isImported(graph, config.call.file, "peft", "TaskType");
	const written = hasEnum ? `TaskType.${task}` : `"${task}"`;
	if (given === undefined) return addKeyword(graph, config.call, `task_type=${written}`);
	return given.constant === null ? replace(given.value, written) : replaceTask(graph, given, task);
}

/** In the form that is there: a member of the enum, or a string in its quotes. */
function replaceTask(graph: ModelGraph, { value, constant }: ArgSite, task: string): Edit | undefined {
	const text = textOf(graph, value);
	if (/^(?:\w+\.)*TaskType\.\w+$/.test(text)) return replace(value, text.replace(/\w+$/, task));
	return typeof constant === "string" && /^(["'])\w+\1$/.test(text)
		? replace(value, text.replace(/\w+/, task))
		: undefined;
}
