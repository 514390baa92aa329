/** Remedy of adapter weights that PyTorch was to load: PEFT's own function, which knows the keys. */
import type { ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Edit, Finding, Fix } from "../rule";
import { argumentFor } from "../shared/calls";
import { deleteArgument, fix, insert, ranked, replace } from "../shared/edits";
import { always } from "../shared/flow";
import { imported } from "../shared/imports";
import { literal } from "../shared/names";
import { isPath, textOf } from "../shared/source";

const SETTER = "set_peft_model_state_dict";

export function fixes(finding: Finding, graph: ModelGraph): readonly Fix[] {
	const load = graph.events[finding.event];
	return ranked([load && setByPeft(graph, load)]);
}

/** `model.load_state_dict(weights, strict=False)` → `set_peft_model_state_dict(model, weights)` */
function setByPeft(graph: ModelGraph, load: ModelEvent): Fix | undefined {
	const { call } = load;
	const [weights, strict] = [argumentFor(call, "state_dict"), argumentFor(call, "strict")];
	const callee = textOf(graph, call.func);
	const model = callee.slice(0, callee.lastIndexOf("."));
	const name = adapterName(graph, load);
	const setter = imported(graph, call.file, "peft", SETTER);
	if (weights === undefined || strict === undefined || name === undefined || setter === undefined) return undefined;
	if (call.args.length !== 2 || !isPath(model)) return undefined;
	const given: Edit[] = weights.keyword
		? [replace({ ...weights, end: weights.value.start }, `${model}, `)]
		: [insert(call.file, weights.start, `${model}, `)];
	const last =
		name === "default" ? deleteArgument(graph, call, strict) : replace(strict, `adapter_name=${literal(name)}`);
	// The name of the adapter, a keyword, cannot stand in front of the weights.
	if (strict.start < weights.start && name !== "default") return undefined;
	return fix(`Let PEFT load them: \`${SETTER}\``, "safe", [
		...setter.edits,
		replace(call.func, setter.expression),
		...given,
		last,
	]);
}

/** The one adapter that the wrapper has, wherever the call is reached from. */
function adapterName(graph: ModelGraph, load: ModelEvent): string | undefined {
	const adapters = load.cases[0]?.before?.adapters ?? [];
	const [adapter] = adapters;
	if (adapter === undefined || !/^[\w.-]+$/.test(adapter.name)) return undefined;
	const isSure = always(graph, load.call, ({ target, before }) => {
		const isWrapper = target?.path[0]?.token === "P" && before?.known === true;
		return isWrapper && before.adapters.length === 1 && before.adapters[0]?.name === adapter.name;
	});
	return isSure ? adapter.name : undefined;
}
