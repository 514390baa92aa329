/** Remedy of a config without its weights: load both. */
import type { ModelEvent, ModelGraph, Place } from "../../analysis/graph";
import type { Finding, Fix } from "../rule";
import { isAssignedBetween } from "../shared/blocks";
import { argumentFor, modelArgument } from "../shared/calls";
import { fix, ranked, replace } from "../shared/edits";
import { always } from "../shared/flow";
import { type Imported, importedInstead } from "../shared/imports";
import { samePlace, textOf } from "../shared/source";

export function fixes({ event: id }: Finding, graph: ModelGraph): readonly Fix[] {
	const made = graph.events[id];
	return made?.kind === "wrap" ? ranked([load(graph, made)]) : [];
}

/** `get_peft_model(base, config)` → `PeftModel.from_pretrained(base, path)` */
function load(graph: ModelGraph, made: ModelEvent): Fix | undefined {
	const { call } = made;
	const [model, config] = [modelArgument(call), argumentFor(call, "peft_config", "config")];
	const read = made.cases[0]?.config?.created;
	if (model === undefined || config === undefined || read === undefined || call.args.length !== 2) return undefined;
	if (!always(graph, call, (one) => one.config?.created !== undefined && samePlace(one.config.created, read)))
		return undefined;
	const path = pathOf(graph, made, read);
	const loader = loaderOf(graph, made);
	if (path === undefined || loader === undefined) return undefined;
	const text = `${loader.expression}(${textOf(graph, model.value)}, ${path})`;
	return fix(`Load the adapter with its weights: \`${text}\``, "suggestion", [...loader.edits, replace(call, text)]);
}

/** What the config was read from: one argument, which means the same where the model is made. */
function pathOf(graph: ModelGraph, { call }: ModelEvent, read: Place): string | undefined {
	const [, path] = /^[\w.]+\.from_pretrained\(\s*("[^"\n]*"|'[^'\n]*'|[\w.]+)\s*\)$/.exec(textOf(graph, read)) ?? [];
	if (path === undefined || read.file !== call.file) return undefined;
	if (read.start < call.scope.start || read.end > call.end) return undefined;
	return /^["']/.test(path) || read.start > call.start || !isAssignedBetween(graph, path, read, call)
		? path
		: undefined;
}

function loaderOf(graph: ModelGraph, { api, call }: ModelEvent): Imported | undefined {
	const written = textOf(graph, call.func);
	if (/^peft\.PeftModel\w*$/.test(api)) return { expression: `${written}.from_pretrained`, edits: [] };
	const loader = importedInstead(graph, call.file, "peft", "get_peft_model", "PeftModel");
	return loader && { ...loader, expression: `${loader.expression}.from_pretrained` };
}
