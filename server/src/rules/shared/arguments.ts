/** Keyword arguments that fixes add. */
import type { CallSite, ModelGraph } from "../../analysis/graph";
import type { Edit } from "../rule";
import { argumentFor } from "./calls";
import { addKeyword, replace } from "./edits";

/** Makes a load leave its adapter trainable: `is_trainable=True`, in the place of another value where one is given. */
export function addTrainable(graph: ModelGraph, call: CallSite): Edit {
	const given = argumentFor(call, "is_trainable");
	return given === undefined ? addKeyword(graph, call, "is_trainable=True") : replace(given.value, "True");
}
