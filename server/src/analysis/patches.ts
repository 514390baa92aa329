/** Tests that put something else in the place of a name or an item: `monkeypatch.setattr`, `mock.patch`. */
import { setAttribute } from "./attributes";
import { setItem } from "./containers";
import type { Arguments, Context, Machine } from "./machine";
import { moduleAttribute, moduleFile, moduleFrame } from "./modules";
import { getObject, resolve, type State, setVar } from "./state";
import { constant, keyOf, type ObjId, symbol, type Value } from "./values";

/** Begins the name of what a test put somewhere: where the patch ends is not followed, and what is there is a guess. */
export const PATCHED = "patched:";

const PATCHES = /(^|\.)(setattr|delattr|setitem|delitem|patch|patch\.object|patch\.dict|patch\.multiple)$/;

/** `patch.object(module, "name", new)`, `monkeypatch.setattr("module.name", new)`: false where the call is none of these. */
export function applyPatch(
	machine: Machine,
	state: State,
	callee: Value,
	args: Arguments,
	site: string,
	ctx: Context,
): boolean {
	const means = PATCHES.exec(keyOf(callee))?.[2];
	if (!means) return false;
	const [given, second, third] = args.positional.map((value) => resolve(state, value));
	const unknown = symbol(`${PATCHED}${site}`);
	const isSet = means.startsWith("set");
	if (means === "patch.dict" || means.endsWith("item")) {
		const target = dictAt(machine, state, given, ctx);
		if (target === undefined) return false;
		const keys = means === "patch.dict" ? keysOf(state, second, args) : second?.k === "constant" ? [second] : [];
		for (const key of keys) setItem(state, target, key, (isSet ? third : undefined) ?? unknown);
		return true;
	}
	if (given?.k === "constant" && typeof given.value === "string")
		return patchPath(machine, state, given.value, (isSet ? second : undefined) ?? unknown, ctx);
	if (given?.k !== "module" && given?.k !== "ref") return false;
	if (means === "patch.multiple")
		for (const name of args.keywords.keys()) setAttribute(machine, state, given, name, unknown, ctx);
	else if (second?.k !== "constant" || typeof second.value !== "string") return false;
	else setAttribute(machine, state, given, second.value, (isSet ? third : undefined) ?? unknown, ctx);
	return true;
}

/** The dict that is patched: itself, or by its path. */
function dictAt(machine: Machine, state: State, given: Value | undefined, ctx: Context): ObjId | undefined {
	if (given?.k === "ref") return given.id;
	if (given?.k !== "constant" || typeof given.value !== "string") return undefined;
	const dot = given.value.lastIndexOf(".");
	const file = dot > 0 ? moduleFile(machine, ctx.file, given.value.slice(0, dot)) : undefined;
	const value = file === undefined ? undefined : moduleAttribute(machine, state, file, given.value.slice(dot + 1));
	return value?.k === "ref" ? value.id : undefined;
}

/** The keys that `patch.dict(target, values, **more)` sets. */
function keysOf(state: State, values: Value | undefined, args: Arguments): readonly Value[] {
	const dict = values?.k === "ref" ? getObject(state, values.id) : undefined;
	const entries = dict?.t === "dict" ? [...dict.entries.keys()] : [];
	return [...entries, ...args.keywords.keys()].map(constant);
}

/** `"package.module.Class.name"`: the longest beginning that is a module of the program says where to look. */
function patchPath(machine: Machine, state: State, path: string, value: Value, ctx: Context): boolean {
	const parts = path.split(".");
	for (let length = parts.length - 1; length > 0; length--) {
		const file = moduleFile(machine, ctx.file, parts.slice(0, length).join("."));
		if (file === undefined) continue;
		const [name = "", attribute, ...more] = parts.slice(length);
		if (attribute === undefined) setVar(state, moduleFrame(file), name, value);
		else if (more.length === 0) {
			const owner = moduleAttribute(machine, state, file, name);
			setAttribute(machine, state, owner, attribute, value, ctx);
		}
		return true;
	}
	return false;
}
