import type { Argument, BoolExpr, CallExpr, CompareExpr, Expr, SubscriptExpr, UnaryExpr, UnknownExpr } from "./facts";
import { lowerComprehension, lowerDict, lowerSequence } from "./lower-collections";
import {
	allChildren,
	childIn,
	children,
	childrenIn,
	endOf,
	fieldOf,
	firstNamed,
	hasTrailingComma,
	identifierOf,
	isBroken,
	isToken,
	kindOf,
	type Lowering,
	MAX_DEPTH,
	NONE,
	nameOf,
	spanOf,
	startOf,
	textOf,
} from "./lower-context";
import { expressionParts } from "./lower-errors";
import { lowerFloat, lowerInteger, lowerString } from "./lower-literals";
import { lowerParams } from "./lower-params";
import { isTypeArguments, lowerMisplacedStar, lowerTypeCall, misplacedStar } from "./lower-spine";

/** Lowers an expression, a target or a type. `NONE` gives an unknown of no width at the start of the text. */
export function lowerExpr(cx: Lowering, node: number): Expr {
	const star = misplacedStar(cx, node);
	if (star !== NONE) return lowerMisplacedStar(cx, node, star);
	const inner = unwrap(cx, node);
	if (cx.depth >= MAX_DEPTH) return { kind: "unknown", parts: [], ...spanOf(cx, inner) };
	cx.depth++;
	const lowered = isBroken(cx, inner) ? unknownExpr(cx, inner) : dispatch(cx, inner);
	cx.depth--;
	return lowered;
}

export function lowerAll(cx: Lowering, nodes: readonly number[]): Expr[] {
	return nodes.map((node) => lowerExpr(cx, node));
}

/** What is not modelled or broken, with what could be lowered inside it. */
export function unknownExpr(cx: Lowering, node: number): UnknownExpr {
	return { kind: "unknown", parts: expressionParts(cx, node), ...spanOf(cx, node) };
}

/** Whether a node of this type is an expression (or a target or a type). */
export function isExpressionKind(kind: string): boolean {
	return LOWERERS.has(kind) || WRAPPERS.has(kind);
}

/** Parentheses, and what the grammar wraps around a lone expression, mean nothing; there can be any number of them. */
function unwrap(cx: Lowering, node: number): number {
	let at = node;
	while (!isBroken(cx, at) && isWrapper(cx, at)) {
		const inner = firstNamed(cx, at);
		if (inner === NONE) return at;
		at = inner;
	}
	return at;
}

const WRAPPERS = new Set(["parenthesized_expression", "parenthesized_list_splat", "type", "as_pattern_target"]);

function isWrapper(cx: Lowering, node: number): boolean {
	const kind = kindOf(cx, node);
	if (WRAPPERS.has(kind)) return !isTypeArguments(cx, node);
	// A star that is taken off.
	if (kind === "list_splat") return cx.spine !== undefined && cx.tree.start[node] === cx.spine.from;
	// The target `(a)` looks like a tuple of one.
	if (kind !== "tuple_pattern") return false;
	const items = children(cx, node);
	const only = items[0];
	return only !== undefined && items.length === 1 && !hasTrailingComma(cx, node, only);
}

function dispatch(cx: Lowering, node: number): Expr {
	if (isTypeArguments(cx, node)) return lowerTypeCall(cx, node);
	const lower = LOWERERS.get(kindOf(cx, node));
	return lower === undefined ? unknownExpr(cx, node) : lower(cx, node);
}

type Lowerer = (cx: Lowering, node: number) => Expr;

