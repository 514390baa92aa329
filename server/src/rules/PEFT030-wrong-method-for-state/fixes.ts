/** Remedies of a call that the object cannot answer. */
import type { ArgSite, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Edit, Finding, Fix } from "../rule";
import { nameOfResult } from "../shared/blocks";
import { argumentFor } from "../shared/calls";
import { addKeyword, deleteStatement, fix, insert, ranked, replace } from "../shared/edits";
import { imported } from "../shared/imports";
import { freshName, literal } from "../shared/names";
import { code, expressionText, isPath, textOf } from "../shared/source";
import { isModel } from "./arguments";
import { causeOf, receiverText } from "./missing";
import { problemOf } from "./problems";

/** Methods that give the plain model, which it already is. */
const GIVES_PLAIN = new Set(["merge_and_unload", "unload", "get_base_model"]);
const TASKS = "CausalLM|Seq2SeqLM|SequenceClassification|TokenClassification|QuestionAnswering|FeatureExtraction";

export function fixes(finding: Finding, graph: ModelGraph): readonly Fix[] {
	const event = graph.events[finding.event];
	const problem = event && problemOf(graph, event);
	if (event === undefined || problem === undefined || finding.confidence === "may") return [];
	switch (problem.kind) {
		case "missing":
			return ranked([fixMissing(graph, event)]);
		case "several-names":
			return ranked([throughTuner(graph, event)]);
		case "one-argument":
			return ranked([loadBoth(graph, event)]);
		case "config-as-name":
			return ranked([nameConfig(graph, event)]);
		case "path-first":
		case "swapped":
			return ranked([swap(graph, event)]);
		case "no-name":
			return ranked([addName(graph, event)]);
		default:
			return [];
	}
}

function fixMissing(graph: ModelGraph, event: ModelEvent): Fix | undefined {
	const [situation] = event.cases;
	const cause = situation && causeOf(graph, situation);
	if (cause === undefined) return undefined;
	if (cause.kind === "unload") return GIVES_PLAIN.has(event.api) ? dropCall(graph, event) : undefined;
	if (cause.kind === "wrap" || cause.kind === "load") return callOnWrapper(graph, event, cause);
	if (cause.kind === "load-adapter") return loadWithPeft(graph, event, cause);
	return cause.kind === "create" && GIVES_PLAIN.has(event.api) ? createWrapped(graph, event, cause) : undefined;
}

/** It is the plain model already. */
function dropCall(graph: ModelGraph, { api, call }: ModelEvent): Fix | undefined {
	const receiver = receiverText(graph, { call } as ModelEvent);
	const title = `Drop ${code(`.${api}()`)}: the model is the plain one already`;
	const { form, target, ownLines } = call.statement;
	const isIdle = form === "expr" || (target !== undefined && textOf(graph, target) === receiver);
	if (isIdle && isPath(receiver))
		return ownLines ? fix(title, "safe", [deleteStatement(graph, call.statement)]) : undefined;
	return fix(title, "safe", [
		replace({ file: call.file, start: call.func.start + receiver.length, end: call.end }, ""),
	]);
}

/** The variable that holds the PeftModel is there: its method was meant. */
function callOnWrapper(graph: ModelGraph, event: ModelEvent, wrap: ModelEvent): Fix | undefined {
	const name = nameOfResult(graph, wrap.call, event.call);
	const receiver = receiverText(graph, event);
	if (name === undefined || !isPath(receiver)) return undefined;
	// A result that is not kept would leave an empty wrapper.
	if (GIVES_PLAIN.has(event.api) && event.call.statement.form === "expr") return undefined;
	const { file, start } = event.call.func;
	return fix(`Call it on ${code(name)}, the PeftModel`, "suggestion", [
		replace({ file, start, end: start + receiver.length }, name),
	]);
}

/** `model.load_adapter(p)` of transformers becomes `model = PeftModel.from_pretrained(model, p)`. */
function loadWithPeft(graph: ModelGraph, event: ModelEvent, load: ModelEvent): Fix | undefined {
	const model = receiverText(graph, load);
	const [source, ...more] = load.call.args;
	if (model !== receiverText(graph, event) || !isPath(model) || load.call.statement.form !== "expr") return undefined;
	if (source === undefined || source.keyword || more.some(({ param }) => param !== "adapter_name")) return undefined;
	const loader = imported(graph, load.call.file, "peft", "PeftModel");
	if (loader === undefined || load.call.file !== event.call.file) return undefined;
	const edits = [
		replace(load.call.func, `${model} = ${loader.expression}.from_pretrained`),
		insert(load.call.file, source.start, `${model}, `),
	];
	return fix(`Load the adapter with ${code("PeftModel.from_pretrained")}, whose result has the method`, "suggestion", [
		...loader.edits,
		...edits,
		...keepResult(graph, event),
	]);
}

