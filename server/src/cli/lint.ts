/** The engine as the command line uses it: one text in, its model graph and findings out. */
import { analyze } from "../analysis/analyze";
import type { ModelGraph } from "../analysis/graph";
import { fixesFor, lint, type RuleSelection } from "../rules/engine";
import { createPythonParser } from "../syntax/parser";
import { loadAssets } from "../workspace/assets";
import { chooseFix, type FileResult } from "./check/result";

export interface Linted extends FileResult {
	/** The text is no well-formed Python somewhere. */
	readonly hasError: boolean;
}

export interface Engine {
	/** `name` is how the graph calls the text. */
	readonly graph: (name: string, text: string) => { readonly graph: ModelGraph; readonly hasError: boolean };
	readonly lint: (name: string, text: string, selection: RuleSelection) => Linted;
}

/** Throws with a message for a person when the parser cannot be loaded. */
export async function createEngine(): Promise<Engine> {
	const parser = await createPythonParser(await loadAssets());
	const understand = (name: string, text: string) => {
		const facts = parser.parse(text);
		return { facts, graph: analyze({ name, text, facts }) };
	};
	return {
		graph(name, text) {
			const { facts, graph } = understand(name, text);
			return { graph, hasError: facts.hasError };
		},
		lint(name, text, selection) {
			const { facts, graph } = understand(name, text);
			const findings = lint(graph, facts.comments, selection).map((finding) => ({
				finding,
				fix: chooseFix(fixesFor(finding, graph)),
			}));
			return { graph, findings, hasError: facts.hasError };
		},
	};
}
