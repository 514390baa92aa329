/** The adapter's own folder, where a load looks at the one around it. */
import type { ModelGraph } from "../../analysis/graph";
import type { Finding, Fix } from "../rule";
import { argumentFor } from "../shared/calls";
import { addKeyword, fix, ranked, replace } from "../shared/edits";
import { code, textOf } from "../shared/source";
import { namesSaved, sourceOf } from "./folders";

export function fixes(finding: Finding, graph: ModelGraph): readonly Fix[] {
	const load = graph.events[finding.event];
	const save = finding.cause === undefined ? undefined : graph.events[finding.cause];
	const source = load && sourceOf(load);
	if (load === undefined || save === undefined || source === undefined) return [];
	const given = argumentFor(load.call, "model_id", "pretrained_model_name_or_path");
	if (given === undefined) return [];
	const written = textOf(graph, given.value);
	const isLiteral = /^(["'])[^"'\\]*\1$/.test(written);
	return ranked(
		namesSaved(save, source).map((name) => {
			const folder = `${written.slice(1, -1).replace(/\/+$/, "")}/${name}`;
			if (isLiteral)
				return fix(`Load ${code(folder)}`, "suggestion", [
					replace(given.value, `${written.charAt(0)}${folder}${written.charAt(0)}`),
				]);
			// AutoPeftModel hands the folder on to the base model as well.
			if (load.kind === "create") return undefined;
			return fix(`Load its folder ${code(name)}`, "suggestion", [
				addKeyword(graph, load.call, `subfolder=${JSON.stringify(name)}`),
			]);
		}),
	);
}
