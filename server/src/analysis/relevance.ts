/** Which functions can matter at all, judged by the names in them: the others are not entered. */
import { wrappingNames } from "../catalog";
import type { DefStmt, Expr, ModuleFacts, Stmt } from "../syntax/facts";

export interface Relevance {
	/** Every name and attribute that the file reads. */
	readonly used: ReadonlySet<string>;
	/** The function names a wrapping call, itself or through functions of this file that it names. */
	matters(def: DefStmt): boolean;
}

export function judgeRelevance(facts: ModuleFacts): Relevance {
	const defs: Definition[] = [];
	const used = new Set<string>();
	collect(facts.body, [used], defs);
	const names = new Set(wrappingNames);
	for (let grown = true; grown; ) {
		grown = false;
		for (const def of defs) {
			if (names.has(def.name) || !intersects(def.names, names)) continue;
			names.add(def.name);
			grown = true;
		}
	}
	const mentions = new Map(defs.map((def) => [def.node, def.names]));
	return { used, matters: (def) => intersects(mentions.get(def) ?? new Set(), names) };
}

interface Definition {
	readonly node: object;
	readonly name: string;
	/** What it mentions, inner functions included. */
	readonly names: Set<string>;
}

function intersects(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
	for (const name of a) if (b.has(name)) return true;
	return false;
}

/** Adds every name read under `node` to all the sets around it, and every function and class to `defs`. */
function collect(node: unknown, around: readonly Set<string>[], defs: Definition[]): void {
	if (Array.isArray(node)) {
		for (const item of node) collect(item, around, defs);
		return;
	}
	if (!node || typeof node !== "object") return;
	const part = node as Stmt | Expr;
	if (part.kind === "name") for (const names of around) names.add(part.name);
	if (part.kind === "attribute") for (const names of around) names.add(part.attr.name);
	let inner = around;
	if (part.kind === "def" || part.kind === "class") {
		const names = new Set<string>();
		defs.push({ node: part, name: part.name.name, names });
		inner = [...around, names];
	}
	for (const value of Object.values(part)) if (value && typeof value === "object") collect(value, inner, defs);
}
