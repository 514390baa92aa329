/** Which names a function binds itself, per Python's scoping rules. */
import {
	type Block,
	type DefStmt,
	type Expr,
	isStatement,
	type LambdaExpr,
	type Pattern,
	type Stmt,
} from "../syntax/facts";

export interface ScopeNames {
	readonly locals: ReadonlySet<string>;
	/** Declared `global` or `nonlocal`. */
	readonly outer: ReadonlyMap<string, "global" | "nonlocal">;
	/** Functions, classes and lambdas inside may keep the frame alive. */
	readonly hasInner: boolean;
}

const cache = new WeakMap<DefStmt | LambdaExpr, ScopeNames>();

export function scopeNames(def: DefStmt | LambdaExpr): ScopeNames {
	let names = cache.get(def);
	if (!names) {
		names = collect(def);
		cache.set(def, names);
	}
	return names;
}

/** Every name that a block binds, in its inner blocks too. */
export function boundNames(block: Block): ReadonlySet<string> {
	const names = new Set<string>();
	blockNames(block, names, new Map(), { hasInner: false });
	return names;
}

/** Every name that stands somewhere under a node. */
export function mentionedNames(node: unknown, names: Set<string> = new Set()): ReadonlySet<string> {
	if (Array.isArray(node)) for (const item of node) mentionedNames(item, names);
	if (!node || typeof node !== "object") return names;
	const part = node as Stmt | Expr;
	if (part.kind === "name") names.add(part.name);
	for (const value of Object.values(part)) if (value && typeof value === "object") mentionedNames(value, names);
	return names;
}

/** Every name that some function under these statements declares global. */
export function globalsOf(block: Block, names: Set<string> = new Set()): ReadonlySet<string> {
	for (const statement of block) {
		if (statement.kind === "global") for (const name of statement.names) names.add(name);
		for (const inner of blocksOf(statement)) globalsOf(inner, names);
	}
	return names;
}

/** Some statement of the block, or of a block in it, is like that. */
export function someStatement(block: Block, isLike: (statement: Stmt) => boolean): boolean {
	return block.some(
		(statement) => isLike(statement) || blocksOf(statement).some((inner) => someStatement(inner, isLike)),
	);
}

/** The blocks that stand in a statement. */
export function blocksOf(statement: Stmt): readonly Block[] {
	switch (statement.kind) {
		case "if":
			return [...statement.branches.map((branch) => branch.body), statement.orelse];
		case "for":
		case "while":
			return [statement.body, statement.orelse];
		case "try":
			return [
				statement.body,
				...statement.handlers.map((handler) => handler.body),
				statement.orelse,
				statement.finalbody,
			];
		case "match":
			return statement.cases.map((one) => one.body);
		case "with":
		case "def":
		case "class":
			return [statement.body];
		case "unknown-stmt":
			return [statement.parts.filter(isStatement)];
		default:
			return [];
	}
}

function collect(def: DefStmt | LambdaExpr): ScopeNames {
	const locals = new Set(def.params.map((param) => param.name.name));
	const outer = new Map<string, "global" | "nonlocal">();
	const seen = { hasInner: false };
	if (def.kind === "def") for (const statement of def.body) statementNames(statement, locals, outer, seen);
	for (const name of outer.keys()) locals.delete(name);
	return { locals, outer, hasInner: seen.hasInner };
}

function blockNames(
	block: Block,
	locals: Set<string>,
	outer: Map<string, "global" | "nonlocal">,
	seen: { hasInner: boolean },
): void {
	for (const statement of block) statementNames(statement, locals, outer, seen);
}

