import type { EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { blame } from "../shared/blame";
import { calleeIn, calleeText } from "../shared/calls";
import { circumstance, judge, type Verdict } from "../shared/judge";
import { lineText, samePlace } from "../shared/source";
import { timeline } from "../shared/timeline";
import { embeddingField, injectionWith, listed, type NewTokens, newTokens, untrainedRows } from "../shared/tokens";
import { fixes } from "./fixes";

const meta: RuleMeta = {
	code: "PEFT025",
	name: "resize-after-wrap",
	category: "training",
	severity: "warning",
	fix: "suggestion",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary:
		"Token embeddings are resized after the adapter was put in: the call fails, or the rows of the new tokens stay frozen.",
	references: [
		"https://github.com/huggingface/peft/issues/334",
		"https://github.com/huggingface/peft/issues/1300",
		"https://huggingface.co/docs/peft/developer_guides/troubleshooting#extending-the-vocabulary",
	],
};

/** The embeddings of a model grow while an adapter is in it: what PEFT put in their place cannot, what it froze stays frozen. */
export const rule: Rule = {
	meta,
	check: (graph) =>
		graph.events.flatMap((resize) => {
			const added = newTokens(graph, resize);
			return added === undefined ? [] : [...fails(graph, resize), ...freezes(graph, resize, added)];
		}),
	fixes,
};

function isOwn(field: string): boolean {
	return field !== "none" && field !== "unknown";
}

/** The adapter has put a module of its own in the place of the embeddings. */
function fails(graph: ModelGraph, resize: ModelEvent): readonly RuleFinding[] {
	const verdict = judge(resize, (situation) => injectionWith(graph, situation, isOwn) !== undefined);
	const injection = verdict && injectionWith(graph, verdict.situation, isOwn);
	if (verdict === undefined || injection === undefined) return [];
	const field = fieldOf(verdict.situation);
	const text = `fails: ${calleeText(graph, injection)}${atLine(graph, injection, resize)} put a module of its own in the place of the embeddings, for \`${field}\`.`;
	const steps = [
		{ event: injection, message: `${calleeText(graph, injection)} replaces the embeddings, for \`${field}\`` },
	];
	return [{ ...report(graph, resize, injection, verdict, text, steps), severity: "error" }];
}

function fieldOf({ before }: EventCase): string {
	const config = before?.adapters[0]?.config;
	return (config && embeddingField(config)) ?? "modules_to_save";
}

/** The adapter leaves the embeddings frozen, and so are their new rows when the model is trained. */
function freezes(graph: ModelGraph, resize: ModelEvent, { added, tokens }: NewTokens): readonly RuleFinding[] {
	const untrained = untrainedRows(graph, resize);
	if (untrained === undefined) return [];
	const { injection, sink, verdict } = untrained;
	const after = judge(resize, ({ before, target }) => {
		return before?.history.includes(injection.id) === true && target?.core === verdict.situation.target?.core;
	});
	if (after === undefined) return [];
	const text = `adds rows for ${listed(tokens)} to embeddings that ${calleeText(graph, injection)}${atLine(graph, injection, resize)} froze: ${calleeText(graph, sink)} in ${lineText(graph, sink.call)} does not train them.`;
	const weaker = after.confidence === "may" ? after : verdict;
	const steps = [
		{ event: added, message: `${calleeText(graph, added)} adds ${listed(tokens)}` },
		{ event: injection, message: `${calleeText(graph, injection)} freezes the embeddings` },
	];
	return [
		report(graph, resize, injection, { ...after, confidence: weaker.confidence, when: weaker.when }, text, steps),
	];
}

function atLine(graph: ModelGraph, { call }: ModelEvent, resize: ModelEvent): string {
	return samePlace(call.scope, resize.call.scope) ? ` in ${lineText(graph, call)}` : "";
}

function report(
	graph: ModelGraph,
	resize: ModelEvent,
	injection: ModelEvent,
	verdict: Verdict,
	text: string,
	steps: readonly { readonly event: ModelEvent; readonly message: string }[],
): RuleFinding {
	const where = blame(graph, injection, resize);
	return {
		place: where.site,
		message: `${circumstance(graph, verdict)}${calleeIn(graph, resize, where)} ${text}`,
		confidence: verdict.confidence,
		timeline: timeline(graph, verdict.situation.target?.core, [
			...steps,
			{ event: resize, message: `${calleeText(graph, resize)} resizes the embeddings` },
		]),
		event: resize.id,
		cause: injection.id,
	};
}
