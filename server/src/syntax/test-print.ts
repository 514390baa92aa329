import type { Argument, Block, Expr, ModuleFacts, Param, Pattern, Stmt } from "./facts";

// Support for tests: facts as one readable line per statement, spans left out.

/** `(assign [x] (call f 1))` and the like; statements of a block on lines of their own, indented. */
export function printFacts(facts: ModuleFacts): string {
	const comments = facts.comments.map((comment) => `(comment ${JSON.stringify(comment.text)})`);
	const lines = [...facts.body.map((stmt) => printStmt(stmt)), ...comments];
	return (facts.hasError ? ["has-error", ...lines] : lines).join("\n");
}

function printPart(part: Stmt | Expr): string {
	return STATEMENTS.has(part.kind) ? printStmt(part as Stmt) : printExpr(part as Expr);
}

const STATEMENTS: ReadonlySet<string> = new Set<Stmt["kind"]>([
	...(["import", "import-from", "def", "class", "assign", "augassign", "annotation", "del", "expr", "if"] as const),
	...(["for", "while", "try", "with", "match", "return", "raise", "assert", "global", "nonlocal"] as const),
	...(["break", "continue", "pass", "unknown-stmt"] as const),
]);

function list(head: string, ...items: (string | undefined)[]): string {
	return `(${[head, ...items].filter((item) => item !== undefined && item !== "").join(" ")})`;
}

function group(items: readonly string[]): string {
	return `[${items.join(" ")}]`;
}

function block(label: string, body: Block): string {
	if (body.length === 0) return "";
	const lines = body.flatMap((stmt) => printStmt(stmt).split("\n"));
	return `\n\t${label}:${lines.map((line) => `\n\t\t${line}`).join("")}`;
}

function compound(head: string, ...blocks: string[]): string {
	return `(${head}${blocks.join("")})`;
}

function printStmt(stmt: Stmt): string {
	switch (stmt.kind) {
		case "import":
			return list("import", ...stmt.names.map((name) => aliased(name.path, name.alias?.name)));
		case "import-from":
			return list(
				"import-from",
				".".repeat(stmt.level) + stmt.module,
				stmt.star ? "*" : undefined,
				...stmt.names.map((name) => aliased(name.name, name.alias?.name)),
			);
		case "def": {
			const marks = [stmt.isAsync ? "async " : "", stmt.isGenerator ? "generator " : ""].join("");
			const returns = stmt.returns === undefined ? "" : ` -> ${printExpr(stmt.returns)}`;
			const head = `${marks}def ${stmt.name.name} ${printParams(stmt.params)}${returns}`;
			return compound(head + printDecorators(stmt.decorators), block("body", stmt.body));
		}
		case "class": {
			const head = `class ${stmt.name.name} ${group(stmt.bases.map(printArgument))}`;
			return compound(head + printDecorators(stmt.decorators), block("body", stmt.body));
		}
		case "assign": {
			const annotation = stmt.annotation === undefined ? undefined : `: ${printExpr(stmt.annotation)}`;
			return list("assign", group(stmt.targets.map(printExpr)), annotation, printExpr(stmt.value));
		}
		case "augassign":
			return list("augassign", stmt.operator, printExpr(stmt.target), printExpr(stmt.value));
		case "annotation":
			return list("annotation", printExpr(stmt.target), printExpr(stmt.annotation));
		case "del":
			return list("del", ...stmt.targets.map(printExpr));
		case "expr":
			return list("expr", printExpr(stmt.value));
		case "if": {
			const branches = stmt.branches.map((branch) => block(`when ${printExpr(branch.test)}`, branch.body));
			return compound("if", ...branches, block("else", stmt.orelse));
		}
		case "for":
			return compound(
				`for ${printExpr(stmt.target)} ${printExpr(stmt.iter)}`,
				block("body", stmt.body),
				block("else", stmt.orelse),
			);
		case "while":
			return compound(`while ${printExpr(stmt.test)}`, block("body", stmt.body), block("else", stmt.orelse));
		case "try":
			return compound(
				"try",
				block("body", stmt.body),
				...stmt.handlers.map((handler) => block(printHandler(handler.type, handler.name?.name), handler.body)),
				block("else", stmt.orelse),
				block("finally", stmt.finalbody),
			);
		case "with": {
			const items = stmt.items.map((item) => aliased(printExpr(item.context), item.target && printExpr(item.target)));
			return compound(`with ${items.join(" ")}`, block("body", stmt.body));
		}
		case "match": {
			const cases = stmt.cases.map((branch) => {
				const guard = branch.guard === undefined ? "" : ` if ${printExpr(branch.guard)}`;
				return block(`case ${printPattern(branch.pattern)}${guard}`, branch.body);
			});
			return compound(`match ${printExpr(stmt.subject)}`, ...cases);
		}
		case "return":
		case "raise":
			return list(stmt.kind, stmt.value && printExpr(stmt.value));
		case "assert":
			return list("assert", printExpr(stmt.test));
		case "global":
		case "nonlocal":
			return list(stmt.kind, ...stmt.names);
		case "break":
		case "continue":
		case "pass":
			return list(stmt.kind);
		case "unknown-stmt":
			return list("unknown-stmt", group(stmt.binds), ...stmt.parts.map(printPart));
	}
}