function statementNames(
	statement: Stmt,
	locals: Set<string>,
	outer: Map<string, "global" | "nonlocal">,
	seen: { hasInner: boolean },
): void {
	const inner = (block: Block): void => blockNames(block, locals, outer, seen);
	switch (statement.kind) {
		case "import":
			for (const name of statement.names) locals.add(name.alias?.name ?? firstPart(name.path));
			return;
		case "import-from":
			for (const name of statement.names) locals.add(name.alias?.name ?? name.name);
			return;
		case "def":
		case "class":
			seen.hasInner = true;
			locals.add(statement.name.name);
			return;
		case "assign":
			for (const target of statement.targets) targetNames(target, locals);
			return;
		case "augassign":
			targetNames(statement.target, locals);
			return;
		case "del":
			for (const target of statement.targets) targetNames(target, locals);
			return;
		case "if":
			for (const branch of statement.branches) inner(branch.body);
			inner(statement.orelse);
			return;
		case "for":
			targetNames(statement.target, locals);
			inner(statement.body);
			inner(statement.orelse);
			return;
		case "while":
			inner(statement.body);
			inner(statement.orelse);
			return;
		case "try":
			inner(statement.body);
			for (const handler of statement.handlers) {
				if (handler.name) locals.add(handler.name.name);
				inner(handler.body);
			}
			inner(statement.orelse);
			inner(statement.finalbody);
			return;
		case "with":
			for (const item of statement.items) if (item.target) targetNames(item.target, locals);
			inner(statement.body);
			return;
		case "match":
			for (const one of statement.cases) {
				for (const name of patternNames(one.pattern)) locals.add(name);
				inner(one.body);
			}
			return;
		case "global":
		case "nonlocal":
			for (const name of statement.names) outer.set(name, statement.kind);
			return;
		case "unknown-stmt":
			for (const name of statement.binds) locals.add(name);
			for (const part of statement.parts) if (isStatement(part)) statementNames(part, locals, outer, seen);
			return;
		default:
			return;
	}
}

export function patternNames(pattern: Pattern): string[] {
	switch (pattern.kind) {
		case "capture":
			return [pattern.name.name];
		case "as":
			return [...patternNames(pattern.pattern), pattern.name.name];
		case "or":
			return pattern.patterns.flatMap(patternNames);
		case "unknown":
			return pattern.names.map((name) => name.name);
		default:
			return [];
	}
}

function targetNames(target: Expr, locals: Set<string>): void {
	for (const name of namesIn(target)) locals.add(name);
}

/** Names that an assignment to this target binds. */
export function namesIn(target: Expr): string[] {
	if (target.kind === "name") return [target.name];
	if (target.kind === "tuple" || target.kind === "list") return target.items.flatMap(namesIn);
	return target.kind === "starred" ? namesIn(target.value) : [];
}

export function firstPart(path: string): string {
	const dot = path.indexOf(".");
	return dot < 0 ? path : path.slice(0, dot);
}

/** `a.b.c` of a name, attribute or the callee of a call; empty for anything else. */
export function dottedName(expr: Expr): string {
	if (expr.kind === "name") return expr.name;
	if (expr.kind === "call") return dottedName(expr.func);
	if (expr.kind === "attribute") return `${dottedName(expr.value)}.${expr.attr.name}`;
	return "";
}

/** `name.attribute = …`, `name[…] = …` or `name.attribute(…)`: something that may change what the name holds. */
export interface Touch {
	readonly name: string;
	/** `[]` for an item. */
	readonly attribute: string;
	readonly called: boolean;
}

const touches = new WeakMap<DefStmt | LambdaExpr, readonly Touch[]>();

/** What a function does to the objects that it names. */
export function touchedNames(def: DefStmt | LambdaExpr): readonly Touch[] {
	let found = touches.get(def);
	if (!found) {
		const list: Touch[] = [];
		collectTouches(def.body, list);
		touches.set(def, list);
		found = list;
	}
	return found;
}

/** A method sets this field of its object. */
export function setsField(def: DefStmt | LambdaExpr, field: string): boolean {
	const self = def.params[0]?.name.name;
	return touchedNames(def).some(({ name, attribute, called }) => !called && name === self && attribute === field);
}

function collectTouches(node: unknown, into: Touch[]): void {
	if (Array.isArray(node)) for (const item of node) collectTouches(item, into);
	if (!node || typeof node !== "object") return;
	const part = node as Stmt | Expr;
	const add = (expr: Expr, called: boolean): void => {
		if (expr.kind === "attribute" && expr.value.kind === "name")
			into.push({ name: expr.value.name, attribute: expr.attr.name, called });
		if (expr.kind === "subscript" && expr.value.kind === "name")
			into.push({ name: expr.value.name, attribute: "[]", called });
	};
	if (part.kind === "assign") for (const target of part.targets) add(target, false);
	if (part.kind === "augassign") add(part.target, false);
	if (part.kind === "call") add(part.func, true);
	const [target] = part.kind === "call" && dottedName(part.func) === "setattr" ? part.args : [];
	if (target?.value.kind === "name") into.push({ name: target.value.name, attribute: "", called: false });
	for (const value of Object.values(part)) if (value && typeof value === "object") collectTouches(value, into);
}