const LOWERERS: ReadonlyMap<string, Lowerer> = new Map<string, Lowerer>([
	["identifier", lowerName],
	["dotted_name", lowerDottedName],
	["attribute", lowerAttribute],
	["member_type", lowerMemberType],
	["subscript", lowerSubscript],
	["generic_type", lowerGenericType],
	["call", lowerCall],
	["string", lowerString],
	["concatenated_string", lowerString],
	["integer", lowerInteger],
	["float", lowerFloat],
	["true", (cx, node) => ({ kind: "constant", type: "boolean", value: true, ...spanOf(cx, node) })],
	["false", (cx, node) => ({ kind: "constant", type: "boolean", value: false, ...spanOf(cx, node) })],
	["none", (cx, node) => ({ kind: "constant", type: "none", value: null, ...spanOf(cx, node) })],
	["ellipsis", (cx, node) => ({ kind: "constant", type: "ellipsis", value: undefined, ...spanOf(cx, node) })],
	["tuple", (cx, node) => lowerSequence(cx, node, "tuple")],
	["expression_list", (cx, node) => lowerSequence(cx, node, "tuple")],
	["pattern_list", (cx, node) => lowerSequence(cx, node, "tuple")],
	["tuple_pattern", (cx, node) => lowerSequence(cx, node, "tuple")],
	["list", (cx, node) => lowerSequence(cx, node, "list")],
	["list_pattern", (cx, node) => lowerSequence(cx, node, "list")],
	["set", (cx, node) => lowerSequence(cx, node, "set")],
	["dictionary", lowerDict],
	["list_comprehension", (cx, node) => lowerComprehension(cx, node, "list")],
	["set_comprehension", (cx, node) => lowerComprehension(cx, node, "set")],
	["dictionary_comprehension", (cx, node) => lowerComprehension(cx, node, "dict")],
	["generator_expression", (cx, node) => lowerComprehension(cx, node, "generator")],
	["conditional_expression", lowerConditional],
	["boolean_operator", lowerBool],
	["not_operator", lowerNot],
	["unary_operator", lowerUnary],
	["binary_operator", lowerBinary],
	["union_type", lowerUnionType],
	["comparison_operator", lowerCompare],
	["lambda", lowerLambda],
	["named_expression", lowerNamed],
	["await", (cx, node) => ({ kind: "await", value: lowerExpr(cx, firstNamed(cx, node)), ...spanOf(cx, node) })],
	["yield", lowerYield],
	["list_splat", lowerStarred],
	["list_splat_pattern", lowerStarred],
	["splat_type", lowerSplatType],
	// Not modelled on their own, but expressions all the same.
	["slice", unknownExpr],
	["as_pattern", unknownExpr],
	["dictionary_splat", unknownExpr],
	["constrained_type", unknownExpr],
]);

function lowerName(cx: Lowering, node: number): Expr {
	return { kind: "name", name: nameOf(cx, node), start: startOf(cx, node), end: endOf(cx, node) };
}

/** `a.b.c` where the grammar keeps it as one node (decorated patterns, imports). */
function lowerDottedName(cx: Lowering, node: number): Expr {
	const [first, ...rest] = children(cx, node);
	if (first === undefined) return unknownExpr(cx, node);
	if (rest.length >= MAX_DEPTH) return { kind: "unknown", parts: [], ...spanOf(cx, node) };
	const start = startOf(cx, node);
	return rest.reduce<Expr>(
		(value, part) => ({ kind: "attribute", value, attr: identifierOf(cx, part), start, end: endOf(cx, part) }),
		lowerName(cx, first),
	);
}

function lowerAttribute(cx: Lowering, node: number): Expr {
	const value = lowerExpr(cx, childIn(cx, node, "object"));
	return { kind: "attribute", value, attr: identifierOf(cx, childIn(cx, node, "attribute")), ...spanOf(cx, node) };
}

/** `a[T].b` in an annotation. */
function lowerMemberType(cx: Lowering, node: number): Expr {
	const [value, attr] = children(cx, node);
	if (value === undefined || attr === undefined) return unknownExpr(cx, node);
	return { kind: "attribute", value: lowerExpr(cx, value), attr: identifierOf(cx, attr), ...spanOf(cx, node) };
}

function lowerSubscript(cx: Lowering, node: number): Expr {
	const value = childIn(cx, node, "value");
	return subscript(cx, node, value, childrenIn(cx, node, "subscript"));
}

