/** Offsets of a text → rows and columns as people count them. */

/** One-based; a column counts characters (Unicode code points), as Ruff's do. */
export interface Location {
	readonly row: number;
	readonly column: number;
}

export interface SourceLines {
	readonly locate: (offset: number) => Location;
	/** Start and end (without the terminator) of a one-based row, in UTF-16 code units. */
	readonly row: (row: number) => { readonly start: number; readonly end: number };
}

/** Lines end at LF, CR LF or CR, as Python's do; a form feed or U+2028 ends none. */
export function sourceLines(text: string): SourceLines {
	const starts = [0];
	for (const terminator of text.matchAll(/\r\n|\r|\n/g)) starts.push(terminator.index + terminator[0].length);

	function rowOf(offset: number): number {
		let low = 0;
		let high = starts.length - 1;
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if ((starts[middle] ?? 0) <= offset) low = middle;
			else high = middle - 1;
		}
		return low + 1;
	}

	return {
		locate(offset) {
			const row = rowOf(offset);
			const before = text.slice(starts[row - 1], offset);
			return { row, column: codePoints(before) + 1 };
		},
		row(row) {
			const start = starts[row - 1] ?? text.length;
			const next = starts[row];
			if (next === undefined) return { start, end: text.length };
			return { start, end: text.startsWith("\r\n", next - 2) && next - 2 >= start ? next - 2 : next - 1 };
		},
	};
}

function codePoints(text: string): number {
	let count = 0;
	for (const _ of text) count++;
	return count;
}
