/** Remedies of saving a network with adapter layers in it: save the adapter, or merge first. */
import type { ModelEvent, ModelGraph, ModelRead } from "../../analysis/graph";
import type { Finding, Fix } from "../rule";
import { nameOfResult, sameBlock } from "../shared/blocks";
import { argumentFor } from "../shared/calls";
import { fix, insert, ranked, replace } from "../shared/edits";
import { always } from "../shared/flow";
import { isOwnName } from "../shared/names";
import { injectionOf } from "../shared/saves";
import { isPath, lineText, textOf } from "../shared/source";
import { receiverOf } from "../shared/unload";

export function fixes(finding: Finding, graph: ModelGraph): readonly Fix[] {
	const save = graph.events[finding.event];
	const situation = save?.cases.find((one) => one.certain && injectionOf(graph, one) !== undefined);
	if (save === undefined || situation === undefined) return [];
	const injection = injectionOf(graph, situation);
	if (injection === undefined || !always(graph, save.call, (one) => injectionOf(graph, one) === injection)) return [];
	const inside = wrapperWritten(graph, save);
	if (inside !== undefined) return ranked([saveThrough(graph, save, inside), mergeFirst(graph, save, inside)]);
	if (situation.target?.path.length !== 0 || !isVariable(graph, save)) return [];
	if (injection.kind === "trainer") return ranked([saveTrainer(graph, save, injection)]);
	return ranked([saveWrapper(graph, save, injection), keepWrapper(graph, save, injection)]);
}

/** `model` of `model.base_model.model.save_pretrained`, where that is a PeftModel. */
function wrapperWritten(graph: ModelGraph, save: ModelEvent): string | undefined {
	const name = receiverOf(graph, save).replace(/\.(?:get_base_model\(\)|base_model(?:\.model)?|model)$/, "");
	const isWrapper = readAt(graph, save, name)?.cases.every(({ handle }) => handle.path[0]?.token === "P");
	return isWrapper && isPath(name) ? name : undefined;
}

function replaceReceiver(graph: ModelGraph, save: ModelEvent, text: string, title: string): Fix {
	const { file, func } = save.call;
	const place = { file, start: func.start, end: func.start + receiverOf(graph, save).length };
	return fix(title, "suggestion", [replace(place, text)]);
}

function methodOf(graph: ModelGraph, save: ModelEvent): string {
	return textOf(graph, save.call.func).slice(receiverOf(graph, save).length);
}

/** The wrapper saves the adapter. */
function saveThrough(graph: ModelGraph, save: ModelEvent, wrapper: string): Fix {
	return replaceReceiver(graph, save, wrapper, `Save the adapter: \`${wrapper}${methodOf(graph, save)}\``);
}

/** The merged model is whole. It leaves the wrapper empty, so nothing may use that afterwards. */
function mergeFirst(graph: ModelGraph, save: ModelEvent, wrapper: string): Fix | undefined {
	const core = save.cases[0]?.target?.core;
	const isUsedAfter = graph.reads.some(
		(read) => read.start > save.call.end && read.cases.some(({ handle }) => handle.core === core),
	);
	if (isUsedAfter || save.frames.length > 0 || save.cases.some(({ pass }) => pass > 0)) return undefined;
	const merged = `${wrapper}.merge_and_unload()`;
	return replaceReceiver(graph, save, merged, `Merge the adapter and save the whole model: \`${merged}\``);
}

/** `base.save_pretrained(…)` → `model.save_pretrained(…)`, where the wrapper is in a variable. */
function saveWrapper(graph: ModelGraph, save: ModelEvent, injection: ModelEvent): Fix | undefined {
	const wrapper = nameOfResult(graph, injection.call, save.call);
	if (wrapper === undefined || wrapper === receiverOf(graph, save)) return undefined;
	return sameBlock(graph, injection.call, save.call) ? saveThrough(graph, save, wrapper) : undefined;
}

/** `get_peft_model(model, config)` → `model = get_peft_model(model, config)` */
function keepWrapper(graph: ModelGraph, save: ModelEvent, injection: ModelEvent): Fix | undefined {
	const { call } = injection;
	const model = argumentFor(call, "model");
	const name = model && textOf(graph, model.value);
	if (injection.kind !== "wrap" || call.statement.form !== "expr" || name === undefined) return undefined;
	if (name !== receiverOf(graph, save) || !/^\w+$/.test(name) || !isOwnName(graph, name, call)) return undefined;
	if (!sameBlock(graph, call, save.call)) return undefined;
	return fix(`Keep the wrapper in ${lineText(graph, call)}: \`${name} = ${textOf(graph, call)}\``, "suggestion", [
		insert(call.file, call.start, `${name} = `),
	]);
}

/** `model.save_pretrained(path)` → `trainer.save_model(path)`: the trainer has the wrapper, and saves the adapter. */
function saveTrainer(graph: ModelGraph, save: ModelEvent, injection: ModelEvent): Fix | undefined {
	const trainer = nameOfResult(graph, injection.call, save.call);
	if (trainer === undefined || !sameBlock(graph, injection.call, save.call)) return undefined;
	const [path, ...others] = save.call.args;
	if (save.api !== "save_pretrained" || path === undefined || others.length > 0)
		return replaceReceiver(
			graph,
			save,
			`${trainer}.model`,
			`Save the trainer's model: \`${trainer}.model${methodOf(graph, save)}\``,
		);
	return fix(`Save what the trainer trained: \`${trainer}.save_model\``, "safe", [
		replace(save.call.func, `${trainer}.save_model`),
		...(path.keyword ? [replace({ ...path, end: path.value.start }, "output_dir=")] : []),
	]);
}

/** The model itself is written in front of the method, as a name or a path of names. */
function isVariable(graph: ModelGraph, save: ModelEvent): boolean {
	return readAt(graph, save, receiverOf(graph, save)) !== undefined;
}

function readAt(graph: ModelGraph, { call: { file, func } }: ModelEvent, name: string): ModelRead | undefined {
	return graph.reads.find(
		(read) => read.file === file && read.start === func.start && read.end === func.start + name.length,
	);
}