/** `List[int]` in an annotation: the same as a subscript. */
function lowerGenericType(cx: Lowering, node: number): Expr {
	const [value, parameters] = children(cx, node);
	if (value === undefined || parameters === undefined) return unknownExpr(cx, node);
	return subscript(cx, node, value, children(cx, parameters));
}

function subscript(cx: Lowering, node: number, valueNode: number, indices: readonly number[]): Expr {
	const first = indices[0];
	const last = indices.at(-1);
	if (first === undefined || last === undefined) return unknownExpr(cx, node);
	const value = lowerExpr(cx, valueNode);
	const result = (index: Expr): SubscriptExpr => ({ kind: "subscript", value, index, ...spanOf(cx, node) });
	const items = lowerAll(cx, indices);
	const only = items.length === 1 && !hasTrailingComma(cx, node, last) ? items[0] : undefined;
	if (only !== undefined && only.kind !== "starred") return result(only);
	return result({ kind: "tuple", items, start: startOf(cx, first), end: endOf(cx, last) });
}

function lowerCall(cx: Lowering, node: number): CallExpr {
	const func = lowerExpr(cx, childIn(cx, node, "function"));
	const list = childIn(cx, node, "arguments");
	return { kind: "call", func, args: lowerArguments(cx, list), argsSpan: spanOf(cx, list), ...spanOf(cx, node) };
}

/** The arguments of a call, or the bases of a class. A lone generator expression brings its own parentheses. */
export function lowerArguments(cx: Lowering, list: number): Argument[] {
	if (kindOf(cx, list) === "generator_expression") return [positional(cx, list)];
	return children(cx, list).map((argument) => lowerArgument(cx, argument));
}

function lowerArgument(cx: Lowering, node: number): Argument {
	switch (kindOf(cx, node)) {
		case "keyword_argument":
			return {
				kind: "keyword",
				name: identifierOf(cx, childIn(cx, node, "name")),
				value: lowerExpr(cx, childIn(cx, node, "value")),
				...spanOf(cx, node),
			};
		case "list_splat":
			return { kind: "star", value: lowerExpr(cx, firstNamed(cx, node)), ...spanOf(cx, node) };
		case "dictionary_splat":
			return { kind: "double-star", value: lowerExpr(cx, firstNamed(cx, node)), ...spanOf(cx, node) };
		default:
			return positional(cx, node);
	}
}

function positional(cx: Lowering, node: number): Argument {
	const value = lowerExpr(cx, node);
	if (value.kind === "starred") return { kind: "star", value: value.value, ...spanOf(cx, node) };
	return { kind: "positional", value, ...spanOf(cx, node) };
}

/** One expression, or a tuple without parentheses. */
export function lowerOneOrTuple(cx: Lowering, nodes: readonly number[], isTuple: boolean): Expr {
	const first = nodes[0] ?? NONE;
	if (!isTuple) return lowerExpr(cx, first);
	return {
		kind: "tuple",
		items: lowerAll(cx, nodes),
		start: startOf(cx, first),
		end: endOf(cx, nodes.at(-1) ?? first),
	};
}

function lowerConditional(cx: Lowering, node: number): Expr {
	const [then, test, otherwise] = children(cx, node);
	if (then === undefined || test === undefined || otherwise === undefined) return unknownExpr(cx, node);
	return {
		kind: "conditional",
		test: lowerExpr(cx, test),
		// biome-ignore lint/suspicious/noThenProperty: plain data, which nobody awaits
		then: lowerExpr(cx, then),
		otherwise: lowerExpr(cx, otherwise),
		...spanOf(cx, node),
	};
}

/** `a and b and c` nests to the left in the tree, however long it is. */
function lowerBool(cx: Lowering, node: number): BoolExpr {
	const operator = boolOperator(cx, node);
	const operands: number[] = [];
	let left = node;
	while (isSameChain(cx, left, operator)) {
		operands.push(childIn(cx, left, "right"));
		left = childIn(cx, left, "left");
	}
	operands.push(left);
	return { kind: operator, operands: lowerAll(cx, operands.reverse()), ...spanOf(cx, node) };
}

