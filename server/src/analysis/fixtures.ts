/** pytest's fixtures: a test is given what the function of the parameter's name returns or yields. */
import type { DefStmt } from "../syntax/facts";
import { getAttribute } from "./attributes";
import { classOf } from "./classes";
import { firstYield } from "./generators";
import { type Context, impliedCall, type Machine, NO_ARGUMENTS, type Result } from "./machine";
import { moduleFrame } from "./modules";
import { dottedName } from "./names";
import { definitionName } from "./objects";
import { getSlot, getVar, type State, setSlot, setVar } from "./state";
import type { FunctionValue, ObjId, Value } from "./values";

const SET_UP = /^(setUpClass|setUp|setup_class|setup_method|asyncSetUp)$/;

/** What runs on the object of a test class before each of its tests. */
export function setUp(machine: Machine, made: Result, cls: ObjId, ctx: Context): Result[] {
	let results = [made];
	for (const [name, member] of classOf(made.state, cls)?.attributes ?? []) {
		if (member.k !== "function" || !(SET_UP.test(name) || isAutomatic(member.def))) continue;
		results = results.flatMap((result) =>
			getAttribute(machine, result.state, made.value, name, ctx).flatMap((method) =>
				fixturesOf(machine, method.state, member, ctx).flatMap((given) => {
					const args = { ...NO_ARGUMENTS, keywords: given.values, openKeywords: true };
					const ends = machine.call(given.state, method.value, args, impliedCall(definitionName(member)), ctx);
					return ends.flatMap((end) => firstOf(machine, end, ctx)).map((end) => ({ ...made, state: end.state }));
				}),
			),
		);
	}
	return results;
}

/** `@pytest.fixture(autouse=True)` */
function isAutomatic(def: FunctionValue["def"]): boolean {
	if (def.kind !== "def" || !isFixture(def)) return false;
	return def.decorators.some(
		(decorator) =>
			decorator.kind === "call" && decorator.args.some((arg) => arg.kind === "keyword" && arg.name.name === "autouse"),
	);
}

/** What a fixture gives: its result, or the first value of its generator. */
function firstOf(machine: Machine, made: Result, ctx: Context): Result[] {
	return (made.value.k === "ref" && firstYield(machine, made.state, made.value, ctx)) || [made];
}

/** Binds the parameters of a test that fixtures of the file stand for. */
export function giveFixtures(machine: Machine, state: State, func: FunctionValue, ctx: Context): State[] {
	if (func.def.kind !== "def" || !(func.def.name.name.startsWith("test") || isFixture(func.def))) return [state];
	return fixturesOf(machine, state, func, ctx).map((given) => {
		for (const [name, value] of given.values) setVar(given.state, ctx.frame, name, value);
		return given.state;
	});
}

function isFixture(def: DefStmt): boolean {
	return def.decorators.some((decorator) => /(^|\.)(fixture|yield_fixture)$/.test(dottedName(decorator)));
}

interface Given {
	readonly state: State;
	readonly values: ReadonlyMap<string, Value>;
}

function fixturesOf(machine: Machine, state: State, func: FunctionValue, ctx: Context): Given[] {
	let all: Given[] = [{ state, values: new Map() }];
	for (const { name } of func.def.params) {
		const fixture = getVar(state, moduleFrame(0), name.name);
		if (fixture?.k !== "function" || fixture.def.kind !== "def" || !isFixture(fixture.def)) continue;
		all = all.flatMap((given) =>
			fixtureValue(machine, given.state, name.name, fixture, ctx).map((result) => ({
				state: result.state,
				values: new Map(given.values).set(name.name, result.value),
			})),
		);
	}
	return all;
}

/** All that ask for it in one test are given the same. */
function fixtureValue(machine: Machine, state: State, name: string, fixture: FunctionValue, ctx: Context): Result[] {
	const slot = `fixture:${name}@${ctx.key}`;
	const known = getSlot(state, slot);
	if (known) return [{ state, value: known }];
	if (ctx.stack.includes(fixture.def)) return [];
	const inner = { ...ctx, stack: [...ctx.stack, fixture.def] };
	const results = fixturesOf(machine, state, fixture, inner).flatMap((given) => {
		const args = { ...NO_ARGUMENTS, keywords: given.values, openKeywords: true };
		return machine.call(given.state, fixture, args, impliedCall(definitionName(fixture)), ctx);
	});
	return results
		.flatMap((made) => firstOf(machine, made, ctx))
		.map((result) => {
			setSlot(result.state, slot, result.value);
			return result;
		});
}
