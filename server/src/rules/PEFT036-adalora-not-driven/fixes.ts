/** Remedies: the rank under AdaLoRA's own name for it; a callback that calls the budget step. */
import type { ArgSite, CallSite, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Edit, Finding, Fix } from "../rule";
import { argumentFor } from "../shared/calls";
import { addKeyword, breakBefore, deleteArgument, fix, insert, lineStart, ranked } from "../shared/edits";
import { quote } from "../shared/source";
import { trainersOf } from "./trainers";

export function fixes(finding: Finding, graph: ModelGraph): readonly Fix[] {
	const event = graph.events[finding.event];
	if (event === undefined) return [];
	if (event.kind === "train") return ranked([addCallback(graph, trainersOf(graph, event))]);
	const rank = argumentFor(event.call, "r");
	return rank === undefined ? [] : ranked([rename(event, rank), remove(graph, event.call, rank)]);
}

/** AdaLoRA takes rank away: where it starts with no more than it is to end with, its budget step raises an error. */
function rename({ call, cases }: ModelEvent, rank: ArgSite): Fix | undefined {
	const target = cases.map(
		({ config }) => config?.fields.target_r ?? (config?.unknown.includes("target_r") ? null : 8),
	);
	const isSure = target.every((least) => typeof least === "number" && Number(rank.constant) > least);
	if (!isSure && rank.constant !== undefined) return undefined;
	const name = { file: call.file, start: rank.start, end: rank.start + 1, text: "init_r" };
	return fix("Give the rank as `init_r`", isSure ? "safe" : "suggestion", [name]);
}

function remove(graph: ModelGraph, call: CallSite, rank: ArgSite): Fix {
	return fix(`Take out ${quote(graph, rank)}, which changes nothing`, "safe", [deleteArgument(graph, call, rank)]);
}

/** A callback class in front of the one trainer, which gets an object of it. */
function addCallback(graph: ModelGraph, trainers: readonly ModelEvent[]): Fix | undefined {
	const [trainer] = trainers;
	if (trainer === undefined || trainers.length > 1 || !trainer.call.statement.ownLines) return undefined;
	const { statement } = trainer.call;
	const text = graph.sources[statement.file]?.text ?? "";
	if (/\bUpdateAndAllocate\b/.test(text)) return undefined;
	const newline = breakBefore(graph, statement);
	const tab = /\n(\t| {2,8})\S/.exec(text)?.[1] ?? "    ";
	const imported = importCallback(text, statement.file);
	const lines = [
		...imported.before,
		"",
		`class UpdateAndAllocate(${imported.name}):`,
		`${tab}def on_optimizer_step(self, args, state, control, model=None, **kwargs):`,
		`${tab}${tab}model.base_model.update_and_allocate(state.global_step)`,
		"",
	];
	return fix("Call `update_and_allocate()` from a callback of the trainer", "suggestion", [
		...imported.edits,
		insert(statement.file, lineStart(text, statement.start), block(lines, newline)),
		addKeyword(graph, trainer.call, "callbacks=[UpdateAndAllocate()]"),
	]);
}

interface Imported {
	readonly name: string;
	readonly edits: readonly Edit[];
	/** Lines in front of the class. */
	readonly before: readonly string[];
}

/** `TrainerCallback` joins what is imported from transformers; where nothing plain is, it gets an import of its own. */
function importCallback(text: string, file: number): Imported {
	const names = /^from transformers import \w+( as \w+)?(, *\w+( as \w+)?)*(?=[ \t]*\r?$)/m.exec(text);
	if (names !== null)
		return {
			name: "TrainerCallback",
			edits: [insert(file, names.index + names[0].length, ", TrainerCallback")],
			before: [],
		};
	if (/^import transformers[ \t]*\r?$/m.test(text))
		return { name: "transformers.TrainerCallback", edits: [], before: [] };
	return { name: "TrainerCallback", edits: [], before: ["from transformers import TrainerCallback"] };
}

/** Lines of their own at the indentation that a line break carries; empty ones stay empty. */
function block(lines: readonly string[], newline: string): string {
	const ending = /^\r?\n/.exec(newline)?.[0] ?? "";
	const indent = newline.slice(ending.length);
	return lines.map((line) => (line === "" ? ending : `${indent}${line}${ending}`)).join("");
}
