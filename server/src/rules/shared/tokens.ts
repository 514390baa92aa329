/** New rows in a model's embeddings: for which tokens they are, and whether an adapter's config trains them. */
import type { ConfigView, ConstantView, EventCase, EventKind, ModelEvent, ModelGraph } from "../../analysis/graph";
import { holdsIn, judge, type Verdict } from "./judge";
import { madeWith } from "./made-with";
import { isMentioned } from "./mentions";
import { samePlace, textOf } from "./source";

/** Tokens that many vocabularies have from the start: to add them may add nothing. */
const COMMON =
	/^(?:<\/?s>|<(?:pad|unk|mask|bos|eos|cls|sep)>|\[(?:PAD|UNK|MASK|BOS|EOS|CLS|SEP)\]|<\|[\w.-]+\|>|<\/?(?:think|tool_call|tool_response|image|video|audio)>)$/i;

export interface NewTokens {
	readonly added: ModelEvent;
	/** Never empty. */
	readonly tokens: readonly string[];
}

/**
 * What was added to the tokenizer to whose length a call resizes the embeddings. Undefined where that is not plain to see,
 * where the pad token alone was added, and where the vocabulary may have had all of them.
 */
export function newTokens(graph: ModelGraph, { kind, api, call, cases }: ModelEvent): NewTokens | undefined {
	if (kind !== "resize-embeddings" || api !== "resize_token_embeddings" || call.args[0] === undefined) return undefined;
	const tokenizer = /^len\(\s*([\w.]+)\s*\)$/.exec(textOf(graph, call.args[0].value))?.[1];
	for (const added of graph.events) {
		const { func, scope, file, start } = added.call;
		if (added.kind !== "add-tokens" || file !== call.file || start > call.start || !samePlace(scope, call.scope))
			continue;
		if (textOf(graph, func) !== `${tokenizer}.${added.api}`) continue;
		const [first, ...others] = added.cases;
		const tokens = first?.tokens?.filter((token) => !COMMON.test(token)) ?? [];
		const isSure = others.length === 0 && cases.every((one) => first?.conditions.every((test) => holdsIn(one, test)));
		if (isSure && tokens.length > 0) return { added, tokens };
	}
	return undefined;
}

/** Modules of transformers' models that hold token embeddings, or give tokens out. */
const EMBEDDINGS =
	/(?:^|\.)(?:embed_tokens|tok_embeddings|word_embeddings|embed_in|wte|shared|embeddings?|lm_head|embed_out|output)$/;

/** "none": the config trains no embedding. A field: it trains one for what is said there. Undefined: that is unknown. */
export function embeddingField(config: ConfigView): string | undefined {
	const { fields, unknown, open, peftType } = config;
	const read = ["modules_to_save", "target_modules", "trainable_token_indices"];
	if (peftType !== "LORA" || open || config.fromCheckpoint || unknown.some((name) => read.includes(name)))
		return undefined;
	if ((fields.trainable_token_indices ?? null) !== null) return "trainable_token_indices";
	const found = ["modules_to_save", "target_modules"].find((name) => namesEmbedding(fields[name]));
	if (found !== undefined) return found;
	// Any other pattern may match them.
	const target = fields.target_modules;
	return typeof target === "string" && target !== "all-linear" ? undefined : "none";
}

function namesEmbedding(value: ConstantView | undefined): boolean {
	return Array.isArray(value) && value.some((name) => typeof name === "string" && EMBEDDINGS.test(name));
}

/** The call that put the one fresh adapter into the model, where for sure its config says this of the embeddings. */
export function injectionWith(
	graph: ModelGraph,
	situation: EventCase,
	fits: (field: string) => boolean,
): ModelEvent | undefined {
	const { target, before } = situation;
	const [adapter, ...others] = before?.adapters ?? [];
	if (adapter?.event === undefined || others.length > 0 || adapter.origin !== "fresh") return undefined;
	if (target === undefined || before?.known !== true || target.path.some(({ token }) => token === "?"))
		return undefined;
	const verdict = madeWith(graph, adapter, situation, (config) => fits(embeddingField(config) ?? "unknown"));
	return verdict?.confidence === "must" ? graph.events[adapter.event] : undefined;
}

export interface Untrained {
	/** The call that froze the embeddings, and put in an adapter that leaves them so. */
	readonly injection: ModelEvent;
	/** The first event that trains the model like that. */
	readonly sink: ModelEvent;
	readonly verdict: Verdict;
}

const TRAINS: ReadonlySet<EventKind> = new Set(["train", "optimizer-step", "optimizer-use"]);

/** The model is trained while the rows that a call adds to its embeddings are frozen. */
export function untrainedRows(graph: ModelGraph, resize: ModelEvent): Untrained | undefined {
	const core = resize.cases[0]?.target?.core;
	if (core === undefined || mayTrainRows(graph, core)) return undefined;
	for (const sink of graph.events) {
		if (!TRAINS.has(sink.kind)) continue;
		const cases = sink.cases.filter(({ before }) => before?.history.includes(resize.id));
		const verdict = judge({ ...sink, cases }, (situation) => {
			const isFrozen = situation.target?.core === core && situation.before?.frozen === true;
			const put = injectionWith(graph, situation, (field) => field === "none");
			return isFrozen && put !== undefined && !isTrainedBetween(graph, situation, resize, put);
		});
		const injection = verdict && injectionWith(graph, verdict.situation, (field) => field === "none");
		if (verdict !== undefined && injection !== undefined) return { injection, sink, verdict };
	}
	return undefined;
}

/** The rows had a training of their own before they were frozen. */
function isTrainedBetween(
	graph: ModelGraph,
	{ before }: EventCase,
	resize: ModelEvent,
	injection: ModelEvent,
): boolean {
	const history = before?.history ?? [];
	const between = history.slice(history.indexOf(resize.id), history.indexOf(injection.id));
	return between.some((id) => TRAINS.has(graph.events[id]?.kind ?? "create"));
}

/** Something gives gradients back, or the program has to do with the embeddings by itself. */
function mayTrainRows(graph: ModelGraph, core: number): boolean {
	const isThawed = graph.events.some(
		({ kind, cases }) =>
			kind === "requires-grad" && cases.some(({ target, after }) => target?.core === core && after?.frozen !== true),
	);
	const handled = /get_(?:in|out)put_embeddings|embed_tokens|word_embeddings|\.(?:wte|lm_head)\b|\brequires_grad\s*=/;
	return isThawed || isMentioned(graph, handled);
}

/** "`<user>`, `<bot>`", of more than three the first ones. */
export function listed(tokens: readonly string[]): string {
	const shown = tokens.slice(0, 3).map((token) => `\`${token.replaceAll("`", "'")}\``);
	return tokens.length > shown.length ? `${shown.join(", ")} and others` : shown.join(", ");
}
