/** Executes statements. One state goes in; every way that control leaves comes out. */
import type {
	AssertStmt,
	AssignStmt,
	AugAssignStmt,
	Block,
	ForStmt,
	IfStmt,
	ImportFromStmt,
	ImportStmt,
	MatchStmt,
	Stmt,
	TryStmt,
	UnknownStmt,
	WhileStmt,
	WithStmt,
} from "../syntax/facts";
import { isStatement } from "../syntax/facts";
import { BoundExceeded } from "./bounds";
import { growInPlace } from "./containers";
import { defineClass, defineFunction } from "./definitions";
import { evaluateAll, evaluateTest } from "./expressions";
import { drained } from "./generators";
import type { Condition } from "./graph";
import { merge } from "./join";
import { bury } from "./liveness";
import { runFor, runWhile } from "./loop-statements";
import { type Context, type Machine, type Outcome, type Result, siteKey } from "./machine";
import { runMatch } from "./match-statements";
import { importedFrom, importedModule, importStar, runForEffect } from "./modules";
import { firstPart } from "./names";
import { fold } from "./operators";
import { importsOf } from "./reach";
import { fork, resolve, type State, setVar } from "./state";
import { assign, remove } from "./targets";
import { COUNTER, computed } from "./truth";
import { constant, external, keyOf, NONE, symbol, type Value } from "./values";
import { runWith } from "./with-statements";

const next = (state: State): Outcome => ({ kind: "next", state });

/**
 * Runs a block from all the states in which control gets there, statement by statement: what two of them come to alike is
 * run on once. What falls off the end comes back as `next`.
 */
export function execute(machine: Machine, from: readonly State[], block: Block, ctx: Context): Outcome[] {
	let states = from;
	const left: Outcome[] = [];
	const outer = { statement: ctx.statement, block: ctx.block };
	for (const statement of block) {
		if (states.length === 0) break;
		ctx.statement = statement;
		ctx.block = block;
		spend(machine, states.length);
		const after: State[] = [];
		for (const outcome of step(machine, states, statement, ctx)) {
			if (outcome.kind === "next") after.push(outcome.state);
			else left.push(outcome);
		}
		if (after.length > 1) bury(machine, after, statement, ctx);
		states = merge(after, siteKey(ctx, statement));
	}
	ctx.statement = outer.statement;
	ctx.block = outer.block;
	return [...left, ...states.map(next)];
}

export function spend(machine: Machine, steps = 1): void {
	machine.steps.left -= steps;
	if (machine.steps.left < 0) throw new BoundExceeded("too many steps");
}

/** Statements with blocks in them take the states together. */
function step(machine: Machine, states: readonly State[], statement: Stmt, ctx: Context): Outcome[] {
	switch (statement.kind) {
		case "if":
			return runIf(machine, states, statement, ctx);
		case "for":
			return runFor(machine, states, statement, ctx);
		case "while":
			return runWhile(machine, states, statement, ctx);
		case "try":
			return runTry(machine, states, statement, ctx);
		case "with":
			return runWith(machine, states, statement, ctx);
		case "match":
			return runMatch(machine, states, statement, ctx);
		case "unknown-stmt":
			return runUnknown(machine, states, statement, ctx);
		default:
			return states.flatMap((state) => simpleStep(machine, state, statement, ctx));
	}
}

type SimpleStmt = Exclude<Stmt, IfStmt | ForStmt | WhileStmt | TryStmt | WithStmt | MatchStmt | UnknownStmt>;

function simpleStep(machine: Machine, state: State, statement: SimpleStmt, ctx: Context): Outcome[] {
	switch (statement.kind) {
		case "import":
			runImport(machine, state, statement, ctx);
			return [next(state)];
		case "import-from":
			runImportFrom(machine, state, statement, ctx);
			return [next(state)];
		case "def":
			return defineFunction(machine, state, statement, ctx);
		case "class":
			return defineClass(machine, state, statement, ctx);
		case "assign":
			return assigned(machine, state, statement, ctx).map((result) => {
				for (const target of statement.targets) assign(machine, result.state, target, result.value, ctx);
				return next(result.state);
			});
		case "augassign":
			return runAugAssign(machine, state, statement, ctx);
		case "expr":
			return machine.evaluate(state, statement.value, ctx).map((result) => next(result.state));
		case "return":
			if (!statement.value) return [{ kind: "return", state, value: NONE }];
			return machine
				.evaluate(state, statement.value, ctx, { kind: "return" })
				.map((result) => ({ kind: "return", state: result.state, value: result.value }));
		case "raise":
			return statement.value
				? machine.evaluate(state, statement.value, ctx).map((result) => ({ kind: "stop", state: result.state }))
				: [{ kind: "stop", state }];
		case "assert":
			return runAssert(machine, state, statement, ctx);
		case "break":
		case "continue":
			return [{ kind: statement.kind, state }];
		case "del":
			for (const target of statement.targets) remove(machine, state, target, ctx);
			return [next(state)];
		case "annotation":
		case "global":
		case "nonlocal":
		case "pass":
			return [next(state)];
	}
}

/** What is asked before any adapter is in a model does not tell apart what is said of adapters: it is no guess. */
function runAssert(machine: Machine, state: State, { test }: AssertStmt, ctx: Context): Outcome[] {
	const isAsked = ({ test: asked }: Condition): boolean =>
		asked.file === ctx.file && test.start <= asked.start && asked.end <= test.end;
	return evaluateTest(machine, state, test, ctx).yes.map((passed) => {
		if (!holdsAdapters(passed)) passed.guesses = passed.guesses.filter((guess) => !isAsked(guess));
		return next(passed);
	});
}