function aliased(name: string, alias: string | undefined): string {
	return alias === undefined ? name : `${name}=>${alias}`;
}

function printDecorators(decorators: readonly Expr[]): string {
	return decorators.map((decorator) => ` @${printExpr(decorator)}`).join("");
}

function printHandler(type: Expr | undefined, name: string | undefined): string {
	const caught = type === undefined ? "except" : `except ${printExpr(type)}`;
	return aliased(caught, name);
}

function printParams(params: readonly Param[]): string {
	return group(params.map(printParam));
}

const PARAM_MARKS: Readonly<Record<Param["kind"], string>> = {
	"positional-only": "/",
	normal: "",
	vararg: "*",
	"keyword-only": "kw:",
	kwarg: "**",
};

function printParam(param: Param): string {
	const annotation = param.annotation === undefined ? "" : `:${printExpr(param.annotation)}`;
	const value = param.default === undefined ? "" : `=${printExpr(param.default)}`;
	return `${PARAM_MARKS[param.kind]}${param.name.name}${annotation}${value}`;
}

function printArgument(argument: Argument): string {
	switch (argument.kind) {
		case "positional":
			return printExpr(argument.value);
		case "keyword":
			return `${argument.name.name}=${printExpr(argument.value)}`;
		case "star":
			return `*${printExpr(argument.value)}`;
		case "double-star":
			return `**${printExpr(argument.value)}`;
	}
}

function printPattern(pattern: Pattern): string {
	switch (pattern.kind) {
		case "wildcard":
			return "_";
		case "capture":
			return list("capture", pattern.name.name);
		case "value":
			return list("value", printExpr(pattern.value));
		case "or":
			return list("or", ...pattern.patterns.map(printPattern));
		case "as":
			return list("as", printPattern(pattern.pattern), pattern.name.name);
		case "unknown":
			return list("unknown", ...pattern.names.map((name) => name.name));
	}
}

function printExpr(expr: Expr): string {
	switch (expr.kind) {
		case "name":
			return expr.name;
		case "attribute":
			return `${printExpr(expr.value)}.${expr.attr.name}`;
		case "subscript":
			return list("[]", printExpr(expr.value), printExpr(expr.index));
		case "call":
			return list("call", printExpr(expr.func), ...expr.args.map(printArgument));
		case "constant":
			return printConstant(expr.type, expr.value);
		case "fstring":
			return list(
				"f",
				...expr.parts.map((part) => (typeof part === "string" ? JSON.stringify(part) : printExpr(part))),
			);
		case "tuple":
		case "list":
		case "set":
			return list(expr.kind, ...expr.items.map(printExpr));
		case "dict":
			return list(
				"dict",
				...expr.entries.map((entry) => `${entry.key ? printExpr(entry.key) : "**"}:${printExpr(entry.value)}`),
			);
		case "conditional":
			return list("if", printExpr(expr.test), printExpr(expr.then), printExpr(expr.otherwise));
		case "and":
		case "or":
			return list(expr.kind, ...expr.operands.map(printExpr));
		case "not":
			return list("not", printExpr(expr.operand));
		case "unary":
			return list(expr.operator, printExpr(expr.operand));
		case "binary":
			return list(expr.operator, printExpr(expr.left), printExpr(expr.right));
		case "compare":
			return list(
				"compare",
				printExpr(expr.left),
				...expr.rest.map((step) => `${step.operator.replace(" ", "-")} ${printExpr(step.right)}`),
			);
		case "lambda":
			return list("lambda", printParams(expr.params), printExpr(expr.body));
		case "comprehension": {
			const key = expr.key === undefined ? undefined : `${printExpr(expr.key)}:`;
			const clauses = expr.clauses.map((clause) =>
				list(
					"for",
					printExpr(clause.target),
					printExpr(clause.iter),
					...clause.tests.map((test) => `if ${printExpr(test)}`),
				),
			);
			return list(`comp-${expr.form}`, key, printExpr(expr.element), ...clauses);
		}
		case "named":
			return list(":=", expr.target.name, printExpr(expr.value));
		case "await":
			return list("await", printExpr(expr.value));
		case "yield":
			return list(expr.from ? "yield-from" : "yield", expr.value && printExpr(expr.value));
		case "starred":
			return list("*", printExpr(expr.value));
		case "unknown":
			return list("unknown", ...expr.parts.map(printExpr));
	}
}

function printConstant(type: string, value: string | number | boolean | null | undefined): string {
	if (type === "ellipsis") return "...";
	if (value === undefined) return `<${type}>`;
	return typeof value === "string" ? JSON.stringify(value) : String(value);
}
