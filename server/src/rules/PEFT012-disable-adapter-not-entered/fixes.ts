/** Remedies of a context manager that nothing enters. */
import type { ModelGraph, StatementSite } from "../../analysis/graph";
import type { Finding, Fix } from "../rule";
import { fix, insert, ranked, replace } from "../shared/edits";
import { lineText, textOf } from "../shared/source";

export function fixes(finding: Finding, graph: ModelGraph): readonly Fix[] {
	const event = graph.events[finding.event];
	if (event === undefined) return [];
	const { call } = event;
	return ranked([enter(graph, call.statement, textOf(graph, call)), switchOff(graph, finding)]);
}

interface Line {
	readonly start: number;
	/** Without the line break. */
	readonly text: string;
}

/** `with` around the statements that follow: up to `enable_adapter()`, which does not exist, or to the next blank line. */
function enter(graph: ModelGraph, statement: StatementSite, call: string): Fix | undefined {
	const { text = "", cells } = graph.sources[statement.file] ?? {};
	if (!statement.ownLines) return undefined;
	const cell = cells?.find((one) => one.start <= statement.start && statement.end <= one.end);
	const lines = linesFrom(text, statement.end, cell?.end ?? text.length);
	const start = text.lastIndexOf("\n", statement.start - 1) + 1;
	const indent = text.slice(start, statement.start);
	const block = takeBlock(lines, indent);
	const model = call.slice(0, call.lastIndexOf("."));
	const ending = block.findIndex((line) => line.text.trim().replace(/\s*#.*$/, "") === `${model}.enable_adapter()`);
	const region = ending === -1 ? paragraph(block) : block.slice(0, ending);
	if (region.length === 0 || region.some((line) => /"""|'''/.test(line.text))) return undefined;
	const unit = indent.startsWith("\t") ? "\t" : "    ";
	const edits = [
		replace(statement, `with ${call}:`),
		...region.flatMap((line) => (line.text.trim() === "" ? [] : [insert(statement.file, line.start, unit)])),
	];
	const end = block[ending];
	if (end === undefined) return fix(`Enter it for the lines that follow: \`with ${call}:\``, "suggestion", edits);
	const next = text.indexOf("\n", end.start);
	const last = { file: statement.file, start: end.start, end: next === -1 ? text.length : next + 1 };
	return fix(`Enter it up to \`${model}.enable_adapter()\`: \`with ${call}:\``, "safe", [...edits, replace(last, "")]);
}

/** The lines behind the one that `at` stands on. */
function linesFrom(text: string, at: number, end: number): readonly Line[] {
	const lines: Line[] = [];
	for (let start = text.indexOf("\n", at) + 1; start > 0 && start < end; ) {
		const stop = text.indexOf("\n", start);
		lines.push({ start, text: text.slice(start, stop === -1 ? end : stop).replace(/\r$/, "") });
		if (stop === -1) break;
		start = stop + 1;
	}
	return lines;
}

/** The lines of the same block. */
function takeBlock(lines: readonly Line[], indent: string): readonly Line[] {
	const end = lines.findIndex(({ text }) => text.trim() !== "" && !text.startsWith(indent));
	return end === -1 ? lines : lines.slice(0, end);
}

function paragraph(lines: readonly Line[]): readonly Line[] {
	const first = lines.findIndex(({ text }) => text.trim() !== "");
	const rest = first === -1 ? [] : lines.slice(first);
	const end = rest.findIndex(({ text }) => text.trim() === "");
	const taken = end === -1 ? rest : rest.slice(0, end);
	// Definitions and what leaves the block are no part of a comparison.
	return taken.some(({ text }) => /^\s*(def|class|async def|@)\b/.test(text)) ? [] : taken;
}

/** The adapter is switched off until it is switched on again. */
function switchOff(graph: ModelGraph, { event: id }: Finding): Fix | undefined {
	const call = graph.events[id]?.call;
	const name = call && textOf(graph, call.func);
	if (call === undefined || name === undefined || !name.endsWith(".disable_adapter")) return undefined;
	const off = name.replace(/disable_adapter$/, "base_model.disable_adapter_layers");
	return fix(`Switch the adapter off for good in ${lineText(graph, call)}: \`${off}()\``, "suggestion", [
		replace(call.func, off),
	]);
}
