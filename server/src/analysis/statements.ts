/** Executes statements. One state goes in; every way that control leaves comes out. */
import type {
	AugAssignStmt,
	Block,
	ClassStmt,
	DefStmt,
	Expr,
	ForStmt,
	IfStmt,
	ImportFromStmt,
	ImportStmt,
	MatchStmt,
	Pattern,
	Stmt,
	TryStmt,
	UnknownStmt,
	WhileStmt,
	WithStmt,
} from "../syntax/facts";
import { isStatement } from "../syntax/facts";
import { branch } from "./assume";
import { BoundExceeded, LOOP_PASSES } from "./bounds";
import { growInPlace } from "./containers";
import { evaluateAll, evaluateTest } from "./expressions";
import type { Condition } from "./graph";
import { merge } from "./join";
import { bury } from "./liveness";
import { enterPass, isCutShort, iterate, passContext, settleGuesses } from "./loops";
import { type Context, type Machine, type Outcome, place, siteKey } from "./machine";
import { importedFrom, importedModule, importStar } from "./modules";
import { dottedName, firstPart, patternNames } from "./names";
import { fold } from "./operators";
import { fork, frameVars, resolve, type State, setObject, setVar } from "./state";
import { assign, remove } from "./targets";
import { COUNTER, compare, computed } from "./truth";
import { constant, external, keyOf, NONE, symbol, type Value } from "./values";

const next = (state: State): Outcome => ({ kind: "next", state });

/** Runs a block; what falls off its end comes back as `next`. */
export function execute(machine: Machine, state: State, block: Block, ctx: Context): Outcome[] {
	let states = [state];
	const left: Outcome[] = [];
	const outer = { statement: ctx.statement, block: ctx.block };
	for (const statement of block) {
		if (states.length === 0) break;
		const after: State[] = [];
		for (const s of states) {
			spend(machine);
			ctx.statement = statement;
			ctx.block = block;
			for (const outcome of step(machine, s, statement, ctx)) {
				if (outcome.kind === "next") after.push(outcome.state);
				else left.push(outcome);
			}
		}
		if (after.length > 1) bury(machine, after, statement, ctx);
		states = merge(after, siteKey(ctx, statement));
	}
	ctx.statement = outer.statement;
	ctx.block = outer.block;
	return [...left, ...states.map(next)];
}

export function spend(machine: Machine): void {
	if (machine.steps.left-- <= 0) throw new BoundExceeded("too many steps");
}

function step(machine: Machine, state: State, statement: Stmt, ctx: Context): Outcome[] {
	switch (statement.kind) {
		case "import":
			runImport(machine, state, statement, ctx);
			return [next(state)];
		case "import-from":
			runImportFrom(machine, state, statement, ctx);
			return [next(state)];
		case "def":
			setVar(state, ctx.frame, statement.name.name, functionValue(statement, ctx));
			return [next(state)];
		case "class":
			return runClass(machine, state, statement, ctx);
		case "assign":
			return machine.evaluate(state, statement.value, ctx).map((result) => {
				for (const target of statement.targets) assign(machine, result.state, target, result.value, ctx);
				return next(result.state);
			});
		case "augassign":
			return runAugAssign(machine, state, statement, ctx);
		case "expr":
			return machine.evaluate(state, statement.value, ctx).map((result) => next(result.state));
		case "if":
			return runIf(machine, state, statement, ctx);
		case "for":
			return runFor(machine, state, statement, ctx);
		case "while":
			return runWhile(machine, state, statement, ctx);
		case "try":
			return runTry(machine, state, statement, ctx);
		case "with":
			return runWith(machine, state, statement, ctx);
		case "match":
			return runMatch(machine, state, statement, ctx);
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
			return evaluateTest(machine, state, statement.test, ctx).yes.map(next);
		case "break":
		case "continue":
			return [{ kind: statement.kind, state }];
		case "del":
			for (const target of statement.targets) remove(machine, state, target, ctx);
			return [next(state)];
		case "unknown-stmt":
			return runUnknown(machine, state, statement, ctx);
		case "annotation":
		case "global":
		case "nonlocal":
		case "pass":
			return [next(state)];
	}
}

// --- imports

