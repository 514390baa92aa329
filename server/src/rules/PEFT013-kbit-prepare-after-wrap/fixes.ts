/** Remedy of preparing a model that is wrapped already: prepare it first. */
import type { ArgSite, CallSite, ModelEvent, ModelGraph, Place } from "../../analysis/graph";
import type { Applicability, Finding, Fix } from "../rule";
import { indentOf, isAssignedBetween, sameBlock } from "../shared/blocks";
import { hasUnpackedArgument, modelArgument } from "../shared/calls";
import { breakBefore, deleteLines, fix, insert, lineStart, ranked, replace } from "../shared/edits";
import { always } from "../shared/flow";
import { code, expressionText, isPath, samePlace, textOf } from "../shared/source";
import { freezesAdapter } from "../shared/training";
import { isPrint } from "../shared/unwrap";

export function fixes(finding: Finding, graph: ModelGraph): readonly Fix[] {
	const prepare = graph.events[finding.event];
	const wrap = prepare && wrapBefore(graph, prepare);
	if (prepare === undefined || wrap === undefined || hasUnpackedArgument(graph, prepare.call)) return [];
	if (!always(graph, prepare.call, freezesAdapter)) return [];
	return ranked([prepareInside(graph, wrap.call, prepare.call) ?? moveUp(graph, wrap.call, prepare.call)]);
}

/** What put the first adapter in. */
function wrapBefore(graph: ModelGraph, { cases }: ModelEvent): ModelEvent | undefined {
	const id = cases.find(freezesAdapter)?.before?.adapters[0]?.event;
	const event = id === undefined ? undefined : graph.events[id];
	return event?.kind === "wrap" || event?.kind === "load" ? event : undefined;
}

/** `prepare(get_peft_model(model, config))` → `get_peft_model(prepare(model), config)` */
function prepareInside(graph: ModelGraph, wrap: CallSite, prepare: CallSite): Fix | undefined {
	const base = modelArgument(wrap);
	const given = modelArgument(prepare);
	if (base === undefined || given === undefined || !samePlace(given.value, wrap)) return undefined;
	const prepared = withModel(graph, prepare, given, textOf(graph, base.value));
	return fix(title(graph, prepare), "safe", [
		replace({ ...prepare, end: wrap.start }, ""),
		replace(base.value, prepared),
		replace({ ...prepare, start: wrap.end }, ""),
	]);
}

/** The call with another model, as it is written. */
function withModel(graph: ModelGraph, call: CallSite, { value }: ArgSite, model: string): string {
	return `${textOf(graph, { ...call, end: value.start })}${model}${textOf(graph, { ...call, start: value.end })}`;
}

/** The statement goes, with the comments above it, in front of the one that wraps. */
function moveUp(graph: ModelGraph, wrap: CallSite, prepare: CallSite): Fix | undefined {
	const { statement } = prepare;
	const base = modelArgument(wrap);
	const given = modelArgument(prepare);
	if (base === undefined || given === undefined || !sameBlock(graph, wrap, prepare)) return undefined;
	if (!statement.ownLines || !wrap.statement.ownLines) return undefined;
	const model = textOf(graph, base.value);
	const wrapped = wrap.statement.target && textOf(graph, wrap.statement.target);
	const written = textOf(graph, given.value);
	if (!isPath(model) || (written !== wrapped && written !== model)) return undefined;
	const target = statement.target && textOf(graph, statement.target);
	if (statement.form !== "expr" && (statement.form !== "assign" || target !== written)) return undefined;
	const applicability = reach(graph, wrap, prepare, [model, ...argumentNames(graph, prepare, given)]);
	if (applicability === undefined) return undefined;
	const call = withModel(graph, prepare, given, model);
	const text = graph.sources[wrap.file]?.text ?? "";
	// It changes the model in place; in a function the name may be one of outside, which an assignment would hide.
	const isAssignable = model === wrapped || model === written || indentOf(text, wrap.statement) === "";
	const moved = statement.form === "assign" && isAssignable ? `${model} = ${call}` : call;
	const start = commentsAbove(text, statement.start);
	const end = text.indexOf("\n", statement.end);
	const lines = { file: wrap.file, start, end: end === -1 ? text.length : end };
	const above = textOf(graph, { ...lines, end: statement.start });
	const behind = textOf(graph, { ...lines, start: statement.end }).trimEnd();
	const lineBreak = breakBefore(graph, wrap.statement).replace(/[ \t]*$/, "");
	return fix(title(graph, prepare), applicability, [
		insert(wrap.file, commentsAbove(text, wrap.statement.start), `${above}${moved}${behind}${lineBreak}`),
		deleteLines(graph, lines),
	]);
}

/** Where the comments begin that stand right above a statement: the start of its own line where there are none. */
function commentsAbove(text: string, at: number): number {
	let start = lineStart(text, at);
	while (start > 0) {
		const above = lineStart(text, start - 1);
		if (!/^[ \t]*#(?! ?%%)/.test(text.slice(above, start))) break;
		start = above;
	}
	return start;
}

/** Safe where nothing but a print of the parameters stands between; undefined where a name may mean something else above. */
function reach(
	graph: ModelGraph,
	wrap: CallSite,
	prepare: CallSite,
	names: readonly string[],
): Applicability | undefined {
	const { end } = wrap.statement;
	const { start } = prepare.statement;
	const between: Place = { file: wrap.file, start: end, end: start };
	const isWrapped = wrap.statement.target && names[0] === textOf(graph, wrap.statement.target);
	if (names.slice(isWrapped ? 1 : 0).some((name) => isAssignedBetween(graph, name, wrap.statement, prepare.statement)))
		return undefined;
	const lines = textOf(graph, between).split("\n").slice(1);
	const isPlain = lines.every((line) => /^\s*(#.*|[\w.]+\.print_trainable_parameters\(\)\s*(#.*)?)?$/.test(line));
	const reads = graph.reads.filter((read) => read.file === wrap.file && end <= read.start && read.end <= start);
	if (isPlain && reads.every(isPrint)) return "safe";
	return reads.every(({ use }) => use.kind === "attribute") ? "suggestion" : undefined;
}

/** Names that the call's other arguments read. */
function argumentNames(graph: ModelGraph, { args }: CallSite, model: ArgSite): readonly string[] {
	return args
		.filter((arg) => arg !== model)
		.flatMap(({ value }) => textOf(graph, value).match(/[\p{L}_][\p{L}\p{N}_.]*/gu) ?? []);
}

function title(graph: ModelGraph, { func }: CallSite): string {
	return `Call ${code(expressionText(graph, func))} before the model is wrapped`;
}
