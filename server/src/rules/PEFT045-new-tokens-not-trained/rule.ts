import type { ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Fix, Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { calleeIn, calleeText } from "../shared/calls";
import { fix, ranked } from "../shared/edits";
import { circumstance } from "../shared/judge";
import { lineText } from "../shared/source";
import { timeline } from "../shared/timeline";
import { listed, newTokens, untrainedRows } from "../shared/tokens";
import { trainRows } from "../shared/train-rows";

const meta: RuleMeta = {
	code: "PEFT045",
	name: "new-tokens-not-trained",
	category: "training",
	severity: "hint",
	fix: "suggestion",
	since: "0.1.0",
	preview: true,
	provedOn: "0.7.1 to 0.21.0",
	summary: "Tokens are added to the vocabulary, and the adapter's config trains neither embeddings nor their new rows.",
	references: [
		"https://github.com/huggingface/peft/issues/334",
		"https://github.com/huggingface/peft/issues/1300",
		"https://huggingface.co/docs/peft/developer_guides/troubleshooting#extending-the-vocabulary",
	],
};

/** The embeddings grow before the wrap, which then freezes all of their rows. */
export const rule: Rule = {
	meta,
	check: (graph) => graph.events.flatMap((resize) => report(graph, resize)),
	fixes: ({ event, cause }, graph) => {
		const injection = graph.events[event];
		const resize = cause === undefined ? undefined : graph.events[cause];
		return resize === undefined || injection === undefined ? [] : fixes(graph, resize, injection);
	},
};

function report(graph: ModelGraph, resize: ModelEvent): readonly RuleFinding[] {
	const added = newTokens(graph, resize);
	const untrained = added && untrainedRows(graph, resize);
	if (added === undefined || untrained === undefined) return [];
	const { injection, sink, verdict } = untrained;
	// What is resized after the wrap is another rule's.
	if (resize.cases.some(({ before }) => before?.history.includes(injection.id))) return [];
	const where = blame(graph, resize, injection);
	const tokens = listed(added.tokens);
	const line = where.site.file === resize.call.file ? ` in ${lineText(graph, resize.call)}` : "";
	return [
		{
			place: where.site,
			message: `${circumstance(graph, verdict)}${calleeIn(graph, injection, where)} freezes the rows for ${tokens} that ${calleeText(graph, resize)}${line} added, and its config trains no embeddings: ${calleeText(graph, sink)} in ${lineText(graph, sink.call)} leaves them as they are.`,
			confidence: verdict.confidence,
			timeline: timeline(graph, verdict.situation.target?.core, [
				{ event: added.added, message: `${calleeText(graph, added.added)} adds ${tokens}` },
				{ event: resize, message: `${calleeText(graph, resize)} adds their rows` },
				{ event: injection, message: `${calleeText(graph, injection)} freezes the embeddings` },
			]),
			event: injection.id,
			cause: resize.id,
		},
	];
}

function fixes(graph: ModelGraph, resize: ModelEvent, injection: ModelEvent): readonly Fix[] {
	const added = newTokens(graph, resize);
	const config = injection.cases[0]?.config;
	const edits = added && config && trainRows(graph, added, config, injection);
	const title = "Let the config train the new rows: `trainable_token_indices` (PEFT 0.15 or newer)";
	return edits === undefined ? [] : ranked([fix(title, "suggestion", edits)]);
}
