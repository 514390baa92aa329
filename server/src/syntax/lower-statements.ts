import type { AssignStmt, Expr, ImportFromStmt, ImportStmt, Stmt } from "./facts";
import { ERROR } from "./grammar";
import { lineEnd, logicalLine } from "./logical-line";
import { collectBinds } from "./lower-binds";
import { isCompoundKind, lowerCompound } from "./lower-compound";
import {
	childIn,
	childOfKind,
	children,
	childrenIn,
	dottedName,
	endOf,
	fieldOf,
	firstNamed,
	hasTrailingComma,
	holdsError,
	identifierOf,
	isBroken,
	kindOf,
	type Lowering,
	MAX_DEPTH,
	NONE,
	nameOf,
	spanOf,
	startOf,
	textOf,
} from "./lower-context";
import { unknownStatement } from "./lower-errors";
import { lowerAll, lowerExpr } from "./lower-expressions";
import { lowerTypeTarget } from "./lower-spine";

/** Lowers the statements among the children of a module or block. */
export function lowerBlock(cx: Lowering, node: number): Stmt[] {
	const out: Stmt[] = [];
	for (let child = firstNamed(cx, node); child !== NONE; child = cx.tree.next[child] ?? NONE) {
		lowerStatement(cx, child, out);
	}
	return out;
}

/** Lowers one statement to the end of `out`. */
export function lowerStatement(cx: Lowering, node: number, out: (Stmt | Expr)[]): void {
	const kind = kindOf(cx, node);
	if (cx.depth >= MAX_DEPTH) {
		out.push({ kind: "unknown-stmt", binds: collectBinds(cx, node), parts: [], ...spanOf(cx, node) });
		return;
	}
	cx.depth++;
	if (isCompoundKind(kind)) out.push(lowerCompound(cx, node));
	else out.push(guardErrors(cx, node, lowerSimple(cx, node)));
	cx.depth--;
}

/** A name that an ERROR somewhere inside the statement might assign is as good as assigned by the statement. */
function guardErrors(cx: Lowering, node: number, lowered: Stmt): Stmt {
	if (!holdsError(cx, node) || lowered.kind === "unknown-stmt") return lowered;
	const binds = collectErrorBinds(cx, node);
	return binds.length === 0 ? lowered : { kind: "unknown-stmt", binds, parts: [lowered], ...spanOf(cx, node) };
}

function collectErrorBinds(cx: Lowering, node: number): string[] {
	const names = new Set<string>();
	for (let at = node; at < (cx.tree.after[node] ?? 0); at++) {
		if (kindOf(cx, at) === ERROR) for (const name of collectBinds(cx, at)) names.add(name);
	}
	return [...names];
}

/** Whether a node of this type stands where a statement can. */
export function isStatementKind(kind: string): boolean {
	return SIMPLE.has(kind) || isCompoundKind(kind);
}

function lowerSimple(cx: Lowering, node: number): Stmt {
	const lower = SIMPLE.get(kindOf(cx, node));
	const isWhole = lower !== undefined && !isBroken(cx, node) && !isCut(cx, node);
	return isWhole ? lower(cx, node) : unknownStatement(cx, node);
}

/**
 * To the grammar a line end is a blank wherever no statement can end: it takes `x =` and, in the next line, `y = 1`
 * for `x = y = 1`. That is how code looks while it is typed.
 */
function isCut(cx: Lowering, node: number): boolean {
	const end = endOf(cx, node);
	return lineEnd(cx.text, startOf(cx, node)) < end && logicalLine(cx.text, startOf(cx, node)).end < end;
}

type Lowerer = (cx: Lowering, node: number) => Stmt;

const SIMPLE: ReadonlyMap<string, Lowerer> = new Map<string, Lowerer>([
	["expression_statement", lowerExpressionStatement],
	["assignment", (cx, node) => lowerAssignment(cx, node, node)],
	["augmented_assignment", (cx, node) => lowerAugmented(cx, node, node)],
	["import_statement", lowerImport],
	["import_from_statement", lowerImportFrom],
	["future_import_statement", lowerImportFrom],
	["delete_statement", lowerDelete],
	["return_statement", lowerReturn],
	["raise_statement", lowerRaise],
	[
		"assert_statement",
		(cx, node) => ({ kind: "assert", test: lowerExpr(cx, firstNamed(cx, node)), ...spanOf(cx, node) }),
	],
	["global_statement", (cx, node) => ({ kind: "global", names: scopeNames(cx, node), ...spanOf(cx, node) })],
	["nonlocal_statement", (cx, node) => ({ kind: "nonlocal", names: scopeNames(cx, node), ...spanOf(cx, node) })],
	["pass_statement", (cx, node) => ({ kind: "pass", ...spanOf(cx, node) })],
	["break_statement", (cx, node) => ({ kind: "break", ...spanOf(cx, node) })],
	["continue_statement", (cx, node) => ({ kind: "continue", ...spanOf(cx, node) })],
	["print_statement", unknownStatement],
	["exec_statement", unknownStatement],
	["type_alias_statement", lowerTypeAlias],
]);

function lowerExpressionStatement(cx: Lowering, node: number): Stmt {
	const items = children(cx, node);
	const first = items[0];
	if (first === undefined) return unknownStatement(cx, node);
	const kind = kindOf(cx, first);
	if (kind === "assignment") return lowerAssignment(cx, first, node);
	if (kind === "augmented_assignment") return lowerAugmented(cx, first, node);
	const isTuple = items.length > 1 || hasTrailingComma(cx, node, first);
	const value: Expr = isTuple
		? { kind: "tuple", items: lowerAll(cx, items), ...spanOf(cx, node) }
		: lowerExpr(cx, first);
	return { kind: "expr", value, ...spanOf(cx, node) };
}

