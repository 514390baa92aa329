/** Tests that put something else in the place of a name: `monkeypatch.setattr`, `mock.patch`. */
import { setAttribute } from "./attributes";
import type { Arguments, Context, Machine } from "./machine";
import { moduleFile, moduleFrame } from "./modules";
import { resolve, type State, setVar } from "./state";
import { keyOf, symbol, type Value } from "./values";

/** `patch.object(module, "name", new)`, `monkeypatch.setattr("module.name", new)`: false where the call is none of these. */
export function applyPatch(
	machine: Machine,
	state: State,
	callee: Value,
	args: Arguments,
	site: string,
	ctx: Context,
): boolean {
	const means = /(^|\.)(setattr|delattr|patch|patch\.object)$/.exec(keyOf(callee))?.[2];
	if (!means) return false;
	const [target, second, third] = args.positional.map((value) => resolve(state, value));
	// Where a patch ends is not followed: what it puts there is unknown for good.
	const unknown = symbol(`patched:${site}`);
	if (target?.k === "constant" && typeof target.value === "string") {
		const dot = target.value.lastIndexOf(".");
		const file = dot > 0 ? moduleFile(machine, ctx.file, target.value.slice(0, dot)) : undefined;
		const value = means === "setattr" ? (second ?? unknown) : unknown;
		if (file !== undefined) setVar(state, moduleFrame(file), target.value.slice(dot + 1), value);
		return file !== undefined;
	}
	if (!target || second?.k !== "constant" || typeof second.value !== "string") return false;
	if (target.k !== "module" && target.k !== "ref") return false;
	setAttribute(machine, state, target, second.value, means === "setattr" ? (third ?? unknown) : unknown, ctx);
	return true;
}
