/** pytest's fixtures: a test is given what the function of the parameter's name returns or yields. */
import type { DefStmt } from "../syntax/facts";
import { getAttribute } from "./attributes";
import { classOf } from "./classes";
import { firstYield } from "./generators";
import type { FileId } from "./graph";
import { type Context, impliedCall, type Machine, NO_ARGUMENTS, type Result } from "./machine";
import { left, moduleFile, moduleFrame } from "./modules";
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
		const params = new Set(func.def.params.map((param) => param.name.name));
		for (const [name, value] of given.values) if (params.has(name)) setVar(given.state, ctx.frame, name, value);
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

/** What a function asks for: by its parameters, by marks, and what is used by all. */
function fixturesOf(machine: Machine, state: State, func: FunctionValue, ctx: Context): Given[] {
	let all: Given[] = [{ state, values: new Map() }];
	for (const name of askedFor(machine, func.def)) {
		const fixture = fixtureNamed(machine, state, name);
		if (!fixture) continue;
		all = all.flatMap((given) =>
			fixtureValue(machine, given.state, name, fixture, ctx).map((result) => ({
				state: result.state,
				values: new Map(given.values).set(name, result.value),
			})),
		);
	}
	return all;
}

function askedFor(machine: Machine, def: FunctionValue["def"]): ReadonlySet<string> {
	const params = def.params.map((param) => param.name.name);
	if (def.kind !== "def" || isFixture(def)) return new Set(params);
	const marks = def.decorators.flatMap((decorator) =>
		decorator.kind === "call" && dottedName(decorator).endsWith("usefixtures")
			? decorator.args.flatMap(({ value }) => (value.kind === "constant" ? [String(value.value)] : []))
			: [],
	);
	const automatic = [0, ...conftests(machine)].flatMap((file) =>
		(machine.files[file]?.facts().body ?? []).flatMap((one) =>
			one.kind === "def" && isAutomatic(one) ? [one.name.name] : [],
		),
	);
	return new Set([...automatic, ...marks, ...params]);
}

/** A fixture of the file, or of the `conftest.py` beside or above it. */
function fixtureNamed(machine: Machine, state: State, name: string): FunctionValue | undefined {
	const own = getVar(state, moduleFrame(0), name);
	const found = [own, ...conftests(machine).map((file) => left(machine, file, name))].find(
		(value) => value?.k === "function" && value.def.kind === "def" && isFixture(value.def),
	);
	return found?.k === "function" ? found : undefined;
}

/** How many folders up a `conftest.py` is looked for. */
const FOLDERS = 3;

function conftests(machine: Machine): readonly FileId[] {
	const levels = Array.from({ length: FOLDERS }, (_, index) => index + 1);
	const found = levels.map((level) => moduleFile(machine, 0, "conftest", level));
	return [...new Set(found.filter((file) => file !== undefined && file !== 0))] as FileId[];
}

/** All that ask for it in one test are given the same. */
function fixtureValue(machine: Machine, state: State, name: string, fixture: FunctionValue, ctx: Context): Result[] {
	const slot = `fixture:${name}@${ctx.key}`;
	const known = getSlot(state, slot);
	if (known) return [{ state, value: known }];
	if (ctx.stack.includes(fixture.def)) return [];
	const inner = { ...ctx, stack: [...ctx.stack, fixture.def] };
	const results = fixturesOf(machine, state, fixture, inner).flatMap((given) => {
		const wanted = new Set(fixture.def.params.map((param) => param.name.name));
		const keywords = new Map([...given.values].filter(([param]) => wanted.has(param)));
		const args = { ...NO_ARGUMENTS, keywords, openKeywords: true };
		return machine.call(given.state, fixture, args, impliedCall(definitionName(fixture)), ctx);
	});
	return results
		.flatMap((made) => firstOf(machine, made, ctx))
		.map((result) => {
			setSlot(result.state, slot, result.value);
			return result;
		});
}
