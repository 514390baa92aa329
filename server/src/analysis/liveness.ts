/**
 * Variables that nothing reads any more: what they hold need not keep states apart. A backward dataflow over the
 * statements of one function or of the analysed file's top level; it may take a dead variable for a live one, never the
 * other way round. What `locals()` and its kin would read is unknown to the analysis anyway.
 */
import type { Block, DefStmt, Expr, ForStmt, ModuleFacts, Stmt, WhileStmt } from "../syntax/facts";
import type { Context, Machine } from "./machine";
import { moduleFrame } from "./modules";
import { firstPart, namesIn, scopeNames } from "./names";
import { deleteVar, frameVars, getObject, type State } from "./state";
import type { Value } from "./values";

type Names = ReadonlySet<string>;

interface Liveness {
	/** Names that may be read after a statement, before they are assigned. */
	readonly after: ReadonlyMap<Stmt, Names>;
	/** Read by inner functions, whenever they are called. */
	readonly captured: Names;
}

const cache = new WeakMap<DefStmt | ModuleFacts, Liveness>();

/** Drops from every state the variables of this activation that are dead after `statement`. */
export function bury(machine: Machine, states: readonly State[], statement: Stmt, ctx: Context): void {
	const liveness = livenessIn(machine, ctx);
	const live = liveness?.after.get(statement);
	if (!liveness || !live) return;
	for (const state of states) {
		const dead = [...frameVars(state, ctx.frame)].filter(
			([name, value]) => !live.has(name) && !liveness.captured.has(name) && !isDefinition(state, value),
		);
		for (const [name] of dead) deleteVar(state, ctx.frame, name);
	}
}

function livenessIn(machine: Machine, ctx: Context): Liveness | undefined {
	if (ctx.defining !== undefined) return undefined;
	if (ctx.def?.kind === "def") return livenessOf(ctx.def, ctx.def.body);
	const facts = ctx.frame === moduleFrame(0) ? machine.files[0]?.facts() : undefined;
	return facts && livenessOf(facts, facts.body);
}

/** What is defined may be entered later though nothing names it. */
function isDefinition(state: State, value: Value): boolean {
	return value.k === "ref" ? getObject(state, value.id)?.t === "class" : value.k === "function";
}

function livenessOf(owner: DefStmt | ModuleFacts, body: Block): Liveness {
	let liveness = cache.get(owner);
	if (!liveness) {
		const after = new Map<Stmt, Names>();
		const captured = new Set<string>();
		blockLiveness(body, { after: NONE, jump: NONE }, { after, captured });
		liveness = { after, captured };
		cache.set(owner, liveness);
	}
	return liveness;
}

const NONE: Names = new Set();

/** What is live where a statement ends, and where `break` and `continue` lead. */
interface Exits {
	readonly after: Names;
	readonly jump: Names;
}

interface Findings {
	readonly after: Map<Stmt, Names>;
	readonly captured: Set<string>;
}

/** What is live where the block starts. */
function blockLiveness(block: Block, exits: Exits, found: Findings): Names {
	let live = exits.after;
	for (const statement of [...block].reverse()) {
		const known = found.after.get(statement);
		found.after.set(statement, known ? union(known, live) : live);
		live = before(statement, { after: live, jump: exits.jump }, found);
	}
	return live;
}

