/** Entry of the analysis: facts in, model graph out. Pure. */
import type { ModuleFacts } from "../syntax/facts";
import { callValue } from "./calls";
import { runFile } from "./entries";
import { evaluate } from "./expressions";
import type { ModelGraph } from "./graph";
import type { Machine } from "./machine";
import { createRecorder } from "./recorder";
import { execute } from "./statements";

export interface AnalysisInput {
	/** What people call the file. */
	readonly name: string;
	readonly text: string;
	readonly facts: ModuleFacts;
}

/** Interprets one file. Never throws for any facts; where a bound is hit the graph says so in `notes`. */
export function analyze(input: AnalysisInput): ModelGraph {
	const machine = createMachine(input.text);
	runFile(machine, input.facts, input.text);
	return machine.recorder.graph([{ name: input.name, text: input.text }]);
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
