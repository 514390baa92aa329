/** Tests that put something else in the place of a name or an item: `monkeypatch.setattr`, `mock.patch`. */
import { setAttribute } from "./attributes";
import type { Arguments, Context, Machine } from "./machine";
import { moduleAttribute, moduleFile, moduleFrame } from "./modules";
import { spoil } from "./spoil";
import { resolve, type State, setVar } from "./state";
import { keyOf, symbol, type Value } from "./values";

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
	const [target, second, third] = args.positional.map((value) => resolve(state, value));
	const unknown = symbol(`${PATCHED}${site}`);
	const isSet = means === "setattr";
	if (target?.k === "constant" && typeof target.value === "string")
		return patchPath(machine, state, target.value, (isSet ? second : undefined) ?? unknown, ctx);
	if (target?.k !== "module" && target?.k !== "ref") return false;
	if (/item$|dict$|multiple$/.test(means)) spoil(state, [target], `${PATCHED}${site}`);
	else if (second?.k !== "constant" || typeof second.value !== "string") return false;
	else setAttribute(machine, state, target, second.value, (isSet ? third : undefined) ?? unknown, ctx);
	return true;
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
