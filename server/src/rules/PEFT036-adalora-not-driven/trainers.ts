/** Trainers that run AdaLoRA, and who may tell them of its budget step. */
import type { ModelEvent, ModelGraph } from "../../analysis/graph";
import { argumentFor, hasUnpackedArgument } from "../shared/calls";
import { isMentioned } from "../shared/mentions";
import { textOf } from "../shared/source";

/** What calls the budget step, or could give a trainer something that does. */
const DRIVES = /\b(update_and_allocate|add_callback|callback_handler|TrainerCallback)\b/;

/** No trainer calls the budget step by itself: true where no code of the program can have taught one to. */
export function isUndriven(graph: ModelGraph, train: ModelEvent): boolean {
	if (isMentioned(graph, DRIVES)) return false;
	const trainers = trainersOf(graph, train);
	return trainers.length > 0 && trainers.every((trainer) => isKept(graph, trainer));
}

/** The trainers of transformers or TRL that were made over the model that is trained. */
export function trainersOf(graph: ModelGraph, train: ModelEvent): readonly ModelEvent[] {
	const cores = train.cases.map(({ target }) => target?.core);
	return graph.events.filter(
		({ kind, cases }) => kind === "trainer" && cases.some(({ target }) => target && cores.includes(target.core)),
	);
}

/** Of transformers or TRL, made without callbacks, and handed on to nothing. */
function isKept(graph: ModelGraph, { api, call }: ModelEvent): boolean {
	if (!/^(transformers|trl)\./.test(api)) return false;
	if (argumentFor(call, "callbacks") !== undefined || hasUnpackedArgument(graph, call)) return false;
	const { target } = call.statement;
	const names = ["\\w*trainer", ...(target === undefined ? [] : [textOf(graph, target).replace(/\W/g, "\\$&")])];
	const handedOn = new RegExp(`[(,=]\\s*(?:self\\.)?(?:${names.join("|")})\\s*[,)]`);
	return !isMentioned(graph, handedOn);
}
