/** Remedy of an adapter in fp16: its weights become fp32 again, the base model's stay. */
import type { ModelGraph } from "../../analysis/graph";
import type { Finding, Fix } from "../rule";
import { appendStatements, fix, ranked } from "../shared/edits";
import { imported } from "../shared/imports";
import { code, isPath, textOf } from "../shared/source";

export function fixes({ cause }: Finding, graph: ModelGraph): readonly Fix[] {
	const cast = cause === undefined ? undefined : graph.events[cause]?.call;
	if (cast === undefined || cast.statement.alone) return [];
	const { form, target } = cast.statement;
	const receiver = /^(.*)\.\w+$/s.exec(textOf(graph, cast.func))?.[1] ?? "";
	const model = form === "expr" ? receiver : form === "assign" && target !== undefined ? textOf(graph, target) : "";
	const name = imported(graph, cast.file, "peft", "cast_mixed_precision_params");
	const torch = /^import torch\b/m.test(graph.sources[cast.file]?.text ?? "") ? "torch" : undefined;
	if (!isPath(model) || name === undefined || torch === undefined) return [];
	const call = `${name.expression}(${model}, dtype=${torch}.float16)`;
	const title = `Keep the adapter in fp32: insert ${code(call)} (PEFT 0.11 or newer)`;
	return ranked([fix(title, "suggestion", [...name.edits, appendStatements(graph, cast.statement, [call])])]);
}
