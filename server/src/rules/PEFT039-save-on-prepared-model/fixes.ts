import type { ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Finding, Fix } from "../rule";
import { fix, insert, ranked } from "../shared/edits";
import { code, isPath, samePlace } from "../shared/source";
import { receiverOf } from "../shared/unload";
import { wrapperOf } from "./wrapped";

/** The save is asked of the model inside. */
export function fixes(finding: Finding, graph: ModelGraph): readonly Fix[] {
	const save = graph.events[finding.event];
	const wrapper = save?.cases
		.map((situation) => wrapperOf(graph, save, situation))
		.find((event) => event !== undefined);
	if (save === undefined || wrapper === undefined || !isPath(receiverOf(graph, save))) return [];
	return ranked([wrapper.kind === "prepare" ? unwrapped(graph, save, wrapper) : throughModule(graph, save)]);
}

/** Whoever calls the function that the save stands in gives it a wrapper. */
function isAlwaysWrapped(graph: ModelGraph, save: ModelEvent): boolean {
	const same = graph.events.filter(({ kind, call }) => kind === "save" && samePlace(call, save.call));
	return same.every((one) => one.cases.every((situation) => wrapperOf(graph, one, situation) !== undefined));
}

function throughModule(graph: ModelGraph, save: ModelEvent): Fix | undefined {
	if (!isAlwaysWrapped(graph, save)) return undefined;
	const { file, start } = save.call.func;
	const at = start + receiverOf(graph, save).length;
	return fix(`Save the PeftModel inside: ${code(`.module.${save.api}`)}`, "safe", [insert(file, at, ".module")]);
}

/** Where no process wrapped it, `unwrap_model` gives the model back as it is. */
function unwrapped(graph: ModelGraph, save: ModelEvent, prepare: ModelEvent): Fix | undefined {
	const accelerator = receiverOf(graph, prepare);
	if (!isPath(accelerator) || !isInSight(save, prepare, accelerator)) return undefined;
	const { file, start } = save.call.func;
	const unwrap = `${accelerator}.unwrap_model`;
	return fix(`Save what ${code(unwrap)} gives`, "safe", [
		insert(file, start, `${unwrap}(`),
		insert(file, start + receiverOf(graph, save).length, ")"),
	]);
}

/** The same variable: both calls stand in one function, or it is a field of the object whose methods they stand in. */
function isInSight({ call }: ModelEvent, { call: prepare }: ModelEvent, accelerator: string): boolean {
	if (samePlace(call.scope, prepare.scope)) return true;
	const isField = accelerator.startsWith("self.") && call.home !== undefined && prepare.home !== undefined;
	return isField && samePlace(call.home, prepare.home);
}
