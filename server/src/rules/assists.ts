/** Good practice that is offered where no rule speaks: checks that a person may want beside a call. */
import type { ModelEvent, ModelGraph, StatementSite } from "../analysis/graph";
import type { Edit } from "./rule";
import { modelArgument } from "./shared/calls";
import { appendStatements, breakBefore, insert } from "./shared/edits";
import { isPath, samePlace, textOf } from "./shared/source";

/** What is offered, by what it does. */
export type AssistId = "check-weights" | "check-output" | "check-trainable";

export interface Assist {
	readonly id: AssistId;
	/** The variable that the check is about. */
	readonly model: string;
	/** Sorted by place; all in file 0. */
	readonly edits: readonly Edit[];
}

/** Assists for the calls whose statement holds the range (UTF-16 offsets in file 0). */
export function assistsAt(graph: ModelGraph, start: number, end: number): readonly Assist[] {
	const here = graph.events.filter(
		({ call }) => call.file === 0 && call.statement.start <= start && end <= call.statement.end,
	);
	// One call may be reached in several ways.
	const calls = here.filter((event, index) => here.findIndex(({ call }) => samePlace(call, event.call)) === index);
	return calls.flatMap((event) => [...afterLoad(graph, event), ...beforeTraining(graph, event)]);
}

/** Of LoRA, `lora_B` is zero until it is trained or loaded. */
function afterLoad(graph: ModelGraph, event: ModelEvent): readonly Assist[] {
	const model = loadedModel(graph, event);
	const { statement } = event.call;
	if (model === undefined || !statement.ownLines) return [];
	const after = (id: AssistId, lines: readonly string[]): Assist => ({
		id,
		model,
		edits: [appendStatements(graph, statement, lines)],
	});
	const [inputs, adapted] = ["inputs", "adapted"].map((name) => unused(graph, name)) as [string, string];
	return [
		after("check-weights", [
			`assert any(p.abs().max() > 0 for n, p in ${model}.named_parameters() if "lora_B" in n or "lora_embedding_B" in n), "adapter not loaded"`,
		]),
		after("check-output", [
			`${inputs} = {name: value.to(${model}.device) for name, value in ${model}.dummy_inputs.items()}`,
			`${adapted} = ${model}(**${inputs}).logits`,
			`with ${model}.disable_adapter():`,
			`    assert not ${adapted}.allclose(${model}(**${inputs}).logits), "adapter not loaded"`,
		]),
	];
}

/** The variable that holds the model after an adapter was loaded. */
function loadedModel(graph: ModelGraph, { kind, api, call }: ModelEvent): string | undefined {
	const { form, target } = call.statement;
	const isWhole = kind === "load" || (kind === "create" && /^peft\.AutoPeftModel/.test(api));
	if (isWhole) return form === "assign" && target !== undefined ? textOf(graph, target) : undefined;
	return kind === "load-adapter" && form === "expr" ? receiver(graph, call.func) : undefined;
}

function beforeTraining(graph: ModelGraph, event: ModelEvent): readonly Assist[] {
	const { call, kind } = event;
	const model = trainedModel(graph, event);
	if (model === undefined || !call.statement.ownLines || kind === "optimizer-step") return [];
	const check = `assert any(p.requires_grad for p in ${model}.parameters()), "no parameter is trainable"`;
	return [{ id: "check-trainable", model, edits: [inFront(graph, call.statement, check)] }];
}

function trainedModel(graph: ModelGraph, { kind, call }: ModelEvent): string | undefined {
	if (kind === "train") {
		const trainer = receiver(graph, call.func);
		return trainer === undefined ? undefined : `${trainer}.model`;
	}
	if (kind === "trainer") {
		// A trainer that wraps the model makes what it trains.
		const given = modelArgument(call);
		const text =
			given === undefined || call.args.some(({ param }) => param === "peft_config") ? "" : textOf(graph, given.value);
		return isPath(text) ? text : undefined;
	}
	const [params] = kind === "optimizer" ? call.args : [];
	return params === undefined ? undefined : /^([\w.]+)\.parameters\(\)$/.exec(textOf(graph, params.value))?.[1];
}

/** What stands before the last dot, where it is a plain path. */
function receiver(graph: ModelGraph, func: ModelEvent["call"]["func"]): string | undefined {
	const text = textOf(graph, func);
	const model = text.slice(0, Math.max(0, text.lastIndexOf(".")));
	return isPath(model) ? model : undefined;
}

function inFront(graph: ModelGraph, statement: StatementSite, line: string): Edit {
	return insert(statement.file, statement.start, `${line}${breakBefore(graph, statement)}`);
}

/** The name, or one like it that the file does not have. */
function unused(graph: ModelGraph, name: string): string {
	const text = graph.sources[0]?.text ?? "";
	let candidate = name;
	for (let count = 2; new RegExp(`\\b${candidate}\\b`).test(text); count++) candidate = `${name}_${count}`;
	return candidate;
}
