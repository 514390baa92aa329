/**
 * What the parser gets to see: the text, character by character in the same places, with repairs.
 *
 * - A carriage return alone ends a line in Python and is a blank to the grammar.
 * - A NUL ends string literals in the grammar's scanner; in Python it is an error, as the control character put in its
 *   place is.
 * - The scanner looks through all comment lines ahead for each comment, and through all bare backslash lines ahead for
 *   each backslash: quadratic, half a minute for 8,000 of them. Long runs are made one token.
 */
export function parserText(text: string): string {
	let seen = text;
	if (seen.includes("\r")) seen = seen.replaceAll(/\r(?!\n)/g, "\n");
	if (seen.includes("\0")) seen = seen.replaceAll("\0", "\u0001");
	if (seen.includes("\\")) seen = seen.replaceAll(BARE_BACKSLASH_LINES, (run) => "\f".repeat(run.length));
	return joinCommentLines(seen);
}

/** A form feed is white space that sets the indentation back, so that the next line keeps its own. */
const BARE_BACKSLASH_LINES = /^(?:[ \t\f]*\\\r?\n){8,}/gm;

/** Shorter runs of comment lines are left alone: what is usual is parsed just as it is. */
const LONG_RUN = 16;

/** So many changes of indentation within one run of comments are given to the parser, which ends blocks by them. */
const MAX_GROUPS = 64;

/** A line with nothing but a comment. */
interface CommentLine {
	readonly indentation: string;
	/** Of the `#`. */
	readonly start: number;
	/** Of the line feed. */
	readonly end: number;
}

/**
 * Replaces the line feeds between the comments of long runs, and so makes each run a single comment; the lowering takes
 * it apart again. In a string literal, where such lines may stand as well, the change alters no token.
 */
function joinCommentLines(text: string): string {
	const pieces: string[] = [];
	let done = 0;
	for (const run of commentRuns(text)) {
		const joinAll = countGroups(run) > MAX_GROUPS;
		for (let at = 1; at < run.length; at++) {
			const upper = run[at - 1] as CommentLine;
			const lower = run[at] as CommentLine;
			if (!joinAll && upper.indentation !== lower.indentation) continue;
			pieces.push(text.slice(done, upper.end), text.slice(upper.end, lower.start).replaceAll("\n", " "));
			done = lower.start;
		}
	}
	return done === 0 ? text : pieces.join("") + text.slice(done);
}

function countGroups(run: readonly CommentLine[]): number {
	return run.filter((line, at) => line.indentation !== run[at - 1]?.indentation).length;
}

/** The long runs of comment lines, blank lines among them. */
function commentRuns(text: string): CommentLine[][] {
	const runs: CommentLine[][] = [];
	let run: CommentLine[] = [];
	const endRun = (): void => {
		if (run.length >= LONG_RUN) runs.push(run);
		if (run.length > 0) run = [];
	};
	for (let start = 0; start < text.length; ) {
		const lineFeed = text.indexOf("\n", start);
		const end = lineFeed < 0 ? text.length : lineFeed;
		const ink = firstInk(text, start, end);
		if (text[ink] === "#") run.push({ indentation: text.slice(start, ink), start: ink, end });
		else if (ink < end) endRun();
		start = end + 1;
	}
	endRun();
	return runs;
}

/** The first character of the line that is no blank, or its end. */
function firstInk(text: string, start: number, end: number): number {
	for (let at = start; at < end; at++) {
		const code = text.charCodeAt(at);
		if (code !== 32 && (code < 9 || code > 13)) return at;
	}
	return end;
}

/** The range that the two texts differ in: where it starts, and where it ends in each. Splits no surrogate pair. */
export function changedRange(before: string, after: string): { start: number; oldEnd: number; newEnd: number } {
	const shorter = Math.min(before.length, after.length);
	let start = 0;
	while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start++;
	if (start > 0 && isHighSurrogate(before.charCodeAt(start - 1))) start--;
	let tail = 0;
	while (tail < shorter - start && sameFromEnd(before, after, tail + 1)) tail++;
	if (tail > 0 && isLowSurrogate(before.charCodeAt(before.length - tail))) tail--;
	return { start, oldEnd: before.length - tail, newEnd: after.length - tail };
}

function sameFromEnd(before: string, after: string, distance: number): boolean {
	return before.charCodeAt(before.length - distance) === after.charCodeAt(after.length - distance);
}

function isHighSurrogate(code: number): boolean {
	return code >= 0xd800 && code < 0xdc00;
}

function isLowSurrogate(code: number): boolean {
	return code >= 0xdc00 && code < 0xe000;
}

/** Row and column of an offset, as the parser counts them: both from 0, columns in UTF-16 code units. */
export function pointAt(text: string, offset: number): { row: number; column: number } {
	let row = 0;
	let lineStart = 0;
	for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", lineStart)) {
		row++;
		lineStart = at + 1;
	}
	return { row, column: offset - lineStart };
}
