/** Whether a model whose name was given to something else is missed afterwards. */
import type { CallSite, ModelGraph } from "../../analysis/graph";
import { linesBehind, type Mention, mentionsIn } from "../shared/mentions";
import { textOf } from "../shared/source";

/** The name is used as if it still held the model: further down, or, where it is a field, elsewhere in its class. */
export function isMissed(graph: ModelGraph, call: CallSite, name: string): boolean {
	const lines = linesBehind(graph, call);
	for (const line of lines) {
		const [first, ...more] = mentionsIn(line, name);
		if (first === undefined || isPrinted(first)) continue;
		if (isLoadResult(first) || isDeleted(first)) return false;
		if (!isTarget(first)) return true;
		// `model = wrap(model)` uses it; `model = other` gives the name a new value.
		return more.length > 0;
	}
	if (call.home === undefined || !name.startsWith("self.")) return false;
	const { start, end } = call.scope;
	const others = [
		{ ...call.home, end: start },
		{ ...call.home, start: end },
	].flatMap((place) => mentionsIn(textOf(graph, place), name));
	return others.some((mention) => !isTarget(mention)) && !others.some(isLoadResult);
}

function isTarget({ before, after }: Mention): boolean {
	return /^\s*(:[^=\n]*)?=(?!=)/.test(after) || /\b(for|as|import|def|class)\s+$/.test(before);
}

function isDeleted({ before }: Mention): boolean {
	return /\bdel\b/.test(before);
}

function isPrinted({ before, after }: Mention): boolean {
	return /\bprint\(\s*$/.test(before) && /^\s*\)/.test(after);
}

/** The name was chosen badly, and the program knows what it holds. */
function isLoadResult({ after }: Mention): boolean {
	return /^\s*\.\s*(missing|unexpected)_keys\b/.test(after);
}
