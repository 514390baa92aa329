/** Where the weights that a `load_state_dict` is given come from, told from the text. */
import type { CallSite, ModelGraph } from "../../analysis/graph";
import { argumentFor } from "../shared/calls";
import { isMentioned, mentionsIn } from "../shared/mentions";
import { textOf } from "../shared/source";

/** What only PEFT's own calls return has PEFT's keys for sure. */
const OWN = /\b(get_peft_model_state_dict|load_peft_weights)\b/;
/** A file of PEFT's name may be one that the program itself has written, with the keys of `state_dict()`. */
const SAVES = /\b(torch\s*\.\s*save|save_file)\s*\(/;

/** The weights still have the keys under which PEFT saves them when the call gets them. */
export function areUntouched(graph: ModelGraph, call: CallSite): boolean {
	const source = sourceOf(graph, call);
	if (source === undefined) return false;
	return OWN.test(source) || !isMentioned(graph, SAVES);
}

/** The code that makes them: in the call, or assigned to a name that nothing else touches. Undefined where it is not plain. */
function sourceOf(graph: ModelGraph, call: CallSite): string | undefined {
	const given = argumentFor(call, "state_dict");
	if (given === undefined) return undefined;
	const written = textOf(graph, given.value);
	if (!/^\w+$/.test(written)) return written;
	const before = textOf(graph, { ...call.scope, end: call.statement.start });
	const assignments = [...before.matchAll(new RegExp(`(?:^|\\n)[ \\t]*${written}[ \\t]*=(?!=)`, "g"))];
	const last = assignments.at(-1);
	if (last === undefined) return undefined;
	const rest = before.slice(last.index + last[0].length);
	const isTouched = mentionsIn(rest, written).some((mention) => !/\bprint\(/.test(mention.before));
	return isTouched ? undefined : rest.split("\n")[0];
}
