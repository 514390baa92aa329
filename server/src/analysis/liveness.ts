/** Variables that nothing reads any more: what they hold need not keep states apart. */
import type { DefStmt, Expr, ModuleFacts, Stmt } from "../syntax/facts";
import type { Context, Machine } from "./machine";
import { moduleFrame } from "./modules";
import { deleteVar, getObject, getVar, type State } from "./state";

/** Names by the offset after which they are not read, ascending; those that inner functions read are not among them. */
type Deaths = readonly { readonly name: string; readonly at: number }[];

const NEVER = Number.POSITIVE_INFINITY;
/** With one of these, any name may be read in a way that cannot be seen. */
const REFLECTION: ReadonlySet<string> = new Set(["locals", "globals", "vars", "eval", "exec", "dir"]);

const cache = new WeakMap<DefStmt | ModuleFacts, Deaths>();

/** Drops from every state the variables of this activation that are dead after `statement`. */
export function bury(machine: Machine, states: readonly State[], statement: Stmt, ctx: Context): void {
	for (const { name, at } of deathsIn(machine, ctx)) {
		if (at > statement.end) return;
		for (const state of states) if (!isDefinition(state, ctx, name)) deleteVar(state, ctx.frame, name);
	}
}

function deathsIn(machine: Machine, ctx: Context): Deaths {
	if (ctx.def?.kind === "def") return deathsOf(ctx.def, ctx.def.body);
	const facts = ctx.frame === moduleFrame(0) ? machine.files[0]?.facts() : undefined;
	return facts ? deathsOf(facts, facts.body) : [];
}

/** What is defined may be entered later though nothing names it. */
function isDefinition(state: State, ctx: Context, name: string): boolean {
	const value = getVar(state, ctx.frame, name);
	if (value?.k === "ref") return getObject(state, value.id)?.t === "class";
	return value?.k === "function";
}

function deathsOf(owner: DefStmt | ModuleFacts, body: readonly Stmt[]): Deaths {
	let deaths = cache.get(owner);
	if (!deaths) {
		const last = new Map<string, number>();
		collect(body, undefined, last);
		const isOpaque = [...REFLECTION].some((name) => last.has(name));
		deaths = isOpaque ? [] : sorted(last);
		cache.set(owner, deaths);
	}
	return deaths;
}

function sorted(last: ReadonlyMap<string, number>): Deaths {
	return [...last]
		.filter(([, at]) => at < NEVER)
		.map(([name, at]) => ({ name, at }))
		.sort((a, b) => a.at - b.at);
}

/** `until`: what is read here may be read again up to there, being in a loop or in a function that is called later. */
function collect(node: unknown, until: number | undefined, last: Map<string, number>): void {
	if (Array.isArray(node)) {
		for (const item of node) collect(item, until, last);
		return;
	}
	if (!node || typeof node !== "object") return;
	const part = node as Stmt | Expr;
	if (part.kind === "name") last.set(part.name, Math.max(last.get(part.name) ?? 0, until ?? part.end));
	const inner = reach(part, until);
	for (const value of Object.values(part)) if (value && typeof value === "object") collect(value, inner, last);
}

function reach(part: Stmt | Expr, until: number | undefined): number | undefined {
	switch (part.kind) {
		case "def":
		case "class":
		case "lambda":
			return NEVER;
		case "for":
		case "while":
			// The last statement of the body ends where the loop does, and is not the last to run.
			return until ?? part.end + 1;
		default:
			return until;
	}
}
