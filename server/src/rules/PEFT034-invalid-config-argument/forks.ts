/** Programs that run with a PEFT of their own: what its configs take is not known. */
import type { ModelGraph } from "../../analysis/graph";
import { classKind, lookupApi } from "../../catalog";

const SEARCHED = /\bsys\.path\b[^\n]*\bpeft\b/;
const PATCHED =
	/\bpeft(?:\.\w+)+\s*=(?!=)|\b[A-Z]\w*(?:Config|Layer|Model|Mixin)\.\w+\s*=(?!=)|\bsetattr\(\s*(?:peft\b|[A-Z]\w*(?:Config|Layer|Model)\b)|\bPEFT_TYPE_TO_\w+\[/;

/** There is a checkout of it beside the program, the program changes its classes, or imports what it never had. */
export function mayBeForked({ sources, checkouts }: ModelGraph): boolean {
	if (checkouts.includes("peft")) return true;
	return sources.some(
		({ text }) =>
			SEARCHED.test(text) || PATCHED.test(text) || importedConfigs(text).some((name) => !isKnown(`peft.${name}`)),
	);
}

function importedConfigs(text: string): readonly string[] {
	const imports = text.matchAll(/^\s*from peft(?:\.\w+)* import +(?:\(([^)]*)\)|([^\n(;#]*))/gm);
	return [...imports].flatMap(
		([, inBrackets, onLine = ""]) => (inBrackets ?? onLine).match(/\b[A-Z]\w*Config\b/g) ?? [],
	);
}

function isKnown(name: string): boolean {
	return lookupApi(name) !== undefined || classKind(name) !== undefined;
}
