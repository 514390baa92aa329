/** Remedy of an adapter around a compiled model: compile what comes out. */
import type { CallSite, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Edit, Finding, Fix } from "../rule";
import { isAssignedBetween, sameBlock } from "../shared/blocks";
import { modelArgument } from "../shared/calls";
import { appendStatements, deleteLines, fix, insert, ranked, replace } from "../shared/edits";
import { always } from "../shared/flow";
import { isPath, lineText, samePlace, textOf } from "../shared/source";

export function fixes({ event }: Finding, graph: ModelGraph): readonly Fix[] {
	const wrap = graph.events[event];
	const ids = new Set(
		wrap?.cases.flatMap(({ target }) => target?.path.find(({ token }) => token === "_orig_mod")?.event ?? []),
	);
	const [id] = ids;
	const compile = ids.size !== 1 || id === undefined ? undefined : graph.events[id];
	if (wrap === undefined || compile === undefined) return [];
	if (!always(graph, wrap.call, ({ target }) => target?.path[0]?.event === id)) return [];
	const edits = insideOut(graph, compile.call, wrap.call) ?? moveDown(graph, compile, wrap.call);
	return edits === undefined
		? []
		: ranked([fix(`Compile the model with its adapter, behind ${lineText(graph, wrap.call)}`, "suggestion", edits)]);
}

/** `get_peft_model(torch.compile(base), config)` → `torch.compile(get_peft_model(base, config))` */
function insideOut(graph: ModelGraph, compile: CallSite, wrap: CallSite): readonly Edit[] | undefined {
	const given = modelArgument(wrap);
	if (given === undefined || !samePlace(given.value, compile)) return undefined;
	const around = aroundModel(graph, compile);
	const model = modelArgument(compile);
	return around && model && [...enclose(wrap, around), replace(compile, textOf(graph, model.value))];
}

/** `compiled = torch.compile(base)`, then the wrap of `compiled` in the same block. */
function moveDown(graph: ModelGraph, { call: compile }: ModelEvent, wrap: CallSite): readonly Edit[] | undefined {
	const around = aroundModel(graph, compile);
	const given = modelArgument(wrap);
	const base = modelArgument(compile);
	const { statement } = compile;
	if (around === undefined || given === undefined || base === undefined || statement.target === undefined)
		return undefined;
	const compiled = textOf(graph, statement.target);
	const plain = textOf(graph, base.value);
	if (statement.form !== "assign" || !statement.ownLines || statement.alone || !isPath(plain)) return undefined;
	if (textOf(graph, given.value) !== compiled || !sameBlock(graph, compile, wrap)) return undefined;
	const between = { file: wrap.file, start: statement.end, end: wrap.statement.start };
	if (mentions(textOf(graph, between), compiled) || isAssignedBetween(graph, plain, statement, wrap.statement))
		return undefined;
	const result = wrap.statement.form === "assign" && wrap.statement.ownLines ? wrap.statement.target : undefined;
	const name = result && textOf(graph, result);
	const { text = "" } = graph.sources[wrap.file] ?? {};
	// Nobody else may want the compiled model under its name.
	if (compiled !== plain && compiled !== name && mentions(text.slice(wrap.end), compiled)) return undefined;
	const placed =
		name === undefined
			? enclose(wrap, around)
			: [appendStatements(graph, wrap.statement, [`${name} = ${around.before}${name}${around.after}`])];
	const argument = compiled === plain ? [] : [replace(given.value, plain)];
	return [deleteLines(graph, statement), ...argument, ...placed];
}

interface Around {
	readonly before: string;
	readonly after: string;
}

/** The text of the compile call before and behind its model. */
function aroundModel(graph: ModelGraph, compile: CallSite): Around | undefined {
	const model = modelArgument(compile);
	if (model === undefined) return undefined;
	return {
		before: textOf(graph, { ...compile, end: model.value.start }),
		after: textOf(graph, { ...compile, start: model.value.end }),
	};
}

function enclose(call: CallSite, { before, after }: Around): readonly Edit[] {
	return [insert(call.file, call.start, before), insert(call.file, call.end, after)];
}

function mentions(text: string, name: string): boolean {
	return new RegExp(`(?<![\\w.])${name.replaceAll(".", "\\.")}(?!\\w)`).test(text);
}
