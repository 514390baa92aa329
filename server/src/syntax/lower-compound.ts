import type { Argument, Block, ClassStmt, DefStmt, Expr, MatchStmt, Stmt, TryStmt, WithStmt } from "./facts";
import { ERROR, MISSING } from "./grammar";
import {
	childIn,
	childOfKind,
	children,
	childrenIn,
	endOf,
	firstNamed,
	hasComma,
	identifierOf,
	isBroken,
	kindOf,
	type Lowering,
	NONE,
	spanOf,
	startOf,
} from "./lower-context";
import { unknownStatement } from "./lower-errors";
import { lowerArguments, lowerExpr, lowerOneOrTuple } from "./lower-expressions";
import { lowerParams } from "./lower-params";
import { lowerCasePatterns } from "./lower-patterns";
import { lowerBlock } from "./lower-statements";

export function isCompoundKind(kind: string): boolean {
	return COMPOUND.has(kind);
}

export function lowerCompound(cx: Lowering, node: number): Stmt {
	const lower = COMPOUND.get(kindOf(cx, node));
	return lower === undefined ? unknownStatement(cx, node) : lower(cx, node);
}

type Lowerer = (cx: Lowering, node: number) => Stmt;

const COMPOUND: ReadonlyMap<string, Lowerer> = new Map<string, Lowerer>([
	["decorated_definition", lowerDecorated],
	["function_definition", (cx, node) => lowerDef(cx, node, [])],
	["class_definition", (cx, node) => lowerClass(cx, node, [])],
	["if_statement", lowerIf],
	["for_statement", lowerFor],
	["while_statement", lowerWhile],
	["try_statement", lowerTry],
	["with_statement", lowerWith],
	["match_statement", lowerMatch],
]);

/**
 * An expression in the head of a compound statement. When something in the statement is broken outside of its blocks
 * it may be the head, and then the expression is not what it seems to be.
 */
function lowerHead(cx: Lowering, owner: number, node: number): Expr {
	const lowered = lowerExpr(cx, node);
	if (!isBroken(cx, owner) || lowered.kind === "unknown") return lowered;
	return { kind: "unknown", parts: [lowered], start: lowered.start, end: lowered.end };
}

/**
 * The block of a compound statement or clause. Broken pieces of its owner that stand before it open the block, others
 * end it: what they might bind is lost, and the statement around them is kept.
 */
function lowerBody(cx: Lowering, owner: number, node: number): Block {
	const body = node === NONE ? [] : lowerBlock(cx, node);
	if (!isBroken(cx, owner)) return body;
	const broken = children(cx, owner).filter((child) => isBrokenPiece(cx, child));
	const before = broken.filter((child) => startOf(cx, child) < startOf(cx, node));
	const behind = broken.filter((child) => startOf(cx, child) >= startOf(cx, node));
	const toStatement = (child: number): Stmt => unknownStatement(cx, child);
	return [...before.map(toStatement), ...body, ...behind.map(toStatement)];
}

const BLOCKS = new Set(["block", "elif_clause", "else_clause", "except_clause", "finally_clause", "case_clause"]);

function isBrokenPiece(cx: Lowering, node: number): boolean {
	const kind = kindOf(cx, node);
	return kind === ERROR || kind === MISSING || (isBroken(cx, node) && !BLOCKS.has(kind));
}

function bodyOf(cx: Lowering, owner: number): number {
	return childOfKind(cx, owner, "block");
}

function lowerDecorated(cx: Lowering, node: number): Stmt {
	const definition = childIn(cx, node, "definition");
	const decorators = children(cx, node)
		.filter((child) => kindOf(cx, child) === "decorator" && !isBroken(cx, child))
		.map((child) => lowerExpr(cx, firstNamed(cx, child)));
	const lowered =
		kindOf(cx, definition) === "class_definition"
			? lowerClass(cx, definition, decorators)
			: lowerDef(cx, definition, decorators);
	return { ...lowered, start: startOf(cx, node), end: endOf(cx, node) };
}

function lowerDef(cx: Lowering, node: number, decorators: readonly Expr[]): Stmt {
	const name = childIn(cx, node, "name");
	if (name === NONE || kindOf(cx, name) !== "identifier") return unknownStatement(cx, node);
	const params = lowerParams(cx, childIn(cx, node, "parameters"));
	const returns = childIn(cx, node, "return_type");
	const lowered: Omit<DefStmt, "body" | "isGenerator"> = {
		kind: "def",
		name: identifierOf(cx, name),
		params,
		returns: returns === NONE ? undefined : lowerExpr(cx, returns),
		decorators,
		isAsync: cx.text.startsWith("async", startOf(cx, node)),
		...spanOf(cx, node),
	};
	const outerYield = cx.sawYield;
	cx.sawYield = false;
	const body = lowerBody(cx, node, bodyOf(cx, node));
	const isGenerator = cx.sawYield;
	cx.sawYield = outerYield;
	return { ...lowered, body, isGenerator };
}

function lowerClass(cx: Lowering, node: number, decorators: readonly Expr[]): Stmt {
	const name = childIn(cx, node, "name");
	if (name === NONE || kindOf(cx, name) !== "identifier") return unknownStatement(cx, node);
	const outerYield = cx.sawYield;
	const body = lowerBody(cx, node, bodyOf(cx, node));
	cx.sawYield = outerYield;
	return {
		kind: "class",
		name: identifierOf(cx, name),
		bases: lowerBases(cx, node),
		body,
		decorators,
		...spanOf(cx, node),
	} satisfies ClassStmt;
}

function lowerBases(cx: Lowering, node: number): Argument[] {
	const list = childIn(cx, node, "superclasses");
	return list === NONE || isBroken(cx, list) ? [] : lowerArguments(cx, list);
}

