/** Python's physical lines: which of them can take a comment at their end. */

/**
 * End of the first line, at or behind `atLeast`, that can carry a comment: the offset of its line break (before the
 * `\r` of `\r\n`) or of the end of the text. A line that ends in a backslash or inside a string cannot. `start` is not
 * behind `atLeast` and stands outside of any string.
 */
export function commentableLineEnd(text: string, start: number, atLeast: number): number {
	let at = start;
	while (at < text.length) {
		const char = text[at];
		if (char === "#") at = endOfLine(text, at);
		else if (char === '"' || char === "'") at = endOfString(text, at);
		else if (char === "\\") at += text.startsWith("\r\n", at + 1) ? 3 : 2;
		else {
			const end = text[at - 1] === "\r" ? at - 1 : at;
			if (char === "\n" && end >= atLeast) return end;
			at++;
		}
	}
	return text.length;
}

function endOfLine(text: string, at: number): number {
	const end = text.indexOf("\n", at);
	return end === -1 ? text.length : end;
}

/** Behind the closing quote; a string of one line that is never closed ends with its line. */
function endOfString(text: string, at: number): number {
	const quote = text[at] ?? "";
	const triple = quote.repeat(3);
	const closing = text.startsWith(triple, at) ? triple : quote;
	let end = at + closing.length;
	while (end < text.length && !text.startsWith(closing, end)) {
		if (text[end] === "\\") end++;
		else if (text[end] === "\n" && closing.length === 1) return end;
		end++;
	}
	return Math.min(end + closing.length, text.length);
}

/** The code alone: no strings and no comments. */
export function withoutStrings(text: string): string {
	let code = "";
	let at = 0;
	while (at < text.length) {
		const char = text[at] ?? "";
		if (char === "#") at = endOfLine(text, at);
		else if (char === '"' || char === "'") at = endOfString(text, at);
		else {
			code += char;
			at++;
		}
	}
	return code;
}

/** The code alone: no strings, no comments, and nothing that brackets enclose. */
export function withoutBrackets(text: string): string {
	let code = "";
	let depth = 0;
	let at = 0;
	while (at < text.length) {
		const char = text[at] ?? "";
		if (char === "#") at = endOfLine(text, at);
		else if (char === '"' || char === "'") at = endOfString(text, at);
		else {
			if ("([{".includes(char)) depth++;
			else if (")]}".includes(char)) depth = Math.max(0, depth - 1);
			else if (depth === 0) code += char;
			at++;
		}
	}
	return code;
}
