import type { Expr, Identifier, Pattern } from "./facts";
import { patternCaptures } from "./lower-binds";
import {
	afterOf,
	allChildren,
	children,
	endOf,
	firstNamed,
	hasTrailingComma,
	identifierOf,
	isBroken,
	isToken,
	kindOf,
	type Lowering,
	MAX_DEPTH,
	NONE,
	spanOf,
	startOf,
	textOf,
} from "./lower-context";
import { lowerExpr } from "./lower-expressions";
import { number } from "./lower-literals";

/** The pattern of a `case`; with commas in it, it is a sequence. */
export function lowerCasePatterns(cx: Lowering, nodes: readonly number[], isSequence: boolean): Pattern {
	const first = nodes[0] ?? NONE;
	if (!isSequence) return lowerPattern(cx, first);
	const names = nodes.flatMap((node) => captured(cx, node));
	return { kind: "unknown", names, start: startOf(cx, first), end: endOf(cx, nodes.at(-1) ?? first) };
}

function lowerPattern(cx: Lowering, node: number): Pattern {
	if (cx.depth >= MAX_DEPTH || isBroken(cx, node)) return unknownPattern(cx, node);
	cx.depth++;
	const lowered = dispatch(cx, node);
	cx.depth--;
	return lowered;
}

function dispatch(cx: Lowering, node: number): Pattern {
	switch (kindOf(cx, node)) {
		case "case_pattern":
			return alternatives(cx, node)[0] ?? unknownPattern(cx, node);
		case "as_pattern":
			return lowerAs(cx, node);
		case "union_pattern":
			return { kind: "or", patterns: alternatives(cx, node), ...spanOf(cx, node) };
		case "tuple_pattern":
			return lowerGroup(cx, node);
		case "dotted_name":
			return lowerDotted(cx, node);
		case "'_":
			return { kind: "wildcard", ...spanOf(cx, node) };
		case "string":
		case "concatenated_string":
		case "true":
		case "false":
		case "none":
		case "integer":
		case "float":
			return { kind: "value", value: lowerExpr(cx, node), ...spanOf(cx, node) };
		case "complex_pattern":
			return { kind: "value", value: number(cx, node, undefined), ...spanOf(cx, node) };
		default:
			return unknownPattern(cx, node);
	}
}

/** The simple patterns that are children of the node; a minus is a child of its own, before its number. */
function alternatives(cx: Lowering, node: number): Pattern[] {
	const patterns: Pattern[] = [];
	let minus = NONE;
	for (const child of allChildren(cx, node)) {
		const kind = kindOf(cx, child);
		if (kind === "'-") minus = child;
		else if (!isToken(cx, child) || kind === "'_") {
			patterns.push(minus === NONE ? lowerPattern(cx, child) : negative(cx, minus, child));
			minus = NONE;
		}
	}
	return patterns;
}

function negative(cx: Lowering, minus: number, node: number): Pattern {
	const span = { start: startOf(cx, minus), end: endOf(cx, node) };
	const value: Expr = { kind: "unary", operator: "-", operand: lowerExpr(cx, node), ...span };
	return { kind: "value", value, ...span };
}

function lowerAs(cx: Lowering, node: number): Pattern {
	const [pattern, name] = children(cx, node);
	if (pattern === undefined || name === undefined) return unknownPattern(cx, node);
	return { kind: "as", pattern: lowerPattern(cx, pattern), name: identifierOf(cx, name), ...spanOf(cx, node) };
}

/** `(pattern)`, which is the pattern, or `(a, b)`, a sequence. */
function lowerGroup(cx: Lowering, node: number): Pattern {
	const items = children(cx, node);
	const only = items[0];
	const isGroup = only !== undefined && items.length === 1 && !hasTrailingComma(cx, node, only);
	return isGroup ? lowerPattern(cx, only) : unknownPattern(cx, node);
}

function lowerDotted(cx: Lowering, node: number): Pattern {
	if (children(cx, node).length > 1) return { kind: "value", value: lowerExpr(cx, node), ...spanOf(cx, node) };
	if (textOf(cx, node) === "_") return { kind: "wildcard", ...spanOf(cx, node) };
	return { kind: "capture", name: identifierOf(cx, firstNamed(cx, node)), ...spanOf(cx, node) };
}

function unknownPattern(cx: Lowering, node: number): Pattern {
	return { kind: "unknown", names: captured(cx, node), ...spanOf(cx, node) };
}

function captured(cx: Lowering, node: number): Identifier[] {
	const names: Identifier[] = [];
	for (let at = node; at !== NONE && at < afterOf(cx, node); at++) {
		for (const name of patternCaptures(cx, at)) names.push(identifierOf(cx, name));
	}
	return names.filter((identifier) => identifier.name !== "_").sort((left, right) => left.start - right.start);
}
