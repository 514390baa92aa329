/** Calls that take the adapter out of a wrapper, and what becomes of their result. */
import type { EventCase, ModelEvent, ModelGraph, ModelRead } from "../../analysis/graph";
import type { Applicability, Fix } from "../rule";
import { fix, insert, lineStart } from "./edits";
import { always } from "./flow";
import { isOwnName } from "./names";
import { isPath, lineText, textOf } from "./source";

/** What a method is called on, as written: `model` of `model.unload()`. */
export function receiverOf(graph: ModelGraph, { call }: ModelEvent): string {
	const name = textOf(graph, call.func);
	return name.slice(0, Math.max(0, name.lastIndexOf(".")));
}

/** Reads of the same network after the unload, through whatever name. */
export function readsAfter(graph: ModelGraph, unload: ModelEvent): readonly ModelRead[] {
	const cores = new Set(unload.cases.map(({ target }) => target?.core));
	return graph.reads.filter((read) =>
		read.cases.some(({ handle, core }) => cores.has(handle.core) && core.history.includes(unload.id)),
	);
}

/** The read holds the wrapper that the unload left empty. */
export function isShell(read: ModelRead, unload: ModelEvent): boolean {
	return read.cases.some(({ handle, core }) => handle.stale !== undefined && core.history.includes(unload.id));
}

/** What gives the model back: what becomes of it then is told by where the call stands. */
const SAME = ["bfloat16", "cpu", "cuda", "eval", "float", "half", "requires_grad_", "to", "train"];
/** What the plain model has as well, and that tells nothing of the wrapper around it. */
const SHARED: ReadonlySet<string> = new Set([
	...SAME,
	"config",
	"device",
	"dtype",
	"forward",
	"generate",
	"generation_config",
	"push_to_hub",
	"save_pretrained",
]);

/** The plain model has what is used here as well. */
function isShared({ use }: ModelRead): boolean {
	return use.kind !== "attribute" || SHARED.has(use.name);
}

/** And nobody is handed the model: it is called, or a method is, whose result is no model or stays in the variable. */
function staysHere(graph: ModelGraph, read: ModelRead): boolean {
	const text = graph.sources[read.file]?.text ?? "";
	if (read.use.kind !== "attribute") return /^\s*\(/.test(text.slice(read.end, read.end + 80));
	const name = textOf(graph, read);
	const before = text.slice(lineStart(text, read.start), read.start).trim();
	return !SAME.includes(read.use.name) || before === "" || before === `${name} =`;
}

/**
 * `model.merge_and_unload()` → `model = model.merge_and_unload()`: the network computes the same. Undefined where the name
 * would be another variable, or where it is used as only a PeftModel can be. Safe where every use is seen and means the same.
 */
export function keepResult(graph: ModelGraph, unload: ModelEvent): Fix | undefined {
	const model = receiverOf(graph, unload);
	const { call } = unload;
	const [name = ""] = model.split(".");
	if (call.statement.form !== "expr" || !isPath(model) || (name === model && !isOwnName(graph, name, call)))
		return undefined;
	if (!always(graph, call, isPlainWrapper)) return undefined;
	const uses = readsAfter(graph, unload).filter((read) => isShell(read, unload));
	if (!uses.every(isShared)) return undefined;
	const isSeen = name === model && uses.every((read) => staysHere(graph, read));
	const applicability: Applicability = isSeen && unload.api.endsWith("merge_and_unload") ? "safe" : "suggestion";
	return fix(`Keep the result in ${lineText(graph, call)}: \`${model} = ${textOf(graph, call)}\``, applicability, [
		insert(call.file, call.start, `${model} = `),
	]);
}

/** One PeftModel around the network itself: what comes out is the network. */
function isPlainWrapper({ target }: EventCase): boolean {
	return target?.path.length === 1 && target.path[0]?.token === "P" && target.stale === undefined;
}
