/** Numbers: what is known of one, and what comparing it says. */
import type { Stmt } from "../syntax/facts";
import type { Bound, Fact, Range } from "./state";

export const ANY_NUMBER: Range = { low: undefined, high: undefined };

/** From one number to another, both included. */
export function between(low: number, high: number | undefined): Range {
	return { low: closed(low), high: high === undefined ? undefined : closed(high) };
}

function closed(value: number): Bound {
	return { value, open: false, at: undefined };
}

/** What a fact says of the number that its unknown is; undefined where it does not say that it is one. */
export function rangeOfFact(fact: Fact): Range | undefined {
	const numbers = fact.oneOf?.filter((one) => typeof one === "number") ?? [];
	if (numbers.length > 0 && numbers.length === fact.oneOf?.length)
		return between(Math.min(...numbers), Math.max(...numbers));
	return fact.range;
}

export function intersect(a: Range, b: Range): Range {
	return {
		low: a.low && b.low ? (isTighter(b.low, a.low, 1) ? b.low : a.low) : (a.low ?? b.low),
		high: a.high && b.high ? (isTighter(b.high, a.high, -1) ? b.high : a.high) : (a.high ?? b.high),
	};
}

function isTighter(a: Bound, b: Bound, direction: 1 | -1): boolean {
	return a.value === b.value ? a.open && !b.open : (a.value - b.value) * direction > 0;
}

/** The smallest range that holds both; undefined where one of the two may be no number. */
export function hull(a: Range | undefined, b: Range | undefined): Range | undefined {
	if (!a || !b || a === b) return a && b;
	return {
		low: a.low && b.low && (isTighter(b.low, a.low, 1) ? a.low : b.low),
		high: a.high && b.high && (isTighter(b.high, a.high, -1) ? a.high : b.high),
	};
}

/** Whether every number of `a` is less than every number of `b`; undefined where it depends on which. */
export function isLess(a: Range, b: Range): boolean | undefined {
	if (a.high && b.low && (a.high.value < b.low.value || (a.high.value === b.low.value && (a.high.open || b.low.open))))
		return true;
	return a.low && b.high && a.low.value >= b.high.value ? false : undefined;
}

export function includes({ low, high }: Range, value: number): boolean {
	const above = !low || value > low.value || (value === low.value && !low.open);
	return above && (!high || value < high.value || (value === high.value && !high.open));
}

/**
 * No number is left. What tests in several places say of a number, they say of a count or a stage: 1.5 is not between
 * `stage > 1` here and `stage < 2` there. One test, `0 < ratio < 1`, may well mean a fraction.
 */
export function isImpossible({ low, high }: Range): boolean {
	if (!low || !high) return false;
	if (low.value > high.value || (low.value === high.value && (low.open || high.open))) return true;
	const first = low.open ? Math.floor(low.value) + 1 : Math.ceil(low.value);
	const last = high.open ? Math.ceil(high.value) - 1 : Math.floor(high.value);
	return first > last && low.at !== high.at;
}

/** What holds of a number that is less than some number of the range, and of one that is not. */
export function below({ high }: Range, open: boolean, at: Stmt | undefined): Range {
	return { low: undefined, high: high && { value: high.value, open: open || high.open, at } };
}

export function above({ low }: Range, open: boolean, at: Stmt | undefined): Range {
	return { low: low && { value: low.value, open: open || low.open, at }, high: undefined };
}