/** `AutoModelForX` of an adapter's folder becomes `AutoPeftModelForX`. */
function createWrapped(graph: ModelGraph, event: ModelEvent, create: ModelEvent): Fix | undefined {
	const task = new RegExp(`^transformers\\.AutoModelFor(${TASKS})\\.from_pretrained$`).exec(create.api)?.[1];
	const written = textOf(graph, create.call.func);
	if (task === undefined || create.call.args.length === 0 || create.call.file !== event.call.file) return undefined;
	const auto = imported(graph, create.call.file, "peft", `AutoPeftModelFor${task}`);
	if (auto === undefined || !/^(\w+\.)?AutoModelFor\w+\.from_pretrained$/.test(written)) return undefined;
	const title = `Load the adapter's folder with ${code(auto.expression)}, whose result has the method`;
	return fix(title, "suggestion", [
		...auto.edits,
		replace(create.call.func, `${auto.expression}.from_pretrained`),
		...keepResult(graph, event),
	]);
}

/** `model.merge_and_unload()` on a line of its own would leave `model` an empty wrapper. */
function keepResult(graph: ModelGraph, event: ModelEvent): readonly Edit[] {
	const receiver = receiverText(graph, event);
	const isLost = GIVES_PLAIN.has(event.api) && event.call.statement.form === "expr" && isPath(receiver);
	return isLost ? [insert(event.call.file, event.call.start, `${receiver} = `)] : [];
}

/** The tuner takes several names; for a single one the wrapper needs no list. */
function throughTuner(graph: ModelGraph, { call }: ModelEvent): Fix | undefined {
	const names = argumentFor(call, "adapter_name");
	const written = names && textOf(graph, names.value);
	const single = /^\[\s*("[^"]*"|'[^']*'|[\w.]+)\s*,?\s*\]$/.exec(written ?? "")?.[1];
	if (names !== undefined && single !== undefined)
		return fix(`Give the one name, ${code(single)}`, "safe", [replace(names.value, single)]);
	const method = "set_adapter";
	const at = call.func.end - method.length;
	return fix("Let the tuner make them active: `base_model.set_adapter`", "safe", [
		insert(call.file, at, "base_model."),
	]);
}

/** The adapter's config names its base model: `AutoPeftModelForX` loads both. */
function loadBoth(graph: ModelGraph, event: ModelEvent): Fix | undefined {
	const [source] = event.call.args;
	if (source === undefined || source.keyword || isModel(graph, source)) return undefined;
	const task = new RegExp(`PeftModelFor(${TASKS})\\.`).exec(event.api)?.[1] ?? "CausalLM";
	const auto = imported(graph, event.call.file, "peft", `AutoPeftModelFor${task}`);
	if (auto === undefined) return undefined;
	return fix(`Load base model and adapter with ${code(auto.expression)}`, "suggestion", [
		...auto.edits,
		replace(event.call.func, `${auto.expression}.from_pretrained`),
	]);
}

function nameConfig(graph: ModelGraph, { call }: ModelEvent): Fix | undefined {
	const config = argumentFor(call, "adapter_name");
	const behind = call.args.slice(config === undefined ? 0 : call.args.indexOf(config) + 1);
	if (config === undefined || behind.some(({ keyword }) => !keyword)) return undefined;
	const written = expressionText(graph, config.value);
	return config.keyword
		? undefined
		: fix(`Pass it as the config: ${code(`config=${written}`)}`, "safe", [insert(call.file, config.start, "config=")]);
}

/** The first two arguments change places. */
function swap(graph: ModelGraph, { kind, call }: ModelEvent): Fix | undefined {
	const [first, second] = call.args;
	if (first === undefined || second === undefined || first.keyword || second.keyword) return undefined;
	if (kind === "load" && !isModel(graph, second)) return undefined;
	const written = (arg: ArgSite) => textOf(graph, arg.value);
	return fix(`Swap ${code(expressionText(graph, first))} and ${code(expressionText(graph, second))}`, "safe", [
		replace(first.value, written(second)),
		replace(second.value, written(first)),
	]);
}

function addName(graph: ModelGraph, { call, cases }: ModelEvent): Fix {
	const name = literal(freshName("loaded", cases[0]?.before?.adapters ?? []));
	return fix(`Name the adapter: ${code(`adapter_name=${name}`)}`, "suggestion", [
		addKeyword(graph, call, `adapter_name=${name}`),
	]);
}
