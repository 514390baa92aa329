// A glance at Python without a parser: where lines end that brackets, quotes and backslashes do not continue.

/** Where the line ends that `from` is in, before its line end. */
export function lineEnd(text: string, from: number): number {
	const found = text.slice(from).search(/[\r\n]/);
	return found < 0 ? text.length : from + found;
}

/** Where the logical line ends that starts here, and its last character, -1 when that belongs to a string literal. */
export function logicalLine(text: string, start: number): { end: number; lastCode: number } {
	let depth = 0;
	let lastCode = -1;
	let at = start;
	while (at < text.length) {
		const char = text.charAt(at);
		if (isLineEnd(char) && depth <= 0) return { end: at + 1, lastCode };
		const next = step(text, at);
		if (char === '"' || char === "'") lastCode = -1;
		else if (!IGNORED.has(char)) lastCode = at;
		if ("([{".includes(char)) depth++;
		else if (")]}".includes(char)) depth--;
		at = next;
	}
	return { end: at, lastCode };
}

const IGNORED = new Set([" ", "\t", "\r", "\n", "\f", "#", "\\"]);

function isLineEnd(char: string): boolean {
	return char === "\n" || char === "\r";
}

/** Behind the string literal, the comment or the joined line end that starts here; else behind the character. */
function step(text: string, at: number): number {
	switch (text.charAt(at)) {
		case "#":
			return lineEnd(text, at);
		case "\\":
			return text.startsWith("\r\n", at + 1) ? at + 3 : at + 2;
		case '"':
		case "'":
			return stringEnd(text, at);
		default:
			return at + 1;
	}
}

/** Behind the closing quotes; one quote alone is also closed by the end of its line. */
function stringEnd(text: string, start: number): number {
	const quote = text.charAt(start);
	const isTriple = text.startsWith(quote.repeat(3), start);
	const closing = isTriple ? quote.repeat(3) : quote;
	for (let at = start + closing.length; at < text.length; at++) {
		if (text.startsWith(closing, at)) return at + closing.length;
		if (!isTriple && isLineEnd(text.charAt(at))) return at;
		if (text.charAt(at) === "\\") at = step(text, at) - 1;
	}
	return text.length;
}
