/** How the adapter may come to its weights after all (by training, by a load, in code that cannot be seen), or need none. */
import type { EventKind, ModelEvent, ModelGraph, ModelRead } from "../../analysis/graph";
import { lineStart } from "../shared/edits";
import { samePlace, textOf } from "../shared/source";

const SETTLE: ReadonlySet<EventKind> = new Set([
	"trainer",
	"train",
	"optimizer",
	"optimizer-step",
	"prepare",
	"reference",
	"load",
	"load-adapter",
	"add-adapter",
	"write-adapter",
	"combine-adapters",
	"delete-adapter",
	"load-state-dict",
	"replace-state-dict",
	"requires-grad",
]);

/** What trains a model or gives it weights where the graph may not see that it is this one. */
export const MAY_SETTLE =
	/\.backward\(|load_state_dict|\bload_state\(|\bload_checkpoint|hotswap|set_peft_model_state_dict|\.copy_\(|\.data\s*=(?!=)/;

/** Ways to the weights themselves, which may be written through them: to count them or to ask for their device is no such way. */
const HANDS_OUT = /^(?:named_)?(?:parameters|modules|children)$|^(?:state_dict|get_parameter|get_submodule|apply)$/;

/** A program that is about what an adapter costs, in time or memory, needs no weights. */
export const MEASURES = /\bperf_counter|benchmark|\bmax_memory_|\bcuda\.Event\(|\btimeit\b/i;

export function mayGetWeights(graph: ModelGraph, made: ModelEvent): boolean {
	if (isOfNetwork(graph, made)) return true;
	if (made.call.args.some(({ param }) => param === "state_dict")) return true;
	const isSettled = graph.events.some(
		({ kind, cases }) => SETTLE.has(kind) && cases.some(({ before }) => before?.history.includes(made.id) === true),
	);
	return isSettled || graph.reads.some((read) => isOf(read, made) && escapes(graph, made, read));
}

/** A part of a larger network, whose weights come with the whole. */
function isOfNetwork(graph: ModelGraph, { call, frames }: ModelEvent): boolean {
	return [call, ...frames.map((frame) => frame.call)].some(
		({ home }) =>
			home !== undefined && /^(?:@[^\n]*\n\s*)*class\s+\w+\s*\(\s*(?!object\s*\)|\))/.test(textOf(graph, home)),
	);
}

function isOf(read: ModelRead, { id }: ModelEvent): boolean {
	return read.cases.some(({ core }) => core.history.includes(id));
}

/** Nobody of these trains a model or loads anything into it. */
const LOOKS = /\b(?:print|len|type|id|isinstance|hasattr|getattr|next|pipeline|info|debug)\([^()]*$/;

/** The model is handed to code that cannot be seen, or to whoever calls the function that nobody here calls. */
function escapes(graph: ModelGraph, made: ModelEvent, read: ModelRead): boolean {
	if (read.cases.some(({ core }) => !core.known)) return true;
	const text = graph.sources[read.file]?.text ?? "";
	const before = text.slice(lineStart(text, read.start), read.start);
	const outermost = made.frames[0]?.call.scope ?? made.call.scope;
	const isFunction = outermost.start > 0 || outermost.end < text.length;
	if (/^\s*yield\b/.test(before)) return true;
	if (read.use.kind === "attribute" && HANDS_OUT.test(read.use.name))
		return !/\bnumel\b|\bnext\(/.test(lineOf(text, read));
	if ((read.use.kind === "return" || /^\s*return\b[^()]*$/.test(before)) && isFunction)
		return samePlace(read.scope, outermost);
	return read.use.kind === "argument" && !LOOKS.test(before) && !isFollowed(graph, read);
}

function lineOf(text: string, { start, end }: ModelRead): string {
	const stop = text.indexOf("\n", end);
	return text.slice(lineStart(text, start), stop === -1 ? text.length : stop);
}

/** The call it is handed to is one that the analysis knows. */
function isFollowed(graph: ModelGraph, read: ModelRead): boolean {
	return graph.events.some(({ call, frames }) =>
		[call, ...frames.map((frame) => frame.call)].some(({ file, args }) =>
			args.some((arg) => file === read.file && arg.start <= read.start && read.end <= arg.end),
		),
	);
}
