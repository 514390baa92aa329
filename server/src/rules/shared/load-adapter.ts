/** Turns a load that nests a wrapper into `wrapper.load_adapter(…)`, in place, so that layout and comments stay. */
import type { ArgSite, EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Edit, Fix } from "../rule";
import { argumentFor, hasUnpackedArgument } from "./calls";
import { addKeyword, appendStatements, breakBefore, deleteArgument, fix, insert, replace } from "./edits";
import { always, isTrainedAfter } from "./flow";
import { freshName, literal } from "./names";
import { code, expressionText, isPath, textOf } from "./source";

/** Positional parameters that from_pretrained and load_adapter share, the model left out. */
const SHARED_POSITIONS = 3;

/** `beside`: under a name of its own, then made active. `into`: over the weights of the wrapper's adapter. */
export type Manner = "beside" | "into";

/** The load's own model argument is the wrapper, on every path, or its tuner. */
export function loadThroughArgument(
	graph: ModelGraph,
	load: ModelEvent,
	model: ArgSite,
	situation: EventCase,
	manner: Manner,
): Fix | undefined {
	const isWrapper = ({ target }: EventCase) => target?.path[0]?.token === "P" || target?.path[0]?.token === "T";
	const wrapper = wrapperText(graph, model, situation);
	if (wrapper === undefined || !always(graph, load.call, isWrapper)) return undefined;
	return loadThroughWrapper(graph, load, model, situation, wrapper, manner);
}

/** `wrapper` is an expression for the PeftModel that is to load the adapter. */
export function loadThroughWrapper(
	graph: ModelGraph,
	load: ModelEvent,
	model: ArgSite,
	situation: EventCase,
	wrapper: string,
	manner: Manner,
): Fix | undefined {
	const name = adapterName(graph, load, situation, manner);
	if (name === undefined || !isTranslatable(graph, load, model)) return undefined;
	const placed = inStatement(graph, load, wrapper, name, manner);
	if (placed === undefined) return undefined;
	const edits = [...placed, ...callEdits(graph, load, model, name)];
	return fix(title(graph, load, name, manner), "suggestion", edits);
}

/** The wrapper as an expression: the model argument itself, or what stands before its `.base_model`. */
function wrapperText(graph: ModelGraph, model: ArgSite, situation: EventCase): string | undefined {
	const written = textOf(graph, model.value);
	const isTuner = situation.target?.path[0]?.token === "T";
	const wrapper = isTuner ? /^(.+?)\s*\.\s*base_model$/s.exec(written)?.[1] : written;
	return wrapper !== undefined && isPath(wrapper) ? wrapper : undefined;
}

/** As Python: the literal or the variable that names the adapter. */
function adapterName(graph: ModelGraph, load: ModelEvent, situation: EventCase, manner: Manner): string | undefined {
	const adapters = situation.before?.adapters ?? [];
	if (manner === "into") {
		const [active] = situation.before?.active ?? [];
		return active !== undefined && adapters.some((adapter) => adapter.name === active) ? literal(active) : undefined;
	}
	const given = argumentFor(load.call, "adapter_name");
	if (given === undefined) return literal(freshName("loaded", adapters));
	if (typeof given.constant === "string" && !adapters.some((adapter) => adapter.name === given.constant))
		return textOf(graph, given.value);
	return given.constant === undefined ? undefined : literal(freshName("loaded", adapters));
}

/** Every argument means the same to load_adapter. */
function isTranslatable(graph: ModelGraph, load: ModelEvent, model: ArgSite): boolean {
	const { call } = load;
	if (hasUnpackedArgument(graph, call) || argumentFor(call, "config") !== undefined) return false;
	const positional = call.args.filter((arg) => !arg.keyword && arg !== model);
	return argumentFor(call, "model_id") !== undefined && positional.length <= SHARED_POSITIONS;
}

