/**
 * What the parser gets to see: the text, character by character in the same places, with two repairs. A carriage
 * return alone ends a line in Python and is a blank to the grammar; a NUL ends string literals in the grammar's scanner
 * and is an error in Python, as the control character put in its place is.
 */
export function parserText(text: string): string {
	let seen = text;
	if (seen.includes("\r")) seen = seen.replaceAll(/\r(?!\n)/g, "\n");
	if (seen.includes("\0")) seen = seen.replaceAll("\0", "\u0001");
	return seen;
}

/**
 * Where a change that starts at `start` starts for the parser: a line feed put behind a carriage return, or taken from
 * there, changes what the carriage return is.
 */
export function widenedStart(text: string, start: number): number {
	return text[start - 1] === "\r" ? start - 1 : start;
}

/** Row and column of an offset, as the parser counts them: both from 0, columns in UTF-16 code units. */
export function pointAt(text: string, offset: number): { row: number; column: number } {
	const lineEnds = text.includes("\r") ? /\n|\r(?!\n)/g : /\n/g;
	let row = 0;
	let lineStart = 0;
	for (let found = lineEnds.exec(text); found !== null && found.index < offset; found = lineEnds.exec(text)) {
		row++;
		lineStart = found.index + 1;
	}
	return { row, column: offset - lineStart };
}
