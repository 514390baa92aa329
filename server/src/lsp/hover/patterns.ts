/** The two right orders, in the person's own names: train a new adapter; load a trained one. */
import type { ArgSite, CoreId, EventKind, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Words } from "./words";

/** Longest piece of the person's code that goes into a pattern, in UTF-16 code units. */
const maxPiece = 100;

interface Names {
	readonly base: string;
	readonly model: string;
	readonly createBase: string;
	readonly quantized: boolean;
	readonly wrap: string;
	readonly config: string;
	readonly load: string;
	readonly adapter: string;
}

/** The one that fits the place comes first. Undefined where nothing in the file has to do with PEFT: then nobody asked. */
export function describePatterns(words: Words, core: CoreId | undefined, loadFirst: boolean): string | undefined {
	if (!usesPeft(words.graph)) return undefined;
	const names = namesFrom(words, core);
	const train = [words.say("hover.pattern.train"), words.markup.block("python", trainPattern(words, names))];
	const load = [words.say("hover.pattern.load"), words.markup.block("python", loadPattern(words, names))];
	return (loadFirst ? [...load, ...train] : [...train, ...load]).join("\n\n");
}

function trainPattern({ say }: Words, { base, model, createBase, quantized, wrap, config, adapter }: Names): string {
	return [
		`${base} = ${createBase}`,
		...(quantized ? [`${base} = prepare_model_for_kbit_training(${base})`] : []),
		`${model} = ${wrap}(${base}, ${config})`,
		`...  # ${say("pattern.train")}`,
		`${model}.save_pretrained(${adapter})`,
	].join("\n");
}

function loadPattern({ say }: Words, { base, model, createBase, load, adapter }: Names): string {
	return [
		`${base} = ${createBase}  # ${say("pattern.base")}`,
		`${model} = ${load}(${base}, ${adapter})  # ${say("pattern.infer")}`,
		// Both, one after the other, would be a mistake of their own: one is a comment.
		`# ${say("pattern.resume")}`,
		`# ${model} = ${load}(${base}, ${adapter}, is_trainable=True)`,
	].join("\n");
}

function usesPeft(graph: ModelGraph): boolean {
	return graph.events.some(({ api, cases }) => {
		return api.startsWith("peft.") || cases.some(({ after }) => after !== undefined && after.adapters.length > 0);
	});
}

function namesFrom(words: Words, core: CoreId | undefined): Names {
	const { graph } = words;
	const created = createdBy(graph, core);
	const wrap = firstOf(graph, core, ["wrap"], "peft.get_peft_model");
	const load = firstOf(graph, core, ["load"], ".from_pretrained");
	const save = firstOf(graph, core, ["save"], "");
	const given = [wrap, load].map((event) => argument(words, event, ["model"]));
	return {
		base: targetOf(words, created) ?? given.find(isName) ?? "base",
		model: targetOf(words, wrap) ?? targetOf(words, load) ?? "model",
		createBase: creationOf(words, core, created) ?? 'AutoModelForCausalLM.from_pretrained("base-model")',
		quantized: graph.events.some(({ kind }) => kind === "kbit-prepare"),
		wrap: piece(wrap && words.sourceAt(wrap.call.func)) ?? "get_peft_model",
		config: argument(words, wrap, ["peft_config", "config"]) ?? "config",
		load: piece(load && words.sourceAt(load.call.func)) ?? "PeftModel.from_pretrained",
		adapter: argument(words, load, ["model_id"]) ?? argument(words, save, ["save_directory"]) ?? '"adapter"',
	};
}

/** The call that made a plain base model; one that returns a wrapped model, or more than a model, is no such call. */
function createdBy(graph: ModelGraph, core: CoreId | undefined): ModelEvent | undefined {
	const id = core === undefined ? undefined : graph.cores[core]?.created;
	const event = id === undefined ? undefined : graph.events[id];
	return event?.api.startsWith("transformers.") ? event : undefined;
}

/** The call as the person wrote it; of a class of their own the graph knows it by its label. */
function creationOf(words: Words, core: CoreId | undefined, created: ModelEvent | undefined): string | undefined {
	if (created !== undefined) return piece(words.sourceAt(created.call)) ?? shortened(words, created);
	const info = core === undefined ? undefined : words.graph.cores[core];
	return info?.created === undefined && info?.label.endsWith(")") ? piece(info.label) : undefined;
}

/** With the first argument alone, the name of what is loaded. */
function shortened(words: Words, { call }: ModelEvent): string | undefined {
	const first = call.args[0];
	return first && piece(`${words.sourceAt(call.func)}(${words.sourceAt(first)}, ...)`);
}

/** On this Core if there is one, else anywhere in the file. */
function firstOf(
	graph: ModelGraph,
	core: CoreId | undefined,
	kinds: readonly EventKind[],
	apiPart: string,
): ModelEvent | undefined {
	const fitting = graph.events.filter(({ kind, api, call }) => {
		return kinds.includes(kind) && api.includes(apiPart) && call.file === 0;
	});
	return fitting.find(({ cases }) => cases.some(({ target }) => target?.core === core)) ?? fitting[0];
}

function targetOf(words: Words, event: ModelEvent | undefined): string | undefined {
	const target = event?.call.statement.target;
	return piece(target && words.sourceAt(target));
}

function argument(words: Words, event: ModelEvent | undefined, params: readonly string[]): string | undefined {
	const arg = event?.call.args.find(({ param }: ArgSite) => param !== undefined && params.includes(param));
	return piece(arg && words.sourceAt(arg.value));
}

/** Code that reads well on one line; undefined for anything longer. */
function piece(source: string | undefined): string | undefined {
	const line = source?.replace(/\s+/g, " ").trim();
	return line === undefined || line === "" || line.length > maxPiece || line.includes("#") ? undefined : line;
}

function isName(source: string | undefined): boolean {
	return source !== undefined && /^[\p{L}_][\p{L}\p{N}_]*$/u.test(source);
}
