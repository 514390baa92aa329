/** Entry of the analysis: facts in, model graph out. Pure. */
import type { ModuleFacts, Span } from "../syntax/facts";
import { FOREIGN_STEPS, PROGRAM_STEPS } from "./bounds";
import { callValue } from "./calls";
import { runFile } from "./entries";
import { evaluate } from "./expressions";
import type { ModelGraph } from "./graph";
import type { Machine } from "./machine";
import { loadedFile } from "./modules";
import { ALONE, type Program } from "./program";
import { createRecorder } from "./recorder";
import { judgeRelevance } from "./relevance";
import { emptyBase } from "./state";
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
	const machine = createMachine(input);
	runFile(machine, input.facts);
	return machine.recorder.graph(
		machine.files.map(({ id, name, text }, file) => ({ id, name, text, cells: file === 0 ? input.cells : undefined })),
		machine.program.checkouts,
	);
}

function createMachine({ name, text, facts, program = ALONE }: AnalysisInput): Machine {
	const files = [loadedFile({ id: program.entry, name, dotted: "__main__", text, concerns: true, facts: () => facts })];
	const machine: Machine = {
		program,
		files,
		base: emptyBase(),
		recorder: createRecorder((file) => files[file]?.text ?? ""),
		parents: new Map([["m", undefined]]),
		entered: new Set(),
		deferred: new Set(),
		decorated: [],
		optional: [],
		typed: new Map(),
		classes: new Map(),
		pending: [],
		steps: { left: 0 },
		moduleSteps: { left: PROGRAM_STEPS },
		foreignSteps: { left: FOREIGN_STEPS },
		tooLong: new Set(),
		unrelated: new Map(),
		relevance: judgeRelevance(program, facts),
		evaluate: (state, expr, ctx, use) => evaluate(machine, state, expr, ctx, use),
		execute: (states, block, ctx) => execute(machine, states, block, ctx),
		call: (state, callee, args, call, ctx) => callValue(machine, state, callee, args, call, ctx),
	};
	return machine;
}