function lowerIf(cx: Lowering, node: number): Stmt {
	const branches = [lowerBranch(cx, node)];
	let orelse: Block = [];
	for (const child of childrenIn(cx, node, "alternative")) {
		if (kindOf(cx, child) === "elif_clause") branches.push(lowerBranch(cx, child));
		else orelse = lowerBody(cx, child, bodyOf(cx, child));
	}
	return { kind: "if", branches, orelse, ...spanOf(cx, node) };
}

function lowerBranch(cx: Lowering, owner: number): { test: Expr; body: Block } {
	const test = lowerHead(cx, owner, childIn(cx, owner, "condition"));
	return { test, body: lowerBody(cx, owner, bodyOf(cx, owner)) };
}

function lowerElse(cx: Lowering, node: number): Block {
	const clause = childOfKind(cx, node, "else_clause");
	return clause === NONE ? [] : lowerBody(cx, clause, bodyOf(cx, clause));
}

function lowerFor(cx: Lowering, node: number): Stmt {
	return {
		kind: "for",
		target: lowerHead(cx, node, childIn(cx, node, "left")),
		iter: lowerHead(cx, node, childIn(cx, node, "right")),
		body: lowerBody(cx, node, bodyOf(cx, node)),
		orelse: lowerElse(cx, node),
		...spanOf(cx, node),
	};
}

function lowerWhile(cx: Lowering, node: number): Stmt {
	return { kind: "while", ...lowerBranch(cx, node), orelse: lowerElse(cx, node), ...spanOf(cx, node) };
}

function lowerTry(cx: Lowering, node: number): TryStmt {
	const clauses = children(cx, node);
	const last = clauses.find((child) => kindOf(cx, child) === "finally_clause");
	return {
		kind: "try",
		body: lowerBody(cx, node, bodyOf(cx, node)),
		handlers: clauses.filter((child) => kindOf(cx, child) === "except_clause").map((child) => lowerHandler(cx, child)),
		orelse: lowerElse(cx, node),
		finalbody: last === undefined ? [] : lowerBody(cx, last, bodyOf(cx, last)),
		...spanOf(cx, node),
	};
}

/** `except E as e` is one `as_pattern`; `except A, B` (3.14) has several values. */
function lowerHandler(cx: Lowering, node: number): TryStmt["handlers"][number] {
	const values = childrenIn(cx, node, "value");
	const first = values[0];
	const body = (): Block => lowerBody(cx, node, bodyOf(cx, node));
	if (first === undefined) return { type: undefined, name: undefined, body: body() };
	const { value, target } = splitAs(cx, first);
	const named = target === NONE ? childIn(cx, node, "alias") : firstNamed(cx, target);
	const name = kindOf(cx, named) === "identifier" ? identifierOf(cx, named) : undefined;
	const lowered = values.length > 1 ? lowerOneOrTuple(cx, values, true) : lowerHead(cx, node, value);
	return { type: lowered, name, body: body() };
}

/** Takes `value as target` apart. */
function splitAs(cx: Lowering, node: number): { value: number; target: number } {
	if (kindOf(cx, node) !== "as_pattern") return { value: node, target: NONE };
	return { value: firstNamed(cx, node), target: childIn(cx, node, "alias") };
}

function lowerWith(cx: Lowering, node: number): Stmt {
	const clause = childOfKind(cx, node, "with_clause");
	const items = children(cx, clause).flatMap((item) => lowerWithItem(cx, node, item));
	return { kind: "with", items, body: lowerBody(cx, node, bodyOf(cx, node)), ...spanOf(cx, node) };
}

function lowerWithItem(cx: Lowering, owner: number, item: number): WithStmt["items"][number][] {
	const whole = childIn(cx, item, "value");
	return withParts(cx, whole).map((part) => {
		const { value, target } = splitAs(cx, part);
		return {
			context: lowerHead(cx, owner, value),
			target: target === NONE ? undefined : lowerHead(cx, owner, target),
		};
	});
}

/** `with (a, b):` and `with (a as b):` may come as an expression in parentheses; a tuple is no context manager. */
function withParts(cx: Lowering, node: number): number[] {
	const kind = kindOf(cx, node);
	return kind === "tuple" || kind === "parenthesized_expression" ? children(cx, node) : [node];
}

function lowerMatch(cx: Lowering, node: number): MatchStmt {
	const subjects = childrenIn(cx, node, "subject");
	const isTuple = isListed(cx, subjects, bodyOf(cx, node));
	const clauses = children(cx, bodyOf(cx, node)).filter((child) => kindOf(cx, child) === "case_clause");
	const cases = clauses.map((child) => lowerCase(cx, child));
	const subject = lowerOneOrTuple(cx, subjects, isTuple);
	return { kind: "match", subject, cases, ...spanOf(cx, node) };
}

/** Whether there are several, or one and a comma before what follows. */
function isListed(cx: Lowering, nodes: readonly number[], follower: number): boolean {
	const last = nodes.at(-1);
	return nodes.length > 1 || (last !== undefined && hasComma(cx, endOf(cx, last), startOf(cx, follower)));
}

function lowerCase(cx: Lowering, node: number): MatchStmt["cases"][number] {
	const patterns = children(cx, node).filter((child) => kindOf(cx, child) === "case_pattern");
	const guard = childIn(cx, node, "guard");
	return {
		pattern: lowerCasePatterns(cx, patterns, isListed(cx, patterns, guard === NONE ? bodyOf(cx, node) : guard)),
		guard: guard === NONE ? undefined : lowerHead(cx, node, firstNamed(cx, guard)),
		body: lowerBody(cx, node, bodyOf(cx, node)),
	};
}
