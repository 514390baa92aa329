/** `for` and `while`: a few passes show what a body leaves behind for itself. */
import type { Expr, ForStmt, WhileStmt } from "../syntax/facts";
import { asksRegistry } from "./assume";
import { LOOP_PASSES } from "./bounds";
import { evaluateTest } from "./expressions";
import { freshGenerator, iterated, runGenerator } from "./generators";
import type { Condition } from "./graph";
import { merge, mergeGradients } from "./join";
import {
	enterPass,
	givesParameters,
	isCutShort,
	iterate,
	longestRun,
	type Pass,
	passContext,
	settleGuesses,
} from "./loops";
import { type Context, type Machine, type Outcome, place, type Result, siteKey } from "./machine";
import { modelSignature } from "./models";
import { fork, resolve, type State } from "./state";
import { execute } from "./statements";
import { assign } from "./targets";
import { keyOf } from "./values";

const next = (state: State): Outcome => ({ kind: "next", state });

export function runFor(machine: Machine, states: readonly State[], statement: ForStmt, ctx: Context): Outcome[] {
	const groups = new Map<
		string,
		{ readonly states: State[]; readonly passes: readonly Pass[]; readonly cut: boolean; readonly filled: boolean }
	>();
	const out: Outcome[] = [];
	const sources = states
		.flatMap((state) => machine.evaluate(state, statement.iter, ctx))
		.flatMap((source) => iterated(machine, source.state, source.value, ctx));
	for (const source of sources) {
		const taken = runOverGenerator(machine, source, statement, ctx);
		if (taken) {
			out.push(...taken);
			continue;
		}
		const longest = longestRun(statement.body);
		const passes = iterate(source.state, source.value, statement, ctx, longest);
		const cut = isCutShort(source.state, source.value, longest);
		const filled = asksRegistry(source.state, source.value);
		const kind = `${passes.map((pass) => `${pass.sure}${pass.exact}`).join()}|${cut}|${keyOf(source.value)}|${outerKey(source.state)}`;
		const group = groups.get(kind) ?? { states: [], passes, cut, filled };
		group.states.push(source.state);
		groups.set(kind, group);
	}
	const rest = [...groups.values()].flatMap(({ states: together, passes, cut, filled }) => {
		const guess = { test: place(ctx, statement.iter), holds: true };
		const loop = new LoopEnds(together);
		const before = cut ? modelSignature(together[0] as State, new Set()) : undefined;
		let current = together;
		for (const [index, pass] of passes.entries()) {
			const isSure = pass.sure || (index === 0 && givesParameters(statement.iter));
			const skipped = isSure ? [] : current.map(fork);
			// That nothing was put into it is a guess.
			for (const s of skipped) if (filled && index === 0) s.guesses = [...s.guesses, guess];
			loop.exits.push(...skipped);
			for (const s of current) {
				enterPass(s, index);
				assign(machine, s, statement.target, pass.item(s), pass.ctx);
			}
			const body: Context = { ...pass.ctx, loop: statement };
			const ends = mergeGradients(loop.collect(execute(machine, current, statement.body, body)));
			current = merge(ends, siteKey(pass.ctx, statement));
		}
		for (const s of current) if (cut) s.guesses = [...s.guesses, guess];
		loop.exits.push(...current);
		return loop.finish(machine, statement, ctx, before);
	});
	return [...out, ...rest];
}

/** The body runs where the generator yields, which goes on from there; undefined for any other iterable. */
function runOverGenerator(machine: Machine, source: Result, statement: ForStmt, ctx: Context): Outcome[] | undefined {
	const value = resolve(source.state, source.value);
	if (value.k !== "ref" || !freshGenerator(source.state, value)) return undefined;
	const loop = new LoopEnds([source.state]);
	const ends = runGenerator(machine, source.state, value, ctx, (state, item, index) => {
		const pass = passContext(ctx, index);
		enterPass(state, index);
		assign(machine, state, statement.target, item, pass);
		const body: Context = { ...pass, loop: statement };
		return merge(loop.collect(execute(machine, [state], statement.body, body)), siteKey(pass, statement));
	});
	if (!ends) return undefined;
	loop.exits.push(...ends.map((end) => end.state));
	return loop.finish(machine, statement, ctx);
}

export function runWhile(machine: Machine, states: readonly State[], statement: WhileStmt, ctx: Context): Outcome[] {
	const groups = new Map<string, State[]>();
	for (const state of states) groups.set(outerKey(state), [...(groups.get(outerKey(state)) ?? []), state]);
	return [...groups.values()].flatMap((together) => {
		const loop = new LoopEnds(together);
		let current = together;
		for (let index = 0; index < LOOP_PASSES; index++) {
			const pass = passContext(ctx, index);
			const sides = current.map((s) => askLoop(machine, s, statement.test, askContext(ctx, index)));
			loop.exits.push(...sides.flatMap(({ no }) => no));
			const taken = sides.flatMap(({ yes }) => yes);
			for (const s of taken) enterPass(s, index);
			current = merge(loop.collect(execute(machine, taken, statement.body, pass)), siteKey(pass, statement));
		}
		// After the last pass the test may fail at any time, unless it cannot.
		for (const s of current) loop.exits.push(...askLoop(machine, s, statement.test, passContext(ctx, LOOP_PASSES)).no);
		return loop.finish(machine, statement, ctx);
	});
}

/** What a test counts is known before the second pass, which stands for all later ones only from its body on. */
function askContext(ctx: Context, index: number): Context {
	return { ...passContext(ctx, index), passes: `${ctx.passes}.t${index}` };
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

function outerKey({ laterPass, passGuesses, guesses }: State): string {
	const spell = (conditions: readonly Condition[]): string =>
		conditions.map(({ test, holds }) => `${test.file}:${test.start}${holds}`).join();
	return `${laterPass}|${spell(passGuesses)}|${spell(guesses)}`;
}

/** The ways out of a loop that is reached in these states, which agree on what the loops around have set. */
class LoopEnds {
	/** The loop ran to its end: `else` follows. */
	readonly exits: State[] = [];
	private readonly breaks: State[] = [];
	private readonly out: Outcome[] = [];
	private readonly outer: OuterLoop;

	constructor(states: readonly State[]) {
		const { laterPass = false, passGuesses = [], guesses = [] } = states[0] ?? {};
		this.outer = { laterPass, passGuesses, guesses };
		for (const state of states) state.passGuesses = [];
	}

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
	private forgiveOnlyEnd(site: string, before: string | undefined): void {
		const ends = [...this.exits, ...this.breaks];
		// Of a loop that was not run to its end, only where it did nothing to any model.
		if (before !== undefined && ends.some((s) => modelSignature(s, new Set()) !== before)) return;
		if (ends.some((s) => s.guesses.length <= this.outer.guesses.length)) return;
		if (merge(ends.map(fork), site).length > 1) return;
		for (const s of ends) s.guesses = this.outer.guesses;
	}

	/** `before`: the models in front of a loop that was not run to its end. */
	finish(machine: Machine, statement: ForStmt | WhileStmt, ctx: Context, before?: string): Outcome[] {
		for (const s of [...this.exits, ...this.breaks, ...this.out.map((outcome) => outcome.state)]) {
			settleGuesses(s);
			s.laterPass = this.outer.laterPass;
			s.passGuesses = this.outer.passGuesses;
		}
		const site = siteKey(ctx, statement);
		this.forgiveOnlyEnd(site, before);
		const ended = execute(machine, merge(this.exits, site), statement.orelse, ctx);
		return [...this.out, ...ended, ...this.breaks.map(next)];
	}
}
