/** Names for adapters that fixes add. */
import type { AdapterView } from "../../analysis/graph";

/** `base`, or `base_2`, `base_3` … where an adapter has that name already. */
export function freshName(base: string, adapters: readonly AdapterView[]): string {
	const taken = new Set(adapters.map((adapter) => adapter.name));
	let name = base;
	for (let count = 2; taken.has(name); count++) name = `${base}_${count}`;
	return name;
}

/** A Python string literal. */
export function literal(text: string): string {
	return JSON.stringify(text);
}
