/** The one state that a module leaves behind, of the several that its top level may end in. */
import { sameObject } from "./equality";
import type { FileId } from "./graph";
import { keepCommonKnowledge } from "./join";
import { moduleFrame } from "./modules";
import { type Clause, frameVars, getObject, getVar, NO_FACT, type State, setFact, setVar } from "./state";
import { compare, isTrue } from "./truth";
import { type ConstantValue, type SymbolValue, sameValue, symbol, type Value } from "./values";

/** All who import the module see one end: what the ends disagree on is unknown, but for how its names go together. */
export function oneEnd(ends: readonly State[], file: FileId): State | undefined {
	const [first, ...others] = ends;
	if (!first || others.length === 0) return first;
	const apart = disagreements(ends, file);
	for (const other of others) keepAgreement(first, other, file);
	relate(first, apart);
	return first;
}

function keepAgreement(into: State, other: State, file: FileId): void {
	const frame = moduleFrame(file);
	for (const [name, value] of [...frameVars(into, frame)]) {
		const twin = getVar(other, frame, name);
		if (twin && sameValue(value, twin) && sameThing(into, other, value)) continue;
		setVar(into, frame, name, symbol(disagreed(file, name)));
	}
	for (const name of frameVars(other, frame).keys())
		if (!getVar(into, frame, name)) setVar(into, frame, name, symbol(disagreed(file, name)));
	keepCommonKnowledge(into, other);
}

function disagreed(file: FileId, name: string): string {
	return `module:${file}.${name}`;
}

/** What a name is in each of the ends of a module. */
interface Disagreement {
	readonly unknown: SymbolValue;
	readonly values: readonly ConstantValue[];
}

/** More names than this are not told apart by how a module ended. */
const DISAGREEMENTS = 8;

/** Names that hold constants in all the ends, and not the same. */
function disagreements(ends: readonly State[], file: FileId): readonly Disagreement[] {
	const frame = moduleFrame(file);
	const names = [...frameVars(ends[0] as State, frame).keys()];
	const found = names.flatMap((name): Disagreement[] => {
		const values = ends.flatMap((end) => {
			const value = getVar(end, frame, name);
			return value?.k === "constant" ? [value] : [];
		});
		const differ = values.some((value) => value.value !== values[0]?.value);
		return differ && values.length === ends.length ? [{ unknown: symbol(disagreed(file, name)), values }] : [];
	});
	// Flags first: they are asked for most.
	const isFlag = ({ values }: Disagreement): boolean => values.every(({ value }) => typeof value === "boolean");
	return [...found.filter(isFlag), ...found.filter((one) => !isFlag(one))].slice(0, DISAGREEMENTS);
}

/** What one of the names is says how the module ended, and so what the others are. */
function relate(state: State, apart: readonly Disagreement[]): void {
	for (const { unknown, values } of apart)
		setFact(state, unknown.id, { ...NO_FACT, oneOf: [...new Set(values.map(({ value }) => value))] });
	const clauses: Clause[] = [];
	for (const one of apart)
		for (const other of apart)
			if (one !== other)
				for (const [end, value] of one.values.entries()) {
					const then = new Set(
						one.values.flatMap((twin, at) => (twin.value === value.value ? [other.values[at]] : [])),
					);
					if (then.size !== 1) continue;
					const [if_, so] = [isIt(state, one, value), isIt(state, other, other.values[end] as ConstantValue)];
					clauses.push([{ value: if_.value, truth: !if_.truth }, so]);
				}
	state.clauses = [...state.clauses, ...clauses];
}

/** That a name is this constant: of two booleans, its own truth says so. */
function isIt(state: State, { unknown, values }: Disagreement, value: ConstantValue): Clause[number] {
	const alike = values.filter((other) => isTrue(other.value) === isTrue(value.value));
	return alike.every((other) => other.value === value.value)
		? { value: unknown, truth: isTrue(value.value) }
		: { value: compare(state, "==", unknown, value), truth: true };
}

function sameThing(a: State, b: State, value: Value): boolean {
	const id = value.k === "ref" ? value.id : value.k === "handle" ? value.core : undefined;
	if (id === undefined) return true;
	const [x, y] = [getObject(a, id), getObject(b, id)];
	return x !== undefined && y !== undefined && sameObject(x, y);
}