/** `a = b = value` is nested to the right in the tree; `statement` is the node that the span is taken from. */
function lowerAssignment(cx: Lowering, node: number, statement: number): Stmt {
	const targets: number[] = [];
	let annotation = NONE;
	let at = node;
	while (kindOf(cx, at) === "assignment") {
		if (isBroken(cx, at)) return unknownStatement(cx, statement);
		targets.push(childIn(cx, at, "left"));
		if (annotation === NONE) annotation = childIn(cx, at, "type");
		at = childIn(cx, at, "right");
	}
	if (kindOf(cx, at) === "augmented_assignment") return unknownStatement(cx, statement);
	const span = spanOf(cx, statement);
	const type = annotation === NONE ? undefined : lowerExpr(cx, annotation);
	if (at !== NONE) return assign(lowerAll(cx, targets), lowerExpr(cx, at), type, span);
	const target = targets[0] ?? NONE;
	if (type === undefined || targets.length > 1) return unknownStatement(cx, statement);
	return { kind: "annotation", target: lowerExpr(cx, target), annotation: type, ...span };
}

function assign(
	targets: readonly Expr[],
	value: Expr,
	annotation: Expr | undefined,
	span: { start: number; end: number },
): AssignStmt {
	return { kind: "assign", targets, value, annotation, ...span };
}

function lowerAugmented(cx: Lowering, node: number, statement: number): Stmt {
	const right = childIn(cx, node, "right");
	if (isBroken(cx, node) || isStatementKind(kindOf(cx, right))) return unknownStatement(cx, statement);
	return {
		kind: "augassign",
		target: lowerExpr(cx, childIn(cx, node, "left")),
		operator: textOf(cx, childIn(cx, node, "operator")).slice(0, -1),
		value: lowerExpr(cx, right),
		...spanOf(cx, statement),
	};
}

function lowerImport(cx: Lowering, node: number): ImportStmt {
	const names = childrenIn(cx, node, "name").map((child) => {
		const { name, alias } = importedName(cx, child);
		return { path: name, alias, span: spanOf(cx, child) };
	});
	return { kind: "import", names, ...spanOf(cx, node) };
}

function lowerImportFrom(cx: Lowering, node: number): ImportFromStmt {
	const module = childIn(cx, node, "module_name");
	const isFuture = kindOf(cx, node) === "future_import_statement";
	const names = childrenIn(cx, node, "name").map((child) => ({ ...importedName(cx, child), span: spanOf(cx, child) }));
	return {
		kind: "import-from",
		level: dots(cx, module),
		module: isFuture ? "__future__" : modulePath(cx, module),
		star: childOfKind(cx, node, "wildcard_import") !== NONE,
		names,
		...spanOf(cx, node),
	};
}

function importedName(cx: Lowering, node: number): Omit<ImportFromStmt["names"][number], "span"> {
	if (kindOf(cx, node) !== "aliased_import") return { name: dottedName(cx, node), alias: undefined };
	return { name: dottedName(cx, childIn(cx, node, "name")), alias: identifierOf(cx, childIn(cx, node, "alias")) };
}

function dots(cx: Lowering, module: number): number {
	const prefix = childOfKind(cx, module, "import_prefix");
	return prefix === NONE ? 0 : textOf(cx, prefix).replaceAll(/[^.]/g, "").length;
}

function modulePath(cx: Lowering, module: number): string {
	if (kindOf(cx, module) === "dotted_name") return dottedName(cx, module);
	const name = childOfKind(cx, module, "dotted_name");
	return name === NONE ? "" : dottedName(cx, name);
}

/** `del (a, b)` deletes what `del a, b` does. */
function lowerDelete(cx: Lowering, node: number): Stmt {
	const value = lowerExpr(cx, firstNamed(cx, node));
	const targets = value.kind === "tuple" || value.kind === "list" ? value.items : [value];
	return { kind: "del", targets, ...spanOf(cx, node) };
}

function lowerReturn(cx: Lowering, node: number): Stmt {
	const value = firstNamed(cx, node);
	return { kind: "return", value: value === NONE ? undefined : lowerExpr(cx, value), ...spanOf(cx, node) };
}

function lowerRaise(cx: Lowering, node: number): Stmt {
	const value = children(cx, node).find((child) => fieldOf(cx, child) !== "cause");
	return { kind: "raise", value: value === undefined ? undefined : lowerExpr(cx, value), ...spanOf(cx, node) };
}

function scopeNames(cx: Lowering, node: number): string[] {
	return children(cx, node).map((child) => nameOf(cx, child));
}

/** `type X = …` binds a name to something that no analysis of models wants; but see `lowerTypeTarget`. */
function lowerTypeAlias(cx: Lowering, node: number): Stmt {
	const left = firstNamed(cx, childIn(cx, node, "left"));
	const kind = kindOf(cx, left);
	if (kind === "identifier" || kind === "generic_type") {
		return { kind: "unknown-stmt", binds: collectBinds(cx, node), parts: [], ...spanOf(cx, node) };
	}
	const [typed, annotation] = kind === "constrained_type" ? children(cx, left) : [left];
	const target = lowerTypeTarget(cx, firstTyped(cx, typed ?? left), startOf(cx, node));
	const type = annotation === undefined ? undefined : lowerExpr(cx, annotation);
	return assign([target], lowerExpr(cx, childIn(cx, node, "right")), type, spanOf(cx, node));
}

function firstTyped(cx: Lowering, node: number): number {
	return kindOf(cx, node) === "type" ? firstNamed(cx, node) : node;
}
