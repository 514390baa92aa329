/** Remedies of a keyword that nothing reads: its right name, or none. */
import type { ArgSite, CallSite, ModelGraph } from "../../analysis/graph";
import type { Finding, Fix } from "../rule";
import { argumentFor, hasUnpackedArgument } from "../shared/calls";
import { deleteArgument, fix, ranked, replace } from "../shared/edits";
import { code, samePlace, textOf } from "../shared/source";
import { readKeyword } from "./keywords";

export function fixes(finding: Finding, graph: ModelGraph): readonly Fix[] {
	const call = graph.events[finding.event]?.call;
	const arg = call?.args.find((other) => samePlace(other, finding.place));
	if (call === undefined || arg?.param === undefined) return [];
	const isMisspelt = readKeyword(arg.param) === "misspelt" && argumentFor(call, "is_trainable") === undefined;
	return ranked([isMisspelt ? rename(graph, call, arg) : remove(graph, call, arg)]);
}

function rename(graph: ModelGraph, call: CallSite, arg: ArgSite): Fix | undefined {
	// It may be among what is unpacked already.
	if (hasUnpackedArgument(graph, call)) return undefined;
	const name = { file: arg.file, start: arg.start, end: arg.start + (arg.param?.length ?? 0) };
	return fix("Rename it to `is_trainable`", "safe", [replace(name, "is_trainable")]);
}

/** A value that is computed may be computed for more than its result; making an object is not. */
function remove(graph: ModelGraph, call: CallSite, arg: ArgSite): Fix | undefined {
	const edit = deleteArgument(graph, call, arg);
	if (textOf(graph, edit).replace(textOf(graph, arg), "").includes("#")) return undefined;
	const value = textOf(graph, arg.value).replace(/^(?:\w+\.)*[A-Z]\w*\(/, "");
	const isPlain = !/[(]|:=|\bawait\b/.test(value);
	return fix(`Remove ${code(arg.param ?? "")}, which has no effect`, isPlain ? "safe" : "suggestion", [edit]);
}
