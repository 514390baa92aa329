/** Entry of the analysis: facts in, model graph out. Pure. */
import type { ModuleFacts, Span } from "../syntax/facts";
import { callValue } from "./calls";
import { runFile } from "./entries";
import { evaluate } from "./expressions";
import type { ModelGraph } from "./graph";
import type { Machine } from "./machine";
import { ALONE, type Program } from "./program";
import { createRecorder } from "./recorder";
import { execute } from "./statements";

export interface AnalysisInput {
	/** What people call the file. */
	readonly name: string;
	readonly text: string;
	readonly facts: ModuleFacts;
	/** What the file can import; without it, nothing of the workspace. */
	readonly program?: Program;
	/** For a notebook: its code cells in document order, as ranges of `text`. */
	readonly cells?: readonly Span[];
}

/** Interprets one file. Never throws for any facts; where a bound is hit the graph says so in `notes`. */
export function analyze(input: AnalysisInput): ModelGraph {
	const machine = createMachine(input.text);
	runFile(machine, input.facts, input.text);
	const { name, text, cells, program = ALONE } = input;
	return machine.recorder.graph([{ name, text, id: program.entry, cells }]);
}

function createMachine(text: string): Machine {
	const machine: Machine = {
		text,
		recorder: createRecorder(text),
		parents: new Map([["m", undefined]]),
		entered: new Set(),
		deferred: new Set(),
		classes: new Map(),
		stars: [],
		pending: [],
		moduleFrame: "m",
		steps: { left: 0 },
		evaluate: (state, expr, ctx, use) => evaluate(machine, state, expr, ctx, use),
		execute: (state, block, ctx) => execute(machine, state, block, ctx),
		call: (state, callee, args, call, ctx) => callValue(machine, state, callee, args, call, ctx),
	};
	return machine;
}
