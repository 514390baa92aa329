/** Remedies of a wrap over a trained adapter: go on with that adapter, or merge it first. */
import type { AdapterView, ArgSite, EventCase, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Edit, Finding, Fix } from "../rule";
import { addTrainable } from "../shared/arguments";
import { nameOfResult } from "../shared/blocks";
import { argumentFor, modelArgument } from "../shared/calls";
import { breakBefore, deleteArgument, deleteStatement, fix, insert, ranked, replace } from "../shared/edits";
import { always } from "../shared/flow";
import { isWrapped } from "../shared/handles";
import { discardedAdapter } from "../shared/injection";
import { code, expressionText, isPath, lineText, samePlace, textOf } from "../shared/source";

const APPLICABILITY = "suggestion";

/** Everything the fixes of one finding need. */
interface Discard {
	readonly graph: ModelGraph;
	readonly wrap: ModelEvent;
	readonly model: ArgSite;
	readonly situation: EventCase;
	readonly adapter: AdapterView;
	/** Where the adapter came from. */
	readonly source: ModelEvent | undefined;
	/** The wrapped model as an expression that is known where the wrap stands. */
	readonly wrapper: string | undefined;
}

export function fixes(finding: Finding, graph: ModelGraph): readonly Fix[] {
	const discard = discardOf(finding, graph);
	if (discard === undefined) return [];
	const isCertain = always(
		graph,
		discard.wrap.call,
		(other) => discardedAdapter(graph, discard.wrap, other) !== undefined,
	);
	return ranked(isCertain ? [goOn(discard), mergeFirst(discard)] : [wrapOnlyOnce(discard)]);
}

function discardOf(finding: Finding, graph: ModelGraph): Discard | undefined {
	const wrap = graph.events[finding.event];
	const model = wrap && modelArgument(wrap.call);
	if (wrap === undefined || model === undefined) return undefined;
	for (const situation of wrap.cases) {
		const adapter = situation.certain ? discardedAdapter(graph, wrap, situation) : undefined;
		if (adapter === undefined) continue;
		const source = adapter.event === undefined ? undefined : graph.events[adapter.event];
		const wrapper = isWrapped(situation.target)
			? textOf(graph, model.value)
			: source && nameOfResult(graph, source.call, wrap.call);
		return { graph, wrap, model, situation, adapter, source, wrapper };
	}
	return undefined;
}

/** No second wrap; what was loaded is loaded as trainable. */
function goOn(discard: Discard): Fix | undefined {
	const { graph, wrap, adapter, source } = discard;
	const removal = withoutWrap(discard);
	if (removal === undefined) return undefined;
	const drop =
		wrap.kind === "trainer" ? `drop ${code("peft_config")}` : `drop the wrap in ${lineText(graph, wrap.call)}`;
	if (adapter.origin !== "loaded")
		return fix(`Go on with the adapter ${code(adapter.name)} and ${drop}`, APPLICABILITY, removal);
	const trainable = source && trainableLoad(graph, source);
	if (trainable === undefined) return undefined;
	return fix(`Load the adapter with ${code("is_trainable=True")} and ${drop}`, APPLICABILITY, [
		...removal,
		...trainable,
	]);
}

/** Edits that make the load trainable; undefined where that cannot be asked of it. */
function trainableLoad(graph: ModelGraph, source: ModelEvent): readonly Edit[] | undefined {
	const isPeft = source.kind === "load" || source.kind === "load-adapter" || source.api.startsWith("peft.");
	if (!isPeft) return undefined;
	return argumentFor(source.call, "is_trainable")?.constant === true ? [] : [addTrainable(graph, source.call)];
}

function withoutWrap({ graph, wrap, model, source, wrapper, situation }: Discard): readonly Edit[] | undefined {
	const { call } = wrap;
	if (wrapper === undefined || wrap.kind === "inject") return undefined;
	if (wrap.kind === "trainer") {
		const config = argumentFor(call, "peft_config");
		return config && [replace(model.value, wrapper), deleteArgument(graph, call, config)];
	}
	if (situation.target !== undefined && situation.target.path.length > 1) return undefined;
	if (source !== undefined && samePlace(model.value, source.call)) {
		return [
			replace({ file: call.file, start: call.start, end: model.value.start }, ""),
			replace({ file: call.file, start: model.value.end, end: call.end }, ""),
		];
	}
	if (!isPath(wrapper)) return undefined;
	const { statement } = call;
	const target = statement.target === undefined ? undefined : textOf(graph, statement.target);
	if (statement.form === "assign" && target === wrapper)
		return statement.ownLines ? [deleteStatement(graph, statement)] : undefined;
	return statement.form === "expr" ? undefined : [replace(call, wrapper)];
}

/** What was learned goes into the base weights; the new adapter is trained on top. */
function mergeFirst({ model, situation, wrapper, wrap }: Discard): Fix | undefined {
	const depth = situation.target?.path.length ?? 0;
	if (wrapper === undefined || depth > 1 || wrap.kind === "inject") return undefined;
	if (depth === 1 && situation.target?.path[0]?.token !== "P") return undefined;
	const primary = isPath(wrapper) || /^[\w.]+\([\s\S]*\)$/.test(wrapper) ? wrapper : `(${wrapper})`;
	const edit =
		depth === 1 && primary === wrapper
			? insert(model.file, model.value.end, ".merge_and_unload()")
			: replace(model.value, `${primary}.merge_and_unload()`);
	return fix("Merge the trained adapter into the base model before the new wrap", APPLICABILITY, [edit]);
}

/** The adapter is there on some paths only: wrap where it is not. */
function wrapOnlyOnce({ graph, wrap, model, source, adapter }: Discard): Fix | undefined {
	const { statement } = wrap.call;
	const name = textOf(graph, model.value);
	const target = statement.target === undefined ? undefined : textOf(graph, statement.target);
	const wrapperClass =
		source?.kind === "load" ? /^([\w.]+)\.from_pretrained$/.exec(textOf(graph, source.call.func))?.[1] : undefined;
	if (wrap.kind !== "wrap" || !statement.ownLines || !isPath(name) || target !== name) return undefined;
	if (source === undefined || wrapperClass === undefined || !samePlace(source.call.scope, wrap.call.scope))
		return undefined;
	const trainable = adapter.origin === "loaded" ? (trainableLoad(graph, source) ?? []) : [];
	const line = breakBefore(graph, statement);
	const deeper = line.endsWith("\t") ? "\t" : "    ";
	const guard = `if not isinstance(${name}, ${wrapperClass}):${line}${deeper}`;
	return fix(
		`Wrap ${code(expressionText(graph, model.value))} only where it is no ${code(wrapperClass)} yet`,
		APPLICABILITY,
		[insert(statement.file, statement.start, guard), ...trainable],
	);
}