function isSameChain(cx: Lowering, node: number, operator: "and" | "or"): boolean {
	if (kindOf(cx, node) !== "boolean_operator" || boolOperator(cx, node) !== operator) return false;
	return !isBroken(cx, node);
}

function boolOperator(cx: Lowering, node: number): "and" | "or" {
	return kindOf(cx, childIn(cx, node, "operator")) === "'or" ? "or" : "and";
}

function lowerNot(cx: Lowering, node: number): Expr {
	return { kind: "not", operand: lowerExpr(cx, childIn(cx, node, "argument")), ...spanOf(cx, node) };
}

function lowerUnary(cx: Lowering, node: number): UnaryExpr {
	const sign = textOf(cx, childIn(cx, node, "operator"));
	const operator = sign === "-" || sign === "~" ? sign : "+";
	return { kind: "unary", operator, operand: lowerExpr(cx, childIn(cx, node, "argument")), ...spanOf(cx, node) };
}

function lowerBinary(cx: Lowering, node: number): Expr {
	return {
		kind: "binary",
		operator: textOf(cx, childIn(cx, node, "operator")),
		left: lowerExpr(cx, childIn(cx, node, "left")),
		right: lowerExpr(cx, childIn(cx, node, "right")),
		...spanOf(cx, node),
	};
}

/** `A | B` in an annotation. */
function lowerUnionType(cx: Lowering, node: number): Expr {
	const [left, right] = children(cx, node);
	if (left === undefined || right === undefined) return unknownExpr(cx, node);
	return { kind: "binary", operator: "|", left: lowerExpr(cx, left), right: lowerExpr(cx, right), ...spanOf(cx, node) };
}

function lowerCompare(cx: Lowering, node: number): Expr {
	let left: Expr | undefined;
	let operator = "";
	const rest: CompareExpr["rest"][number][] = [];
	for (const child of allChildren(cx, node)) {
		if (fieldOf(cx, child) === "operators") operator = kindOf(cx, child).slice(1);
		else if (isToken(cx, child)) continue;
		else if (left === undefined) left = lowerExpr(cx, child);
		else rest.push({ operator, right: lowerExpr(cx, child) });
	}
	return left === undefined ? unknownExpr(cx, node) : { kind: "compare", left, rest, ...spanOf(cx, node) };
}

function lowerLambda(cx: Lowering, node: number): Expr {
	const params = lowerParams(cx, childIn(cx, node, "parameters"));
	const outerYield = cx.sawYield;
	const body = lowerExpr(cx, childIn(cx, node, "body"));
	cx.sawYield = outerYield;
	return { kind: "lambda", params, body, ...spanOf(cx, node) };
}

function lowerNamed(cx: Lowering, node: number): Expr {
	const target = identifierOf(cx, childIn(cx, node, "name"));
	return { kind: "named", target, value: lowerExpr(cx, childIn(cx, node, "value")), ...spanOf(cx, node) };
}

function lowerYield(cx: Lowering, node: number): Expr {
	cx.sawYield = true;
	const value = firstNamed(cx, node);
	const from = /^yield[\s\\]+from\b/.test(textOf(cx, node));
	return { kind: "yield", value: value === NONE ? undefined : lowerExpr(cx, value), from, ...spanOf(cx, node) };
}

function lowerStarred(cx: Lowering, node: number): Expr {
	return { kind: "starred", value: lowerExpr(cx, firstNamed(cx, node)), ...spanOf(cx, node) };
}

/** `*T` in an annotation; `**P` is for type parameters only. */
function lowerSplatType(cx: Lowering, node: number): Expr {
	return cx.text.startsWith("**", startOf(cx, node)) ? unknownExpr(cx, node) : lowerStarred(cx, node);
}
