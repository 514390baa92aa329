import type { Expr, Param } from "./facts";
import { childIn, children, firstNamed, identifierOf, kindOf, type Lowering, NONE } from "./lower-context";
import { lowerExpr } from "./lower-expressions";

type ParamKind = Param["kind"];

/** The parameters of a function or lambda; what has no name of its own (Python 2's `(a, b)`) is left out. */
export function lowerParams(cx: Lowering, node: number): Param[] {
	if (node === NONE) return [];
	const params: Param[] = [];
	let kind: ParamKind = "normal";
	for (const child of children(cx, node)) {
		const type = kindOf(cx, child);
		if (type === "positional_separator") {
			for (let at = 0; at < params.length; at++) params[at] = positionalOnly(params[at] as Param);
			continue;
		}
		if (type === "keyword_separator") {
			kind = "keyword-only";
			continue;
		}
		const param = lowerParam(cx, child, kind);
		if (param === undefined) continue;
		params.push(param);
		if (param.kind === "vararg") kind = "keyword-only";
	}
	return params;
}

function positionalOnly(param: Param): Param {
	return param.kind === "normal" ? { ...param, kind: "positional-only" } : param;
}

function lowerParam(cx: Lowering, node: number, kind: ParamKind): Param | undefined {
	switch (kindOf(cx, node)) {
		case "typed_parameter": {
			const annotation = lowerExpr(cx, childIn(cx, node, "type"));
			return named(cx, firstNamed(cx, node), kind, undefined, annotation);
		}
		case "default_parameter":
			return named(cx, childIn(cx, node, "name"), kind, lowerExpr(cx, childIn(cx, node, "value")), undefined);
		case "typed_default_parameter": {
			const annotation = lowerExpr(cx, childIn(cx, node, "type"));
			return named(cx, childIn(cx, node, "name"), kind, lowerExpr(cx, childIn(cx, node, "value")), annotation);
		}
		default:
			return named(cx, node, kind, undefined, undefined);
	}
}

function named(
	cx: Lowering,
	node: number,
	kind: ParamKind,
	value: Expr | undefined,
	annotation: Expr | undefined,
): Param | undefined {
	const type = kindOf(cx, node);
	if (type === "list_splat_pattern") return named(cx, firstNamed(cx, node), "vararg", value, annotation);
	if (type === "dictionary_splat_pattern") return named(cx, firstNamed(cx, node), "kwarg", value, annotation);
	if (type !== "identifier") return undefined;
	return { name: identifierOf(cx, node), kind, default: value, annotation };
}
