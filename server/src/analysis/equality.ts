/** Equality of heap objects of two states. */
import type { ConfigView } from "./graph";
import type { CoreObject, HeapObject } from "./heap";
import { sameValue, type Value } from "./values";

/** Equal in all that the analysis goes by; the order of harmless events is not part of it. */
export function sameObject(a: HeapObject, b: HeapObject): boolean {
	if (a === b) return true;
	switch (a.t) {
		case "core":
			return b.t === "core" && sameCore(a, b);
		case "instance":
			return b.t === "instance" && a.cls === b.cls && a.core === b.core && sameMap(a.fields, b.fields);
		case "class":
			return b.t === "class" && a.def === b.def && sameItems(a.bases, b.bases) && sameMap(a.attributes, b.attributes);
		case "trainer":
			return b.t === "trainer" && a.api === b.api && sameValue(a.model, b.model) && sameMap(a.fields, b.fields);
		case "optimizer":
			return (
				b.t === "optimizer" &&
				a.view.made === b.view.made &&
				a.view.alone === b.view.alone &&
				a.cores.join() === b.cores.join()
			);
		case "config":
			return b.t === "config" && (a.view === b.view || configKey(a.view) === configKey(b.view));
		case "list":
			return b.t === "list" && a.open === b.open && sameItems(a.items, b.items);
		case "dict":
			return b.t === "dict" && a.open === b.open && sameMap(a.entries, b.entries);
		case "parser":
		case "namespace":
			return b.t === a.t && a.exclusive.join("|") === b.exclusive.join("|");
		case "accelerator":
			return b.t === "accelerator";
		case "generator":
			return (
				b.t === "generator" &&
				a.started === b.started &&
				sameValue(a.func, b.func) &&
				sameItems(a.args.positional, b.args.positional) &&
				sameMap(a.args.keywords, b.args.keywords)
			);
	}
}

function sameCore(a: CoreObject, b: CoreObject): boolean {
	return (
		a.known === b.known &&
		a.merged === b.merged &&
		a.frozen === b.frozen &&
		a.frozenBy === b.frozenBy &&
		a.instance === b.instance &&
		a.quantized === b.quantized &&
		a.baked.join() === b.baked.join() &&
		a.env.join() === b.env.join() &&
		a.active?.join() === b.active?.join() &&
		a.wrappers.join() === b.wrappers.join() &&
		[...a.stale].join() === [...b.stale].join() &&
		[...a.turns].join() === [...b.turns].join() &&
		a.adapters.length === b.adapters.length &&
		a.adapters.every((adapter, index) => sameAdapter(adapter, b.adapters[index])) &&
		sameMap(a.fields, b.fields)
	);
}

function sameAdapter(a: CoreObject["adapters"][number], b: CoreObject["adapters"][number] | undefined): boolean {
	return (
		b !== undefined &&
		(a === b ||
			(a.name === b.name &&
				a.origin === b.origin &&
				a.event === b.event &&
				a.touched === b.touched &&
				a.trainable === b.trainable &&
				a.gradient === b.gradient &&
				a.source === b.source))
	);
}

const configKeys = new WeakMap<ConfigView, string>();

/** The same for configs and options that were made in one place of the same values; empty where there is none. */
export function configKey(view: ConfigView | undefined): string {
	if (view === undefined) return "";
	const known = configKeys.get(view);
	if (known !== undefined) return known;
	const key = JSON.stringify([view.created, view.fields, view.unknown, view.open]);
	configKeys.set(view, key);
	return key;
}

function sameMap<K>(a: ReadonlyMap<K, Value>, b: ReadonlyMap<K, Value>): boolean {
	if (a === b) return true;
	if (a.size !== b.size) return false;
	for (const [key, value] of a) {
		const other = b.get(key);
		if (!other || !sameValue(value, other)) return false;
	}
	return true;
}

function sameItems(a: readonly Value[], b: readonly Value[]): boolean {
	return a.length === b.length && a.every((item, index) => sameValue(item, b[index] as Value));
}
