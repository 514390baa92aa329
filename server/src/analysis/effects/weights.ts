/** Weights of an adapter as PEFT saves them: their keys lack the adapter's name. */
import type { Effect } from "../../catalog/types";
import { siteKey } from "../machine";
import { keyOf, symbol, type Value } from "../values";
import { type ApiCall, argument } from "./call";

const MARK = "adapter-weights:";
/** The files that PEFT saves adapters in. */
const FILE = /adapter_model\.(?:bin|safetensors)/;

/** A file's content is told from its name: undefined where it may be anything. */
export function adapterWeights(c: ApiCall, effect: Effect & { kind: "adapter-weights" }): Value | undefined {
	const path = effect.file === undefined ? undefined : argument(c, effect.file);
	if (effect.file !== undefined && (path === undefined || !FILE.test(keyOf(path)))) return undefined;
	return symbol(`${MARK}${siteKey(c.ctx, c.call)}`);
}

export function isAdapterWeights(value: Value | undefined): boolean {
	return value?.k === "symbol" && value.id.startsWith(MARK);
}