function before(statement: Stmt, exits: Exits, found: Findings): Names {
	switch (statement.kind) {
		case "if": {
			const bodies = statement.branches.map(({ body }) => blockLiveness(body, exits, found));
			const orelse = blockLiveness(statement.orelse, exits, found);
			return reading(
				statement.branches.map(({ test }) => test),
				union(orelse, ...bodies),
				found,
			);
		}
		case "for":
			return reading([statement.iter], loopLiveness(statement, exits, found), found);
		case "while":
			return loopLiveness(statement, exits, found);
		case "try": {
			// Handlers start from what was before the body.
			const end = blockLiveness(statement.finalbody, exits, found);
			const inner = { after: end, jump: union(exits.jump, end) };
			const orelse = blockLiveness(statement.orelse, inner, found);
			const body = blockLiveness(statement.body, { ...inner, after: union(orelse, end) }, found);
			return union(body, ...statement.handlers.map((handler) => blockLiveness(handler.body, inner, found)));
		}
		case "with": {
			const targets = statement.items.flatMap(({ target }) => (target ? [target] : []));
			const contexts = statement.items.map(({ context }) => context);
			return reading(contexts, assigning(targets, blockLiveness(statement.body, exits, found), found), found);
		}
		case "match": {
			const bodies = statement.cases.map(({ body, guard, pattern }) =>
				reading([guard, pattern], blockLiveness(body, exits, found), found),
			);
			return reading([statement.subject], union(exits.after, ...bodies), found);
		}
		case "assign":
			return reading([statement.value], assigning(statement.targets, exits.after, found), found);
		case "def":
		case "class":
			return reading([statement], without(exits.after, [statement.name.name]), found);
		case "import":
			return without(
				exits.after,
				statement.names.map(({ path, alias }) => alias?.name ?? firstPart(path)),
			);
		case "import-from":
			return without(
				exits.after,
				statement.names.map(({ name, alias }) => alias?.name ?? name),
			);
		case "break":
		case "continue":
			return exits.jump;
		default:
			// A return is taken to go on: a `finally` may be around it.
			return reading([statement], exits.after, found);
	}
}

/** What is live where a loop is reached; its body is gone through twice, since it comes after itself. */
function loopLiveness(statement: ForStmt | WhileStmt, exits: Exits, found: Findings): Names {
	const tests = statement.kind === "while" ? [statement.test] : [];
	const targets = statement.kind === "for" ? [statement.target] : [];
	const end = blockLiveness(statement.orelse, exits, found);
	let head = reading(tests, union(end, exits.after), found);
	for (let round = 0; round < 2; round++) {
		const body = blockLiveness(statement.body, { after: head, jump: union(head, exits.after) }, found);
		head = union(head, reading(tests, assigning(targets, body, found), found));
	}
	return head;
}

/** What is live before the targets are assigned: an attribute's object is read, a name is not. */
function assigning(targets: readonly Expr[], after: Names, found: Findings): Names {
	const names = targets.flatMap(namesIn);
	const parts = targets.filter((target) => target.kind !== "name");
	const left = without(after, names);
	const read = reading(parts, NONE, found);
	return union(left, new Set([...read].filter((name) => !names.includes(name))));
}

function union(first: Names, ...others: readonly Names[]): Names {
	const added = others.flatMap((names) => (names === first ? [] : [...names])).filter((name) => !first.has(name));
	return added.length === 0 ? first : new Set([...first, ...added]);
}

function without(names: Names, gone: readonly string[]): Names {
	if (!gone.some((name) => names.has(name))) return names;
	const left = new Set(names);
	for (const name of gone) left.delete(name);
	return left;
}

/** Adds the names that the parts read. */
function reading(parts: readonly unknown[], names: Names, found: Findings): Names {
	const read = new Set<string>();
	for (const part of parts) collect(part, read, found.captured);
	return union(names, read);
}

function collect(node: unknown, read: Set<string>, captured: Set<string>): void {
	if (Array.isArray(node)) {
		for (const item of node) collect(item, read, captured);
		return;
	}
	if (!node || typeof node !== "object") return;
	const part = node as Stmt | Expr;
	if (part.kind === "name") read.add(part.name);
	const inner = part.kind === "def" || part.kind === "lambda" || part.kind === "class" ? new Set<string>() : undefined;
	for (const value of Object.values(part))
		if (value && typeof value === "object") collect(value, inner ?? read, inner ?? captured);
	const own = part.kind === "def" || part.kind === "lambda" ? scopeNames(part).locals : NONE;
	for (const name of inner ?? NONE) if (!own.has(name)) captured.add(name);
}
