/** Taking a `get_peft_model` call out of a program. */
import type { ArgSite, CallSite, ModelGraph, ModelRead } from "../../analysis/graph";
import type { Edit } from "../rule";
import { indentOf, isAssignedBetween, sameBlock } from "./blocks";
import { deleteLines, deleteStatement, lineStart, replace } from "./edits";
import { eventsAt, readsOfWrapper } from "./flow";
import { isPath, samePlace, textOf } from "./source";

export interface Wrap {
	readonly call: CallSite;
	/** The argument that is the model. */
	readonly base: ArgSite;
}

/** The one place that still wants the wrapper: an argument that gets the base model instead. */
export interface Use {
	readonly call: CallSite;
	readonly argument: ArgSite;
}

/** Uses of a wrapper that mean the same on the base model, and leave both as they are. */
const NEUTRAL = new Set([
	"eval",
	"train",
	"to",
	"cuda",
	"cpu",
	"half",
	"float",
	"bfloat16",
	"config",
	"requires_grad_",
]);

/**
 * Edits that take the wrap out and give `use` the base model; undefined where the wrapper may be needed elsewhere or
 * the program is not plain enough to be sure.
 */
export function dropWrap(graph: ModelGraph, wrap: Wrap, use: Use): readonly Edit[] | undefined {
	const base = textOf(graph, wrap.base.value);
	if (samePlace(use.argument.value, wrap.call)) return [replace(wrap.call, base)];
	const { statement } = wrap.call;
	const name = textOf(graph, use.argument.value);
	if (statement.form !== "assign" || !statement.ownLines || statement.target === undefined) return undefined;
	if (!isPath(name) || textOf(graph, statement.target) !== name || !sameBlock(graph, wrap.call, use.call))
		return undefined;
	const wrappers = eventsAt(graph, wrap.call).map((event) => event.id);
	const others = readsOfWrapper(graph, wrappers).filter(
		(read) => !holds(use.argument, read) && !holds(statement, read),
	);
	if (others.some((read) => read.start < statement.end || read.start > use.call.end)) return undefined;
	if (!isPath(base)) {
		const edits = others.map((read) => adaptRead(graph, read, wrap, name));
		return edits.includes(undefined) ? undefined : [replace(wrap.call, base), ...edits.flatMap((edit) => edit ?? [])];
	}
	if (base !== name && isAssignedBetween(graph, base, statement, use.call.statement)) return undefined;
	const edits = others.map((read) => adaptRead(graph, read, wrap, base));
	if (edits.includes(undefined)) return undefined;
	const argument = base === name ? [] : [replace(use.argument.value, base)];
	return [deleteStatement(graph, statement), ...argument, ...edits.flatMap((edit) => edit ?? [])];
}

/** No edits where the read means the same on the base model under its name; undefined where it may not. */
function adaptRead(graph: ModelGraph, read: ModelRead, wrap: Wrap, name: string): readonly Edit[] | undefined {
	if (isPrint(read)) return dropPrint(graph, read, wrap);
	if (!isNeutral(read)) return undefined;
	return textOf(graph, read) === name ? [] : [replace(read, name)];
}

/** `model.print_trainable_parameters()` on a line of its own, in the block of the wrap. */
function dropPrint(graph: ModelGraph, read: ModelRead, wrap: Wrap): readonly Edit[] | undefined {
	const text = graph.sources[read.file]?.text ?? "";
	const lineFeed = text.indexOf("\n", read.end);
	const line = text.slice(lineStart(text, read.start), lineFeed === -1 ? text.length : lineFeed);
	const isAlone = /^\s*[\w.]+\.print_trainable_parameters\(\)\s*(#.*)?$/.test(line);
	return isAlone && indentOf(text, read) === indentOf(text, wrap.call.statement)
		? [deleteLines(graph, read)]
		: undefined;
}

function holds(
	outer: { readonly file: number; readonly start: number; readonly end: number },
	inner: ModelRead,
): boolean {
	return outer.file === inner.file && outer.start <= inner.start && inner.end <= outer.end;
}

/** A use that neither trains nor runs the wrapper, nor hands it on. */
export function isNeutral(read: ModelRead): boolean {
	return read.use.kind === "attribute" && NEUTRAL.has(read.use.name);
}

/** `model.print_trainable_parameters()`: looks, and changes nothing. */
export function isPrint(read: ModelRead): boolean {
	return read.use.kind === "attribute" && read.use.name === "print_trainable_parameters";
}
