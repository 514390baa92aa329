import type { ComprehensionExpr, DictExpr, Expr, SequenceExpr } from "./facts";
import { childIn, children, childrenIn, firstNamed, kindOf, type Lowering, spanOf } from "./lower-context";
import { lowerAll, lowerExpr, lowerOneOrTuple } from "./lower-expressions";

export function lowerSequence(cx: Lowering, node: number, kind: SequenceExpr["kind"]): SequenceExpr {
	return { kind, items: lowerAll(cx, children(cx, node)), ...spanOf(cx, node) };
}

export function lowerDict(cx: Lowering, node: number): DictExpr {
	const entries = children(cx, node).map((entry) => lowerEntry(cx, entry));
	return { kind: "dict", entries, ...spanOf(cx, node) };
}

function lowerEntry(cx: Lowering, node: number): DictExpr["entries"][number] {
	if (kindOf(cx, node) !== "pair") return { key: undefined, value: lowerExpr(cx, firstNamed(cx, node)) };
	return { key: lowerExpr(cx, childIn(cx, node, "key")), value: lowerExpr(cx, childIn(cx, node, "value")) };
}

export function lowerComprehension(cx: Lowering, node: number, form: ComprehensionExpr["form"]): Expr {
	const body = childIn(cx, node, "body");
	const isPair = kindOf(cx, body) === "pair";
	const clauses: { target: Expr; iter: Expr; tests: Expr[] }[] = [];
	for (const child of children(cx, node)) {
		if (kindOf(cx, child) === "for_in_clause") clauses.push({ ...lowerClause(cx, child), tests: [] });
		else if (kindOf(cx, child) === "if_clause") clauses.at(-1)?.tests.push(lowerExpr(cx, firstNamed(cx, child)));
	}
	return {
		kind: "comprehension",
		form,
		element: lowerExpr(cx, isPair ? childIn(cx, body, "value") : body),
		key: isPair ? lowerExpr(cx, childIn(cx, body, "key")) : undefined,
		clauses,
		...spanOf(cx, node),
	};
}

function lowerClause(cx: Lowering, node: number): { target: Expr; iter: Expr } {
	const target = lowerExpr(cx, childIn(cx, node, "left"));
	const iters = childrenIn(cx, node, "right");
	return { target, iter: lowerOneOrTuple(cx, iters, iters.length > 1) };
}
