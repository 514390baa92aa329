import type { ModuleFacts, Span } from "./facts";

// Support for tests: what must hold of the spans of any facts.

/** The first thing wrong with the spans of the facts of a text, or undefined. */
export function findBadSpan(facts: ModuleFacts, length: number): string | undefined {
	const whole = { start: 0, end: length };
	return badInside(facts.body, whole, "body") ?? badInside(facts.comments, whole, "comments");
}

/** Whatever has a span lies in the nearest thing around it that has one; the members of a list follow each other. */
function badInside(value: unknown, around: Span, path: string): string | undefined {
	if (typeof value !== "object" || value === null) return undefined;
	const inner = isSpan(value) ? value : around;
	if (inner.start > inner.end) return `${path}: ends at ${inner.end} before it starts at ${inner.start}`;
	if (inner.start < around.start || inner.end > around.end) {
		return `${path}: ${inner.start}–${inner.end} is not in ${around.start}–${around.end}`;
	}
	if (Array.isArray(value)) {
		const disorder = badOrder(value, path);
		if (disorder !== undefined) return disorder;
	}
	for (const [key, child] of Object.entries(value)) {
		const bad = badInside(child, inner, `${path}.${key}`);
		if (bad !== undefined) return bad;
	}
	return undefined;
}

function badOrder(list: readonly unknown[], path: string): string | undefined {
	let end = 0;
	for (const [index, member] of list.entries()) {
		if (typeof member !== "object" || member === null || !isSpan(member)) continue;
		if (member.start < end) return `${path}[${index}]: starts at ${member.start}, before ${end}`;
		end = member.end;
	}
	return undefined;
}

function isSpan(value: object): value is Span {
	return "start" in value && "end" in value && typeof value.start === "number" && typeof value.end === "number";
}
