/** Arithmetic on what is known. */
import type { BinaryExpr } from "../syntax/facts";
import { joinDicts, listItems, newList } from "./containers";
import { type Context, siteKey } from "./machine";
import type { State } from "./state";
import { computed, iff, not } from "./truth";
import { type Constant, constant, keyOf, type Value } from "./values";

export function unary(operator: string, value: Value): Value {
	if (value.k === "constant" && typeof value.value === "number" && operator === "-") return constant(-value.value);
	return computed(`(${operator} ${keyOf(value)})`);
}

export function binary(state: State, expr: BinaryExpr, left: Value, right: Value, ctx: Context): Value {
	if (left.k === "constant" && right.k === "constant") {
		const folded = fold(expr.operator, left.value, right.value);
		if (folded !== undefined) return constant(folded);
	}
	if (expr.operator === "+") {
		const a = listItems(state, left);
		const b = listItems(state, right);
		if (a && b) return newList(state, [...a.items, ...b.items], a.open || b.open, siteKey(ctx, expr));
	}
	const dict = expr.operator === "|" ? joinDicts(state, left, right, siteKey(ctx, expr)) : undefined;
	if (dict) return dict;
	// Flags: one or the other, not both.
	if (expr.operator === "^") return not(state, iff(state, left, right));
	return computed(`(${expr.operator} ${keyOf(left)} ${keyOf(right)})`);
}

/** The constant that two constants give; undefined for anything unusual. */
export function fold(operator: string, left: Constant, right: Constant): Constant | undefined {
	if (typeof left === "string" && typeof right === "string") return operator === "+" ? left + right : undefined;
	if (typeof left !== "number" || typeof right !== "number") return undefined;
	switch (operator) {
		case "+":
			return left + right;
		case "-":
			return left - right;
		case "*":
			return left * right;
		case "%":
			return right === 0 ? undefined : ((left % right) + right) % right;
		default:
			return undefined;
	}
}
