/** A Python text as the files that import it see it. */
import { peftRoots } from "../../catalog";
import type { ModuleFacts } from "../../syntax/facts";
import { NO_FACTS } from "../../syntax/lower";
import type { PythonParser } from "../../syntax/parser";
import { maxKeptFacts } from "../limits";
import { createBoundedCache } from "./bounded-cache";
import { type Imports, importsOf } from "./imports";

export interface ModuleText {
	readonly text: string;
	/** The same object as before, where a change of the text left them as they were. */
	readonly imports: Imports;
	/** False: it can hold no model with an adapter, unless it imports a module that can. */
	readonly namesPeft: boolean;
	/** Lowered when first asked for. Never throws. */
	facts(): ModuleFacts;
}

/** `before` is what the text was. */
export function moduleTextOf(text: string, facts: () => ModuleFacts, before?: ModuleText): ModuleText {
	const imports = importsOf(text);
	const unchanged = before?.imports.key === imports.key ? before.imports : imports;
	return { text, imports: unchanged, namesPeft: namesPeft(text), facts };
}

/** `ctrl` is not `trl`. */
const PEFT_NAME = new RegExp(`(?<![0-9A-Za-z_])(?:${peftRoots.join("|")})(?![0-9A-Za-z_])`);

/** What an adapter is put into or loaded with is imported, so some import root stands in the text. */
export function namesPeft(text: string): boolean {
	// Most texts hold none of them even as a part of a word, which is faster to tell.
	return peftRoots.some((name) => text.includes(name)) && PEFT_NAME.test(text);
}

/** Facts of texts that are not open; of those used last, they are kept. */
export interface FactsCache {
	of(text: string): ModuleFacts;
}

/** `onFault` hears of a text that the parser failed on; it has no facts. */
export function createFactsCache(parser: PythonParser, onFault: (error: unknown) => void): FactsCache {
	const known = createBoundedCache<string, ModuleFacts>(maxKeptFacts);

	function parse(text: string): ModuleFacts {
		try {
			return parser.parse(text);
		} catch (error) {
			onFault(error);
			return NO_FACTS;
		}
	}

	return {
		of(text) {
			const facts = known.get(text) ?? parse(text);
			known.set(text, facts, text.length);
			return facts;
		},
	};
}
