/** Facts of texts that were parsed each on its own, as those of one text that has them all. */
import type { ModuleFacts } from "./facts";

export interface FactsPart {
	readonly facts: ModuleFacts;
	/** Where its text begins in the joined one, in UTF-16 code units. */
	readonly start: number;
}

/** `parts` are in the order of the text. */
export function joinFacts(parts: readonly FactsPart[]): ModuleFacts {
	const placed = parts.map(({ facts, start }) => moved(facts, start));
	return {
		body: placed.flatMap(({ body }) => body),
		comments: placed.flatMap(({ comments }) => comments),
		hasError: placed.some(({ hasError }) => hasError),
	};
}

/** A copy in which every span is `by` further on. Facts nest no deeper than the lowering lets them. */
function moved<T>(value: T, by: number): T {
	return by === 0 ? value : (movedValue(value, by) as T);
}

function movedValue(value: unknown, by: number): unknown {
	if (Array.isArray(value)) return value.map((item) => movedValue(item, by));
	if (typeof value !== "object" || value === null) return value;
	const copy: Record<string, unknown> = { ...value };
	for (const key in copy) copy[key] = movedEntry(key, copy[key], by);
	return copy;
}

/** Numbers under these names are ends of spans, and no others are. */
function movedEntry(key: string, inner: unknown, by: number): unknown {
	const isOffset = (key === "start" || key === "end") && typeof inner === "number";
	return isOffset ? inner + by : movedValue(inner, by);
}