function holdsAdapters({ base, heap }: State): boolean {
	return [base.heap, heap.map].some((objects) =>
		[...objects.values()].some((one) => one.t === "core" && one.wrappers.length + one.adapters.length > 0),
	);
}

// --- imports

function runImport(machine: Machine, state: State, statement: ImportStmt, ctx: Context): void {
	for (const one of importsOf(statement)) runForEffect(machine, ctx.file, one);
	for (const { path, alias } of statement.names) {
		const bound = alias ? path : firstPart(path);
		const value = importedModule(machine, ctx.file, 0, bound) ?? external(bound);
		setVar(state, ctx.frame, alias?.name ?? bound, value);
	}
}

function runImportFrom(machine: Machine, state: State, statement: ImportFromStmt, ctx: Context): void {
	for (const one of importsOf(statement)) runForEffect(machine, ctx.file, one);
	if (statement.star) importStar(machine, state, statement, ctx);
	for (const { name, alias } of statement.names)
		setVar(state, ctx.frame, alias?.name ?? name, importedFrom(machine, state, ctx.file, statement, name));
}

// --- assignments

/** The right side of an assignment; unpacking takes all that a generator has. */
function assigned(machine: Machine, state: State, statement: AssignStmt, ctx: Context): Result[] {
	const results = machine.evaluate(state, statement.value, ctx);
	const unpacks = statement.targets.some((target) => target.kind === "tuple" || target.kind === "list");
	if (!unpacks) return results;
	return results.flatMap((result) => drained(machine, result.state, result.value, statement.value, ctx));
}

/** Containers grow in place; numbers are computed, and count passes inside a loop. */
function runAugAssign(machine: Machine, state: State, statement: AugAssignStmt, ctx: Context): Outcome[] {
	return evaluateAll(machine, state, [statement.target, statement.value], ctx).map(({ state: after, values }) => {
		const [old, by] = values as [Value, Value];
		const value = augmented(after, statement.operator, resolve(after, old), resolve(after, by), ctx);
		assign(machine, after, statement.target, value, ctx);
		return next(after);
	});
}

function augmented(state: State, operator: string, old: Value, by: Value, ctx: Context): Value {
	if (old.k === "ref") {
		growInPlace(state, old.id, by);
		return old;
	}
	const folded = old.k === "constant" && by.k === "constant" ? fold(operator, old.value, by.value) : undefined;
	if (folded !== undefined && typeof folded === "string") return constant(folded);
	if (folded !== undefined && !/\.[1-9]/.test(ctx.passes)) return constant(folded);
	return computed(`${ctx.passes === "" ? "" : COUNTER}(${operator}= ${keyOf(old)} ${keyOf(by)})`);
}

// --- branches

function runIf(machine: Machine, states: readonly State[], statement: IfStmt, ctx: Context): Outcome[] {
	const out: Outcome[] = [];
	let rest = states;
	for (const { test, body } of statement.branches) {
		const sides = rest.map((s) => evaluateTest(machine, s, test, ctx));
		const taken = merge(
			sides.flatMap(({ yes }) => yes),
			siteKey(ctx, test),
		);
		out.push(...execute(machine, taken, body, ctx));
		rest = merge(
			sides.flatMap(({ no }) => no),
			siteKey(ctx, test),
		);
	}
	return [...out, ...execute(machine, rest, statement.orelse, ctx)];
}

// --- try

/** Handlers start from the state before the `try`: that the body failed half way is an unlikely path, and guesses are false alarms. */
function runTry(machine: Machine, states: readonly State[], statement: TryStmt, ctx: Context): Outcome[] {
	const before = states.map(fork);
	const { passed, outcomes } = passedBody(execute(machine, states, statement.body, ctx));
	outcomes.push(...execute(machine, passed, statement.orelse, ctx));
	if (!onlyImports(statement.body)) {
		for (const handler of statement.handlers) {
			const caught = before.map(fork);
			for (const s of caught)
				if (handler.name) setVar(s, ctx.frame, handler.name.name, symbol(`error:${siteKey(ctx, handler.name)}`));
			outcomes.push(...execute(machine, caught, handler.body, ctx));
		}
	}
	if (statement.finalbody.length === 0) return outcomes;
	return outcomes.flatMap((outcome) =>
		execute(machine, [outcome.state], statement.finalbody, ctx).map((last) =>
			last.kind === "next" ? { ...outcome, state: last.state } : last,
		),
	);
}

function passedBody(all: readonly Outcome[]): { passed: State[]; outcomes: Outcome[] } {
	const passed = all.flatMap((outcome) => (outcome.kind === "next" ? [outcome.state] : []));
	return { passed, outcomes: all.filter((outcome) => outcome.kind !== "next") };
}

/** What a script imports is taken to be installed. */
function onlyImports(block: Block): boolean {
	return (
		block.length > 0 &&
		block.every((statement) => statement.kind === "import" || statement.kind === "import-from" || isFlag(statement))
	);
}

/** `HAS_PEFT = True` beside the import. */
function isFlag(statement: Stmt): boolean {
	return statement.kind === "assign" && statement.value.kind === "constant";
}

// --- broken code

/** Statements inside a broken region still run, so that half-typed code does not make everything flicker. */
function runUnknown(machine: Machine, states: readonly State[], statement: UnknownStmt, ctx: Context): Outcome[] {
	const outcomes = execute(machine, states, statement.parts.filter(isStatement), ctx);
	for (const outcome of outcomes)
		for (const name of statement.binds)
			setVar(outcome.state, ctx.frame, name, symbol(`broken:${name}:${siteKey(ctx, statement)}`));
	return outcomes;
}
