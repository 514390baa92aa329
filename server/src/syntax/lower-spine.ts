import type { CallExpr, Expr } from "./facts";
import { children, endOf, firstNamed, kindOf, type Lowering, NONE, spanOf } from "./lower-context";
import { lowerExpr } from "./lower-expressions";

// Two ambiguities that the grammar resolves against Python hang a wrong piece on the left end of an expression. They
// are put right by lowering the expression with another left end, a spine: `cx.spine`.

/** Nodes that may start with a part which stands to the left of all the rest. */
const SPINES = new Set([
	"attribute",
	"binary_operator",
	"boolean_operator",
	"call",
	"comparison_operator",
	"conditional_expression",
	"subscript",
]);

/** `*f(x)` that came as a call of `*f`: the `list_splat` at its left end, or `NONE`. */
export function misplacedStar(cx: Lowering, node: number): number {
	const start = cx.tree.start[node] ?? 0;
	if (cx.text.charCodeAt(start) !== 0x2a || start === cx.spine?.from || !SPINES.has(kindOf(cx, node))) return NONE;
	let left = firstNamed(cx, node);
	while (SPINES.has(kindOf(cx, left))) left = firstNamed(cx, left);
	return kindOf(cx, left) === "list_splat" && cx.tree.start[left] === start ? left : NONE;
}

/** Lowers `node` without the star at its left end, and stars the whole of it. */
export function lowerMisplacedStar(cx: Lowering, node: number, star: number): Expr {
	const span = spanOf(cx, node);
	const outer = cx.spine;
	cx.spine = { from: span.start, to: cx.tree.start[firstNamed(cx, star)] ?? span.start, isTypeCall: false };
	const value = lowerExpr(cx, node);
	cx.spine = outer;
	return { kind: "starred", value, ...span };
}

/** `type(x).y = z` that came as a type alias of `(x).y`, `target`; `start` is where the `type` is. */
export function lowerTypeTarget(cx: Lowering, target: number, start: number): Expr {
	const outer = cx.spine;
	cx.spine = { from: cx.tree.start[target] ?? start, to: start, isTypeCall: true };
	const lowered = lowerExpr(cx, target);
	cx.spine = outer;
	return lowered;
}

/** Whether the node is what `lowerTypeTarget` takes for the arguments of `type`. */
export function isTypeArguments(cx: Lowering, node: number): boolean {
	if (cx.spine?.isTypeCall !== true || cx.tree.start[node] !== cx.spine.from) return false;
	const kind = kindOf(cx, node);
	return kind === "parenthesized_expression" || kind === "tuple";
}

export function lowerTypeCall(cx: Lowering, node: number): CallExpr {
	const span = spanOf(cx, node);
	const name: Expr = { kind: "name", name: "type", start: span.start, end: span.start + "type".length };
	const args = children(cx, node).map((child) => {
		return { kind: "positional", value: lowerExpr(cx, child), ...spanOf(cx, child) } as const;
	});
	const argsSpan = { start: cx.tree.start[node] ?? span.start, end: endOf(cx, node) };
	return { kind: "call", func: name, args, argsSpan, ...span };
}
