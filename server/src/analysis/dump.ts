/** The model graph as text: for fixtures, bug reports and `peft-lint graph`. */
import type { AdapterView, Condition, CoreView, EventCase, ModelEvent, ModelGraph, PathStep, Place } from "./graph";

/**
 * One block per Core, its events in the order they were met, one line per case:
 * what happened, the call, the path before → after, the place, the adapters afterwards, the conditions.
 */
export function dumpGraph(graph: ModelGraph): string {
	const blocks = graph.cores.map((core) => {
		const head = `core ${core.id}  ${core.label}  ${core.family}`;
		const lines = graph.events.flatMap((event) => caseLines(graph, event, core.id));
		return lines.length > 0 ? [head, ...align(lines)].join("\n") : undefined;
	});
	const notes = graph.notes.map((note) => `note ${place(graph, note.place)}  ${note.message}`);
	const parts = blocks.filter((block) => block !== undefined);
	return `${[...parts, ...notes].join("\n")}\n`;
}

type Line = readonly string[];

function caseLines(graph: ModelGraph, event: ModelEvent, core: number): Line[] {
	const lines = event.cases
		.filter((one) => (one.target ?? one.result)?.core === core || one.result?.core === core)
		.map((one) => caseLine(graph, event, one));
	return lines.filter((line, index) => lines.findIndex((other) => other.join("|") === line.join("|")) === index);
}

function caseLine(graph: ModelGraph, event: ModelEvent, one: EventCase): Line {
	const call = slice(graph, event.call);
	const via = event.frames.map((frame) => ` via ${frame.name}()`).join("");
	return [
		event.kind,
		call,
		`${pathText(one.target?.path)} → ${pathText(one.result?.path)}${one.target?.stale === undefined ? "" : " stale"}`,
		`${place(graph, event.call)}${via}${one.pass > 0 ? " again" : ""}`,
		adaptersText(one.after ?? one.before),
		[...one.conditions.map((condition) => conditionText(graph, condition)), ...(one.certain ? [] : ["uncertain"])].join(
			", ",
		),
	];
}

function align(lines: readonly Line[]): string[] {
	const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
	return lines.map((line) => `  ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd());
}

function slice(graph: ModelGraph, at: Place): string {
	const text = (graph.sources[at.file]?.text ?? "").slice(at.start, at.end).replace(/\s+/g, " ");
	return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** `train.py:12`; in a notebook `train.ipynb#3:2`, the second line of the third Python cell. */
function place(graph: ModelGraph, at: Place): string {
	const { name = "?", text = "", cells } = graph.sources[at.file] ?? {};
	const index = cells?.findIndex(({ start, end }) => start <= at.start && at.start <= end) ?? -1;
	const line = (text.slice(cells?.[index]?.start ?? 0, at.start).match(/\r\n|\r|\n/g)?.length ?? 0) + 1;
	return `${name}${index < 0 ? "" : `#${index + 1}`}:${line}`;
}

export function pathText(path: readonly PathStep[] | undefined): string {
	if (!path) return "·";
	return path.length === 0 ? "''" : path.map((step) => step.token).join(".");
}

function adaptersText(core: CoreView | undefined): string {
	if (!core) return "";
	const adapters = core.adapters.map((adapter) => adapterText(adapter, core));
	return [...adapters, ...(core.merged ? ["merged"] : []), ...(core.known ? [] : ["seen by unknown code"])].join("; ");
}

function adapterText(adapter: AdapterView, core: CoreView): string {
	const gradient = adapter.trainable === "unknown" ? "" : adapter.trainable ? ", trainable" : ", frozen";
	const touched = adapter.touched === "no" ? "" : `, ${adapter.touched}`;
	const idle = core.active && !core.active.includes(adapter.name) ? ", inactive" : "";
	return `${adapter.name}: ${adapter.origin}${touched}${gradient}${idle}`;
}

function conditionText(graph: ModelGraph, condition: Condition): string {
	return `when ${condition.holds ? "" : "not "}${slice(graph, condition.test)}`;
}
