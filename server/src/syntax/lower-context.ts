import type { Identifier, Span } from "./facts";
import { BROKEN, type FlatTree, HOLDS_ERROR } from "./flat-tree";

/**
 * How deep statements and expressions may nest, together, before the rest is `unknown`. CPython's own parser gives up
 * at 200 open brackets and 100 indentations; what recurses over facts can count on this bound.
 */
export const MAX_DEPTH = 256;

/** What the lowering of one file carries along. */
export interface Lowering {
	readonly tree: FlatTree;
	readonly text: string;
	/** Statements and expressions around the present one. */
	depth: number;
	/** Set by a `yield`; whoever opens a function scope saves and restores it. */
	sawYield: boolean;
	/** Set while an expression is lowered whose left end, at `from`, really starts at `to`. */
	spine: { readonly from: number; readonly to: number; readonly isTypeCall: boolean } | undefined;
}

/** No node. Asking anything about it gives nothing. */
export const NONE = -1;
export const ROOT = 0;

export function kindOf(cx: Lowering, node: number): string {
	return cx.tree.grammar.kinds[cx.tree.kind[node] ?? 0] ?? "";
}

export function fieldOf(cx: Lowering, node: number): string {
	return cx.tree.grammar.fields[cx.tree.field[node] ?? 0] ?? "";
}

export function startOf(cx: Lowering, node: number): number {
	const start = cx.tree.start[node] ?? 0;
	return cx.spine !== undefined && cx.spine.from === start ? cx.spine.to : start;
}

export function endOf(cx: Lowering, node: number): number {
	return cx.tree.end[node] ?? 0;
}

/** The first index behind the node and all that is in it. */
export function afterOf(cx: Lowering, node: number): number {
	return cx.tree.after[node] ?? 0;
}

export function spanOf(cx: Lowering, node: number): Span {
	return { start: startOf(cx, node), end: endOf(cx, node) };
}

export function textOf(cx: Lowering, node: number): string {
	return cx.text.slice(startOf(cx, node), endOf(cx, node));
}

/** An ERROR or MISSING node belongs to this very node. */
export function isBroken(cx: Lowering, node: number): boolean {
	return ((cx.tree.flags[node] ?? 0) & BROKEN) !== 0;
}

/** An ERROR or MISSING node is somewhere inside. */
export function holdsError(cx: Lowering, node: number): boolean {
	return ((cx.tree.flags[node] ?? 0) & HOLDS_ERROR) !== 0;
}

/** The first child, a token or not. */
export function firstChild(cx: Lowering, node: number): number {
	return node + 1 < afterOf(cx, node) ? node + 1 : NONE;
}

export function nextSibling(cx: Lowering, node: number): number {
	return cx.tree.next[node] ?? NONE;
}

/** The first child that is no token. */
export function firstNamed(cx: Lowering, node: number): number {
	let child = firstChild(cx, node);
	while (child !== NONE && isToken(cx, child)) child = nextSibling(cx, child);
	return child;
}

/** Every child that was kept, tokens too. */
export function allChildren(cx: Lowering, node: number): number[] {
	const found: number[] = [];
	for (let child = firstChild(cx, node); child !== NONE; child = nextSibling(cx, child)) found.push(child);
	return found;
}

/** The children that are no tokens. */
export function children(cx: Lowering, node: number): number[] {
	return allChildren(cx, node).filter((child) => !isToken(cx, child));
}

export function isToken(cx: Lowering, node: number): boolean {
	return kindOf(cx, node).charCodeAt(0) === 0x27;
}

/** The first child in the field, or `NONE`. */
export function childIn(cx: Lowering, node: number, field: string): number {
	for (let child = firstChild(cx, node); child !== NONE; child = nextSibling(cx, child)) {
		if (fieldOf(cx, child) === field) return child;
	}
	return NONE;
}

export function childrenIn(cx: Lowering, node: number, field: string): number[] {
	return children(cx, node).filter((child) => fieldOf(cx, child) === field);
}

/** The first child of the kind, or `NONE`. */
export function childOfKind(cx: Lowering, node: number, kind: string): number {
	for (let child = firstChild(cx, node); child !== NONE; child = nextSibling(cx, child)) {
		if (kindOf(cx, child) === kind) return child;
	}
	return NONE;
}

/** A name as Python compares it: in normal form. */
export function nameOf(cx: Lowering, node: number): string {
	const name = textOf(cx, node);
	return NON_ASCII.test(name) ? name.normalize("NFKC") : name;
}

const NON_ASCII = /[^\0-\x7f]/;

export function identifierOf(cx: Lowering, node: number): Identifier {
	return { name: nameOf(cx, node), start: startOf(cx, node), end: endOf(cx, node) };
}

/** Whether a comma stands between the end of `child`, the last one, and the end of `node`. */
export function hasTrailingComma(cx: Lowering, node: number, child: number): boolean {
	return hasComma(cx, endOf(cx, child), endOf(cx, node));
}

export function hasComma(cx: Lowering, start: number, end: number): boolean {
	const gap = cx.text.slice(start, end);
	return gap.includes(",") && gap.replaceAll(/#.*/g, "").includes(",");
}

/** The dots and names of a `dotted_name`, without the blanks that may stand between them. */
export function dottedName(cx: Lowering, node: number): string {
	const parts = children(cx, node).filter((child) => kindOf(cx, child) === "identifier");
	return parts.map((child) => nameOf(cx, child)).join(".");
}
