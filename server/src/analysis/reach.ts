/** What the top level of a module does to the modules that it imports, judged by the names in it. */
import type { Block, CallExpr, Expr, ImportFromStmt, ImportStmt, ModuleFacts, Stmt } from "../syntax/facts";
import { blocksOf, firstPart, touchedNames } from "./names";

/** One imported name: of `from <level dots><path> import <name>`, or `import <path>`. */
export interface TopImport {
	readonly level: number;
	readonly path: string;
	readonly name: string | undefined;
}

export interface Outward {
	/** Something of these is assigned, or called for what it does. */
	readonly changed: readonly TopImport[];
	/** Functions and classes are decorated with something of these. */
	readonly decorating: readonly TopImport[];
}

const cache = new WeakMap<ModuleFacts, Outward>();

export function outwardImports(facts: ModuleFacts): Outward {
	let outward = cache.get(facts);
	if (!outward) {
		outward = judge(facts);
		cache.set(facts, outward);
	}
	return outward;
}

/** Every name that the top level imports. */
export function topImports(facts: ModuleFacts): readonly TopImport[] {
	return topStatements(facts.body).flatMap((statement) =>
		statement.kind === "import" || statement.kind === "import-from" ? importsOf(statement) : [],
	);
}

export function importsOf(statement: ImportStmt | ImportFromStmt): readonly TopImport[] {
	if (statement.kind === "import") return statement.names.map(({ path }) => ({ level: 0, path, name: undefined }));
	const { level, module: path } = statement;
	if (statement.star) return [{ level, path, name: undefined }];
	return statement.names.map(({ name }) => ({ level, path, name }));
}

function judge(facts: ModuleFacts): Outward {
	const bound = new Map<string, TopImport>();
	const changed: TopImport[] = [];
	const decorating: TopImport[] = [];
	const add = (expr: Expr, to: TopImport[]): void => {
		const found = bound.get(rootName(expr));
		if (found) to.push(found);
	};
	const own = new Map(facts.body.flatMap((one) => (one.kind === "def" ? [[one.name.name, one] as const] : [])));
	/** Of a function of the module itself, what its body changes counts. */
	const addCall = (call: CallExpr): void => {
		add(call, changed);
		const [target] = call.func.kind === "name" && call.func.name === "setattr" ? call.args : [];
		if (target) add(target.value, changed);
		const def = call.func.kind === "name" ? own.get(call.func.name) : undefined;
		for (const { name, called } of def ? touchedNames(def) : [])
			if (!called && bound.has(name)) changed.push(bound.get(name) as TopImport);
	};
	for (const statement of topStatements(facts.body)) {
		switch (statement.kind) {
			case "import":
				for (const { path, alias } of statement.names)
					bound.set(alias?.name ?? firstPart(path), {
						level: 0,
						path: alias ? path : firstPart(path),
						name: undefined,
					});
				break;
			case "import-from":
				for (const { name, alias } of statement.names)
					bound.set(alias?.name ?? name, { level: statement.level, path: statement.module, name });
				break;
			case "assign":
				for (const target of statement.targets) if (isPart(target)) add(target, changed);
				break;
			case "augassign":
				add(statement.target, changed);
				break;
			case "expr":
				if (statement.value.kind === "call") addCall(statement.value);
				break;
			case "def":
			case "class":
				for (const decorator of statement.decorators) add(decorator, decorating);
				break;
			default:
				break;
		}
	}
	return { changed, decorating };
}

/** Statements that run when the module is imported. */
function topStatements(body: Block): readonly Stmt[] {
	return body.flatMap((statement): readonly Stmt[] => {
		if (statement.kind === "def" || statement.kind === "class") return [statement];
		return [statement, ...blocksOf(statement).flatMap(topStatements)];
	});
}

function isPart(target: Expr): boolean {
	return target.kind === "attribute" || target.kind === "subscript";
}

/** The name that an access path or a call begins with; empty for anything else. */
function rootName(expr: Expr): string {
	switch (expr.kind) {
		case "name":
			return expr.name;
		case "attribute":
		case "subscript":
			return rootName(expr.value);
		case "call":
			return rootName(expr.func);
		default:
			return "";
	}
}
