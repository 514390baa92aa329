/** Programs that change networks layer by layer: what is in such a network is not told from the calls of PEFT. */
import type { ModelGraph } from "../../analysis/graph";

const LOOKS = /\bnamed_modules\(|\bget_submodule\(|\b_get_submodules\(/;
const CHANGES = /\bsetattr\(|\bset_submodule\(|\badd_module\(|\._modules\[/;

/** Layers are taken out or put in by hand, anywhere in the files that the analysis came to. */
export function isOperatedOn(graph: ModelGraph): boolean {
	return graph.sources.some(({ text }) => LOOKS.test(text) && CHANGES.test(text));
}
