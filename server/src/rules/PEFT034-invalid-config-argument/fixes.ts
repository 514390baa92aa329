/** Remedies: the name or the value that is meant, or none. */
import type { ModelGraph } from "../../analysis/graph";
import type { Finding, Fix } from "../rule";
import { addKeyword, deleteArgument, fix, ranked, replace } from "../shared/edits";
import { code, samePlace, textOf } from "../shared/source";
import { problemsAt } from "./problems";

export function fixes(finding: Finding, graph: ModelGraph): readonly Fix[] {
	const event = graph.events[finding.event];
	const argument = event?.call.args.find((arg) => samePlace(arg, finding.place));
	const remedy = event && problemsAt(graph, event, {}).find(({ field }) => field === argument?.param)?.remedy;
	if (event === undefined || argument === undefined || remedy === undefined) return [];
	const name = argument.param ?? "";
	if (remedy.kind === "remove") {
		const edit = deleteArgument(graph, event.call, argument);
		const isPlain = !textOf(graph, edit).replace(textOf(graph, argument), "").includes("#");
		return ranked([isPlain ? fix(`Remove ${code(name)}`, "suggestion", [edit]) : undefined]);
	}
	// The old version that is meant may take it.
	const applicability = remedy.isCertain && finding.severity !== "hint" ? "safe" : "suggestion";
	if (remedy.kind === "add")
		return ranked([fix(`Add ${code(remedy.text)}`, applicability, [addKeyword(graph, event.call, remedy.text)])]);
	if (remedy.kind === "rename") {
		const place = { file: argument.file, start: argument.start, end: argument.start + name.length };
		return ranked([fix(`Rename it to ${code(remedy.text)}`, applicability, [replace(place, remedy.text)])]);
	}
	const isLiteral = argument.constant !== undefined;
	const text = withQuotesOf(textOf(graph, argument.value), remedy.text);
	return ranked([
		isLiteral ? fix(`Write ${code(`${name}=${text}`)}`, applicability, [replace(argument.value, text)]) : undefined,
	]);
}

/** A string in the person's quotes. */
function withQuotesOf(old: string, text: string): string {
	return old.startsWith("'") ? text.replaceAll('"', "'") : text;
}
