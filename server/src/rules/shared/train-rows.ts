/** Letting a config train the rows of new tokens. */
import type { ConfigView, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Edit } from "../rule";
import { sameBlock } from "./blocks";
import { configEvents } from "./configs";
import { addKeyword } from "./edits";
import { samePlace, textOf } from "./source";
import type { NewTokens } from "./tokens";

/**
 * `trainable_token_indices` for the tokens as they are written where they are added. Undefined where the config is not made
 * for this one wrap, or before the tokens are there.
 */
export function trainRows(
	graph: ModelGraph,
	{ added, tokens }: NewTokens,
	{ created }: ConfigView,
	injection: ModelEvent,
): readonly Edit[] | undefined {
	const made = configEvents(graph).filter(({ call }) => created !== undefined && samePlace(call, created));
	const [config] = made;
	const tokenizer = /^(.*)\.\w+$/s.exec(textOf(graph, added.call.func))?.[1];
	if (config === undefined || tokenizer === undefined) return undefined;
	if (!sameBlock(graph, added.call, config.call) || !samePlace(config.call.scope, injection.call.scope))
		return undefined;
	const ids = `${tokenizer}.convert_tokens_to_ids(${JSON.stringify(tokens).replaceAll('","', '", "')})`;
	return [addKeyword(graph, config.call, `trainable_token_indices=${ids}`)];
}