/** Puts the call behind `wrapper.` and gives what used its result the wrapper. */
function inStatement(
	graph: ModelGraph,
	load: ModelEvent,
	wrapper: string,
	name: string,
	manner: Manner,
): readonly Edit[] | undefined {
	const { call } = load;
	const { statement } = call;
	const head = textOf(graph, { file: call.file, start: statement.start, end: call.start });
	const tail = textOf(graph, { file: call.file, start: call.end, end: statement.end });
	const activate = (owner: string) => (manner === "beside" ? [`${owner}.set_adapter(${name})`] : []);
	const callee = (prefix: string, owner: string) =>
		replace({ file: call.file, start: statement.start, end: call.func.end }, `${prefix}${owner}.load_adapter`);
	const line = breakBefore(graph, statement);
	if (head === "" && tail === "") return [callee("", wrapper), appendStatements(graph, statement, activate(wrapper))];
	if (/^return\s+$/.test(head) && tail === "")
		return [callee("", wrapper), appendStatements(graph, statement, [...activate(wrapper), `return ${wrapper}`])];
	const target = /^([\p{L}_][\p{L}\p{N}_.]*)\s*(:[^=]+)?=\s*$/u.exec(head)?.[1];
	if (target === undefined) return undefined;
	if (tail === "" && target === wrapper)
		return [callee("", wrapper), appendStatements(graph, statement, activate(wrapper))];
	if (tail === "")
		return [callee(`${target} = ${wrapper}${line}`, target), appendStatements(graph, statement, activate(target))];
	return tail.startsWith(".")
		? [callee("", wrapper), chained(load, [...activate(wrapper), `${head}${wrapper}`], line)]
		: undefined;
}

/** `merged = PeftModel.from_pretrained(m, p).merge_and_unload()`: what follows the call goes to a statement behind it. */
function chained(load: ModelEvent, lines: readonly string[], line: string): Edit {
	return insert(load.call.file, load.call.end, lines.map((text) => `${line}${text}`).join(""));
}

/** The call's own arguments: no model, the adapter's name, trainable where training follows. */
function callEdits(graph: ModelGraph, load: ModelEvent, model: ArgSite, name: string): readonly Edit[] {
	const { call } = load;
	const given = argumentFor(call, "adapter_name");
	const source = argumentFor(call, "model_id");
	const edits = [deleteArgument(graph, call, model)];
	if (given !== undefined && textOf(graph, given.value) !== name) edits.push(replace(given.value, name));
	const last = call.args.at(-1);
	const trainable = isTrainedAfter(graph, load) && argumentFor(call, "is_trainable") === undefined;
	const keywords = [
		...(given === undefined ? [`adapter_name=${name}`] : []),
		...(trainable ? ["is_trainable=True"] : []),
	];
	if (keywords.length === 0) return edits;
	if (last === model && source !== undefined)
		return [...edits, insert(call.file, source.end, `, ${keywords.join(", ")}`)];
	const [first, ...more] = keywords;
	const edit = addKeyword(graph, call, first ?? "");
	return [
		...edits,
		{ ...edit, text: edit.text + more.map((keyword) => followUp(edit.text, first ?? "", keyword)).join("") },
	];
}

/** One more keyword behind one that was just added, in the same layout. */
function followUp(added: string, first: string, keyword: string): string {
	const trailingComma = added.endsWith(",");
	return trailingComma
		? added.replace(first, keyword)
		: added.startsWith(",")
			? added.replace(first, keyword)
			: `, ${keyword}`;
}

function title(graph: ModelGraph, load: ModelEvent, name: string, manner: Manner): string {
	if (manner === "into")
		return `Load the weights into the wrapper's own adapter ${code(name)} (its config must be the same)`;
	const source = argumentFor(load.call, "model_id");
	const what = source === undefined ? "the adapter" : code(expressionText(graph, source.value));
	return `Load ${what} into the wrapper as adapter ${code(name)} and make it active`;
}
