/** Remedy of resizing too late: resize first, and let the config train what is new. */
import type { CallSite, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Edit, Finding, Fix } from "../rule";
import { isAssignedBetween, sameBlock } from "../shared/blocks";
import { modelArgument } from "../shared/calls";
import { breakBefore, deleteLines, fix, insert, ranked } from "../shared/edits";
import { code, expressionText, isPath, lineText, textOf } from "../shared/source";
import { embeddingField, newTokens } from "../shared/tokens";
import { trainRows } from "../shared/train-rows";

export function fixes({ event, cause }: Finding, graph: ModelGraph): readonly Fix[] {
	const resize = graph.events[event];
	const injection = cause === undefined ? undefined : graph.events[cause];
	if (resize === undefined || injection?.kind !== "wrap") return [];
	const moved = moveUp(graph, resize.call, injection.call);
	const trained = trainedBy(graph, resize, injection);
	if (moved === undefined || trained === undefined) return [];
	const title = `Move ${code(expressionText(graph, resize.call.statement))} in front of ${lineText(graph, injection.call)}${trained.length > 0 ? ", and let the config train the new rows (`trainable_token_indices`, PEFT 0.15 or newer)" : ""}`;
	return ranked([fix(title, "suggestion", [...moved, ...trained])]);
}

/** The statement goes in front of the wrap, over the model that is wrapped. */
function moveUp(graph: ModelGraph, resize: CallSite, wrap: CallSite): readonly Edit[] | undefined {
	const { statement } = resize;
	const base = modelArgument(wrap);
	const receiver = /^(.*)\.resize_token_embeddings$/s.exec(textOf(graph, resize.func))?.[1];
	const model = base && textOf(graph, base.value);
	const wrapped = wrap.statement.target && textOf(graph, wrap.statement.target);
	if (model === undefined || receiver === undefined || (receiver !== wrapped && receiver !== model)) return undefined;
	if (statement.form !== "expr" || statement.alone || !statement.ownLines || !wrap.statement.ownLines) return undefined;
	if (!isPath(model) || !sameBlock(graph, wrap, resize)) return undefined;
	const read = textOf(graph, resize.parens).match(/[A-Za-z_][\w.]*/g) ?? [];
	if (read.some((name) => isAssignedBetween(graph, name, wrap.statement, statement))) return undefined;
	const moved = `${model}.resize_token_embeddings${textOf(graph, resize.parens)}`;
	return [
		insert(wrap.file, wrap.statement.start, `${moved}${breakBefore(graph, wrap.statement)}`),
		deleteLines(graph, statement),
	];
}

/** What the config lacks; nothing where it trains the embeddings already. */
function trainedBy(graph: ModelGraph, resize: ModelEvent, injection: ModelEvent): readonly Edit[] | undefined {
	const config = injection.cases[0]?.config;
	const added = newTokens(graph, resize);
	if (config === undefined || added === undefined) return undefined;
	return embeddingField(config) === "none" ? trainRows(graph, added, config, injection) : [];
}
