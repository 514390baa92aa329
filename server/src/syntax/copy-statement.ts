import { type Draft, type Earlier, type FlatTree, grow } from "./flat-tree";

/** The position among the earlier statements of one that has the same text in the same place, or -1. */
export function findEarlier(draft: Draft, earlier: Earlier, node: number): number {
	const start = draft.start[node] ?? 0;
	const end = draft.end[node] ?? 0;
	const isBehind = start >= earlier.newEnd;
	if (!isBehind && end > earlier.start) return -1;
	const shift = isBehind ? earlier.newEnd - earlier.oldEnd : 0;
	const { flat } = earlier;
	const { statements } = flat;
	const position = lowerBound(statements.length, (at) => (flat.start[statements[at] ?? 0] ?? 0) >= start - shift);
	const found = statements[position];
	if (found === undefined || flat.start[found] !== start - shift) return -1;
	return flat.end[found] === end - shift && flat.kind[found] === draft.kind[node] ? position : -1;
}

/** The first number below `count` that has a property which all that follow have too; else `count`. */
function lowerBound(count: number, has: (at: number) => boolean): number {
	let low = 0;
	let high = count;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (has(middle)) high = middle;
		else low = middle + 1;
	}
	return low;
}

/** Takes over all that is in an earlier statement into the present one, `node`, which was just appended. */
export function copyStatement(draft: Draft, from: FlatTree, position: number, node: number): void {
	const source = from.statements[position] ?? 0;
	const until = from.after[source] ?? 0;
	const shift = (draft.start[node] ?? 0) - (from.start[source] ?? 0);
	const offset = node - source;
	while (draft.kind.length < until + offset) grow(draft);
	for (let at = source + 1; at < until; at++) copyNode(draft, from, at, at + offset, shift);
	draft.count = until + offset;
	draft.after[node] = draft.count;
	for (let at = position; (from.statements[at] ?? until) < until; at++) {
		draft.statements.push((from.statements[at] ?? 0) + offset);
	}
	copyComments(draft, from, source, shift);
}

function copyNode(draft: Draft, from: FlatTree, source: number, target: number, shift: number): void {
	const offset = target - source;
	const next = from.next[source] ?? -1;
	draft.kind[target] = from.kind[source] ?? 0;
	draft.field[target] = from.field[source] ?? 0;
	draft.start[target] = (from.start[source] ?? 0) + shift;
	draft.end[target] = (from.end[source] ?? 0) + shift;
	draft.next[target] = next < 0 ? -1 : next + offset;
	draft.after[target] = (from.after[source] ?? 0) + offset;
	draft.flags[target] = from.flags[source] ?? 0;
}

function copyComments(draft: Draft, from: FlatTree, source: number, shift: number): void {
	const { comments } = from;
	const start = from.start[source] ?? 0;
	const end = from.end[source] ?? 0;
	const first = lowerBound(comments.length >> 1, (at) => (comments[2 * at] ?? 0) >= start);
	for (let at = 2 * first; (comments[at] ?? end) < end; at += 2) {
		draft.comments.push((comments[at] ?? 0) + shift, (comments[at + 1] ?? 0) + shift);
	}
}