function runImport(machine: Machine, state: State, statement: ImportStmt, ctx: Context): void {
	for (const { path, alias } of statement.names) {
		const bound = alias ? path : firstPart(path);
		const value = importedModule(machine, ctx.file, 0, bound) ?? external(bound);
		setVar(state, ctx.frame, alias?.name ?? bound, value);
	}
}

function runImportFrom(machine: Machine, state: State, statement: ImportFromStmt, ctx: Context): void {
	if (statement.star) importStar(machine, state, statement, ctx);
	for (const { name, alias } of statement.names)
		setVar(state, ctx.frame, alias?.name ?? name, importedFrom(machine, state, ctx.file, statement, name));
}

// --- definitions

function functionValue(def: DefStmt, ctx: Context): Value {
	const { closure, file } = ctx;
	return { k: "function", def, file, closure, self: undefined, owner: ctx.defining ?? ctx.owner };
}

function runClass(machine: Machine, state: State, statement: ClassStmt, ctx: Context): Outcome[] {
	const id = `class:${siteKey(ctx, statement)}`;
	const bases = statement.bases.filter((base) => base.kind === "positional").map((base) => base.value);
	return evaluateAll(machine, state, bases, ctx).flatMap(({ state: ready, values }) => {
		const frame = `body:${siteKey(ctx, statement)}`;
		machine.classes.set(id, place(ctx, statement));
		machine.parents.set(frame, ctx.closure);
		const inner: Context = { ...ctx, frame, defining: id, def: undefined };
		return execute(machine, ready, statement.body, inner).map((outcome) => {
			setObject(outcome.state, id, {
				t: "class",
				def: statement,
				closure: ctx.closure,
				bases: values,
				attributes: frameVars(outcome.state, frame),
				isDataclass: statement.decorators.some((decorator) => /(^|\.)dataclass$/.test(dottedName(decorator))),
			});
			setVar(outcome.state, ctx.frame, statement.name.name, { k: "ref", id });
			return next(outcome.state);
		});
	});
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

function runIf(machine: Machine, state: State, statement: IfStmt, ctx: Context): Outcome[] {
	const out: Outcome[] = [];
	let rest = [state];
	for (const { test, body } of statement.branches) {
		const left: State[] = [];
		for (const s of rest) {
			const { yes, no } = evaluateTest(machine, s, test, ctx);
			for (const taken of merge(yes, siteKey(ctx, test))) out.push(...execute(machine, taken, body, ctx));
			left.push(...no);
		}
		rest = merge(left, siteKey(ctx, test));
	}
	for (const s of rest) out.push(...execute(machine, s, statement.orelse, ctx));
	return out;
}

function runMatch(machine: Machine, state: State, statement: MatchStmt, ctx: Context): Outcome[] {
	return machine.evaluate(state, statement.subject, ctx).flatMap((subject) => {
		const out: Outcome[] = [];
		let rest = [subject.state];
		for (const one of statement.cases) {
			const left: State[] = [];
			for (const s of rest) {
				const sides = matchPattern(machine, s, subject.value, one.pattern, ctx);
				left.push(...sides.no);
				for (const taken of sides.yes) {
					const guarded = one.guard ? evaluateTest(machine, taken, one.guard, ctx) : { yes: [taken], no: [] };
					left.push(...guarded.no);
					for (const s2 of guarded.yes) out.push(...execute(machine, s2, one.body, ctx));
				}
			}
			rest = merge(left, siteKey(ctx, one.pattern));
		}
		return [...out, ...rest.map(next)];
	});
}

function matchPattern(
	machine: Machine,
	state: State,
	subject: Value,
	pattern: Pattern,
	ctx: Context,
): { yes: State[]; no: State[] } {
	switch (pattern.kind) {
		case "wildcard":
			return { yes: [state], no: [] };
		case "capture":
			setVar(state, ctx.frame, pattern.name.name, subject);
			return { yes: [state], no: [] };
		case "as": {
			const sides = matchPattern(machine, state, subject, pattern.pattern, ctx);
			for (const s of sides.yes) setVar(s, ctx.frame, pattern.name.name, subject);
			return sides;
		}
		case "or": {
			const yes: State[] = [];
			let no = [state];
			for (const part of pattern.patterns) {
				const sides = no.map((s) => matchPattern(machine, s, subject, part, ctx));
				yes.push(...sides.flatMap((side) => side.yes));
				no = sides.flatMap((side) => side.no);
			}
			return { yes: merge(yes, siteKey(ctx, pattern)), no };
		}
		case "value": {
			const sides: { yes: State[]; no: State[] } = { yes: [], no: [] };
			for (const result of machine.evaluate(state, pattern.value, ctx)) {
				const test = compare(result.state, "==", subject, result.value);
				const { yes, no } = branch(result.state, test, place(ctx, pattern), machine);
				if (yes) sides.yes.push(yes);
				if (no) sides.no.push(no);
			}
			return sides;
		}
		case "unknown": {
			const test = computed(`match:${keyOf(subject)}:${siteKey(ctx, pattern)}`);
			const { yes, no } = branch(state, test, place(ctx, pattern), machine);
			for (const name of patternNames(pattern))
				if (yes) setVar(yes, ctx.frame, name, symbol(`matched:${name}:${siteKey(ctx, pattern)}`));
			return { yes: yes ? [yes] : [], no: no ? [no] : [] };
		}
	}
}

// --- loops

function runFor(machine: Machine, state: State, statement: ForStmt, ctx: Context): Outcome[] {
	return machine.evaluate(state, statement.iter, ctx).flatMap((source) => {
		const loop = new LoopEnds();
		const outer = outerLoop(source.state);
		const cut = isCutShort(source.state, source.value);
		let current = [source.state];
		for (const [index, pass] of iterate(machine, source.state, source.value, statement, ctx).entries()) {
			if (!pass.sure) loop.exits.push(...current.map(fork));
			const after: State[] = [];
			for (const s of current) {
				enterPass(s, index);
				assign(machine, s, statement.target, pass.item(s), pass.ctx);
				after.push(...loop.collect(execute(machine, s, statement.body, pass.ctx)));
			}
			current = merge(after, siteKey(pass.ctx, statement));
		}
		for (const s of current) if (cut) s.guesses = [...s.guesses, { test: place(ctx, statement.iter), holds: true }];
		loop.exits.push(...current);
		return loop.finish(machine, statement, outer, ctx);
	});
}

function runWhile(machine: Machine, state: State, statement: WhileStmt, ctx: Context): Outcome[] {
	const loop = new LoopEnds();
	const outer = outerLoop(state);
	let current = [state];
	for (let index = 0; index < LOOP_PASSES; index++) {
		const pass = passContext(ctx, index);
		const after: State[] = [];
		for (const s of current) {
			const { yes, no } = askLoop(machine, s, statement.test, pass);
			loop.exits.push(...no);
			for (const taken of yes) {
				enterPass(taken, index);
				after.push(...loop.collect(execute(machine, taken, statement.body, pass)));
			}
		}
		current = merge(after, siteKey(pass, statement));
	}
	// After the last pass the test may fail at any time, unless it cannot.
	for (const s of current) loop.exits.push(...askLoop(machine, s, statement.test, passContext(ctx, LOOP_PASSES)).no);
	return loop.finish(machine, statement, outer, ctx);
}

/** That a loop goes on, or ends, is no guess. */
function askLoop(
	machine: Machine,
	state: State,
	test: Expr,
	ctx: Context,
): { yes: readonly State[]; no: readonly State[] } {
	const { guesses, passGuesses } = state;
	const { yes, no } = evaluateTest(machine, state, test, ctx);
	for (const s of [...yes, ...no]) {
		s.guesses = guesses;
		s.passGuesses = passGuesses;
	}
	return { yes, no };
}

/** What a loop around this one has set, to be put back at its end. */
interface OuterLoop {
	readonly laterPass: boolean;
	readonly passGuesses: readonly Condition[];
	readonly guesses: readonly Condition[];
}

function outerLoop(state: State): OuterLoop {
	const { laterPass, passGuesses, guesses } = state;
	state.passGuesses = [];
	return { laterPass, passGuesses, guesses };
}

/** The ways out of a loop. */
class LoopEnds {
	/** The loop ran to its end: `else` follows. */
	readonly exits: State[] = [];
	private readonly breaks: State[] = [];
	private readonly out: Outcome[] = [];

	/** States that go on to the next pass. */
	collect(outcomes: readonly Outcome[]): State[] {
		const on: State[] = [];
		for (const outcome of outcomes) {
			if (outcome.kind === "next" || outcome.kind === "continue") on.push(outcome.state);
			else if (outcome.kind === "break") this.breaks.push(outcome.state);
			else this.out.push(outcome);
		}
		return on;
	}

	/** A loop ends somehow: where every end leans on a guess and all are alike, the guess was none. */
	private forgiveOnlyEnd(outer: OuterLoop, site: string): void {
		const ends = [...this.exits, ...this.breaks];
		if (ends.some((s) => s.guesses.length <= outer.guesses.length)) return;
		if (merge(ends.map(fork), site).length > 1) return;
		for (const s of ends) s.guesses = outer.guesses;
	}

	finish(machine: Machine, statement: ForStmt | WhileStmt, outer: OuterLoop, ctx: Context): Outcome[] {
		for (const s of [...this.exits, ...this.breaks, ...this.out.map((outcome) => outcome.state)]) {
			settleGuesses(s);
			s.laterPass = outer.laterPass;
			s.passGuesses = outer.passGuesses;
		}
		this.forgiveOnlyEnd(outer, siteKey(ctx, statement));
		const ended = merge(this.exits, siteKey(ctx, statement)).flatMap((s) => execute(machine, s, statement.orelse, ctx));
		return [...this.out, ...ended, ...this.breaks.map(next)];
	}
}

// --- try and with

/** Handlers start from the state before the `try`: that the body failed half way is an unlikely path, and guesses are false alarms. */
function runTry(machine: Machine, state: State, statement: TryStmt, ctx: Context): Outcome[] {
	const before = fork(state);
	const outcomes: Outcome[] = [];
	for (const outcome of execute(machine, state, statement.body, ctx)) {
		if (outcome.kind === "next") outcomes.push(...execute(machine, outcome.state, statement.orelse, ctx));
		else outcomes.push(outcome);
	}
	if (!onlyImports(statement.body)) {
		for (const handler of statement.handlers) {
			const s = fork(before);
			if (handler.name) setVar(s, ctx.frame, handler.name.name, symbol(`error:${siteKey(ctx, handler.name)}`));
			outcomes.push(...execute(machine, s, handler.body, ctx));
		}
	}
	if (statement.finalbody.length === 0) return outcomes;
	return outcomes.flatMap((outcome) =>
		execute(machine, outcome.state, statement.finalbody, ctx).map((last) =>
			last.kind === "next" ? { ...outcome, state: last.state } : last,
		),
	);
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

const EXPECTS_FAILURE = /(^|\.)(raises|warns|deprecated_call|assertRaises(Regex)?|assertWarns(Regex)?|assertLogs)$/;

function runWith(machine: Machine, state: State, statement: WithStmt, ctx: Context): Outcome[] {
	let states = [state];
	for (const item of statement.items) {
		states = states.flatMap((s) =>
			machine.evaluate(s, item.context, ctx).map((result) => {
				if (item.target) assign(machine, result.state, item.target, entered(result.value), ctx);
				return result.state;
			}),
		);
	}
	const deliberate =
		ctx.deliberate ||
		statement.items.some((item) => item.context.kind === "call" && EXPECTS_FAILURE.test(dottedName(item.context)));
	const inner = deliberate === ctx.deliberate ? ctx : { ...ctx, deliberate };
	return merge(states, siteKey(ctx, statement)).flatMap((s) => execute(machine, s, statement.body, inner));
}

function entered(value: Value): Value {
	return value.k === "symbol" || value.k === "native" ? computed(`enter(${keyOf(value)})`) : value;
}

// --- broken code

/** Statements inside a broken region still run, so that half-typed code does not make everything flicker. */
function runUnknown(machine: Machine, state: State, statement: UnknownStmt, ctx: Context): Outcome[] {
	const outcomes = execute(machine, state, statement.parts.filter(isStatement), ctx);
	for (const outcome of outcomes)
		for (const name of statement.binds)
			setVar(outcome.state, ctx.frame, name, symbol(`broken:${name}:${siteKey(ctx, statement)}`));
	return outcomes;
}
