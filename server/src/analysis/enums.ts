/** Enumerations: a member is its value, so that `Mode("train")`, `Mode.TRAIN` and "train" are the same. */
import type { CallExpr } from "../syntax/facts";
import { classOf } from "./classes";
import type { ClassObject } from "./heap";
import { type Context, siteKey } from "./machine";
import type { State } from "./state";
import { constant, symbol, type Value } from "./values";

const ENUM = /^(enum|strenum|aenum|backports\.strenum)\.\w*(Enum|Flag)$/;
const AUTO = "auto:";

export function isEnumBase(state: State, base: Value): boolean {
	if (base.k === "external") return ENUM.test(base.name);
	return base.k === "ref" && (classOf(state, base.id)?.isEnum ?? false);
}

/** `enum.auto()`: its value is known once the class is. */
export function autoValue(call: CallExpr, ctx: Context): Value {
	return symbol(`${AUTO}${siteKey(ctx, call)}`);
}

/** Gives `auto()` members the numbers, or for enumerations of strings the names, that Python gives them. */
export function numberMembers(
	attributes: ReadonlyMap<string, Value>,
	bases: readonly Value[],
): ReadonlyMap<string, Value> {
	const ofStrings = bases.some((base) => base.k === "external" && /StrEnum$|\.str$/.test(base.name));
	const numbered = new Map<string, Value>();
	let last = 0;
	for (const [name, value] of attributes) {
		const isAuto = value.k === "symbol" && value.id.startsWith(AUTO);
		const own = isAuto ? constant(ofStrings ? name.toLowerCase() : last + 1) : value;
		if (own.k === "constant" && typeof own.value === "number") last = own.value;
		numbered.set(name, own);
	}
	return numbered;
}

export function enumMembers(cls: ClassObject): Value[] {
	return [...cls.attributes].flatMap(([name, value]) =>
		name.startsWith("_") || value.k === "function" || value.k === "property" ? [] : [value],
	);
}
