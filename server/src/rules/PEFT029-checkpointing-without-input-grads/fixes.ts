/** Remedy of checkpoints without gradients: the inputs get some. */
import type { ModelGraph } from "../../analysis/graph";
import type { Finding, Fix } from "../rule";
import { appendStatements, fix, ranked } from "../shared/edits";
import { code, isPath, lineText, textOf } from "../shared/source";

export function fixes({ cause }: Finding, graph: ModelGraph): readonly Fix[] {
	const wrap = cause === undefined ? undefined : graph.events[cause]?.call;
	const { form, target, alone } = wrap?.statement ?? {};
	if (wrap === undefined || form !== "assign" || target === undefined || alone === undefined) return [];
	const model = textOf(graph, target);
	if (!isPath(model)) return [];
	const call = `${model}.enable_input_require_grads()`;
	const title = `Insert ${code(call)} after ${lineText(graph, wrap)}`;
	return ranked([fix(title, "safe", [appendStatements(graph, wrap.statement, [call])])]);
}
