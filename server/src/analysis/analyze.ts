/** Entry of the analysis: facts in, model graph out. Pure. */
import type { ModuleFacts } from "../syntax/facts";
import type { ModelGraph } from "./graph";

export interface AnalysisInput {
	/** What people call the file. */
	readonly name: string;
	readonly text: string;
	readonly facts: ModuleFacts;
}

/** Interprets one file. Never throws for any facts; where a bound is hit the graph says so in `notes`. */
export function analyze(input: AnalysisInput): ModelGraph {
	return { sources: [{ name: input.name, text: input.text }], cores: [], events: [], reads: [], notes: [] };
}
