import { type Expr, isStatement, type Stmt } from "./facts";
import { ERROR } from "./grammar";
import { collectBinds, isLooseTarget } from "./lower-binds";
import { allChildren, fieldOf, isToken, kindOf, type Lowering, MAX_DEPTH, spanOf, textOf } from "./lower-context";
import { isExpressionKind, lowerExpr } from "./lower-expressions";
import { isKeyword } from "./lower-keywords";
import { isStatementKind, lowerStatement } from "./lower-statements";

/** A statement that is broken or not modelled. */
export function unknownStatement(cx: Lowering, node: number): Stmt {
	const parts: (Stmt | Expr)[] = [];
	addParts(cx, node, parts);
	return { kind: "unknown-stmt", binds: collectBinds(cx, node), parts, ...spanOf(cx, node) };
}

/** The expressions that could be lowered inside a node that could not. */
export function expressionParts(cx: Lowering, node: number): Expr[] {
	const parts: (Stmt | Expr)[] = [];
	addParts(cx, node, parts);
	return parts.filter(isExpr);
}

function isExpr(part: Stmt | Expr): part is Expr {
	return !isStatement(part);
}

/** Fields that hold a bare name, which is no expression. */
const NAME_FIELDS = new Set(["name", "attribute", "alias", "type_parameters"]);

function addParts(cx: Lowering, node: number, parts: (Stmt | Expr)[]): void {
	if (cx.depth >= MAX_DEPTH) return;
	cx.depth++;
	for (const child of allChildren(cx, node)) addPart(cx, node, child, parts);
	cx.depth--;
}

function addPart(cx: Lowering, parent: number, child: number, parts: (Stmt | Expr)[]): void {
	const kind = kindOf(cx, child);
	if (isToken(cx, child)) return;
	if (kind === "identifier" && (NAME_FIELDS.has(fieldOf(cx, child)) || isNoName(cx, parent, child))) return;
	if (kind === "assignment" && kindOf(cx, parent) === "expression_statement") addParts(cx, child, parts);
	else if (isStatementKind(kind)) lowerStatement(cx, child, parts);
	else if (isExpressionKind(kind)) parts.push(lowerExpr(cx, child));
	else addParts(cx, child, parts);
}

/** A loose identifier of an ERROR that is a keyword, or that an `=` follows. */
function isNoName(cx: Lowering, parent: number, node: number): boolean {
	if (kindOf(cx, parent) !== ERROR) return false;
	return isKeyword(textOf(cx, node)) || isLooseTarget(cx, node);
}
