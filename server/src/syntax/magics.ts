import { lineEnd, logicalLine } from "./logical-line";

/**
 * Blanks out what IPython understands and Python does not, in the text of one notebook cell: line magics (`%pip …`),
 * shell commands (`!ls`), help (`model?`), the cells of other languages (`%%bash`). The result has the same length and
 * the same line ends, so that every offset means the same in both; what is left is Python as the kernel runs it.
 */
export function maskMagics(text: string): string {
	const body = bodyStart(text);
	if (body === undefined) return blank(text);
	if (body === 0 && !/[%!?]/.test(text)) return text;
	const masker: Masker = { text, pieces: [blank(text.slice(0, body))], done: body };
	maskLines(masker, body);
	masker.pieces.push(text.slice(masker.done));
	return masker.pieces.join("");
}

/** Cell magics that run the rest of the cell in the notebook's own Python. */
const PYTHON_CELLS = new Set([
	"time",
	"timeit",
	"capture",
	"prun",
	"memit",
	"scalene",
	"snakeviz",
	"pyinstrument",
	"wandb",
]);

/** Databricks gives a cell to another language with one percent sign, alone in the first line. */
const OTHER_LANGUAGE = /^%(?:md|md-sandbox|sh|sql|scala|r|fs)[ \t]*$/;

/** Where the Python of the cell starts; undefined when there is none. */
function bodyStart(text: string): number | undefined {
	const start = text.search(/\S/);
	if (start < 0) return 0;
	const end = lineEnd(text, start);
	const line = text.slice(start, end);
	if (OTHER_LANGUAGE.test(line)) return undefined;
	if (!line.startsWith("%%")) return 0;
	const name = /^%%([\w.]*)/.exec(line)?.[1] ?? "";
	return PYTHON_CELLS.has(name) ? end : undefined;
}

/** Every character that ends no line becomes a space. */
function blank(text: string): string {
	return text.replaceAll(/[^\r\n]/g, " ");
}

interface Masker {
	readonly text: string;
	readonly pieces: string[];
	/** Up to here the result is in `pieces`. */
	done: number;
}

/** Puts `filler` and blanks in the place of a range. */
function mask(masker: Masker, start: number, end: number, filler: string): void {
	const rest = blank(masker.text.slice(start + filler.length, end));
	masker.pieces.push(masker.text.slice(masker.done, start), filler, rest);
	masker.done = end;
}

/** Goes from logical line to logical line: only where one starts can a magic stand. */
function maskLines(masker: Masker, from: number): void {
	for (let at = from; at < masker.text.length; ) {
		const ink = skipBlanks(masker.text, at);
		at = maskCommand(masker, ink) ?? maskAssignment(masker, ink) ?? maskHelp(masker, ink);
	}
}

function skipBlanks(text: string, from: number): number {
	let at = from;
	while (at < text.length && /\s/.test(text.charAt(at))) at++;
	return at;
}

const ESCAPES = new Set(["%", "!", "?"]);

/** A line that starts with `%`, `!` or `?`; where it ends, or undefined if this is no such line. */
function maskCommand(masker: Masker, start: number): number | undefined {
	const { text } = masker;
	if (!ESCAPES.has(text.charAt(start))) return undefined;
	const end = commandEnd(text, start);
	// The statement after `%time` runs as if it stood alone.
	const timed = /^%time[ \t]+(?=[^\s-])/.exec(text.slice(start, end));
	const filler = RUNS.test(text.slice(start, end)) ? "exec()" : noOp(lineEnd(text, start) - start);
	if (timed === null) mask(masker, start, end, filler);
	else mask(masker, start, start + timed[0].length, "0;");
	return timed === null ? end : start + timed[0].length;
}

/** What other code or an earlier session leaves in the notebook's names. */
const RUNS = /^%(run|store|load|pylab)[ \t]+\S/;

/** A statement, for the line may be all that its block has. */
function noOp(length: number): string {
	return length >= 4 ? "pass" : "0";
}

/** A backslash at the end of a line continues a command in the next one. */
function commandEnd(text: string, start: number): number {
	let end = lineEnd(text, start);
	while (text.charAt(end - 1) === "\\" && end < text.length) {
		const next = text.startsWith("\r\n", end) ? end + 2 : end + 1;
		end = lineEnd(text, next);
	}
	return end;
}

/** `x = !ls` and `x = %magic`: all before the escape is Python. */
const ASSIGNMENT = /[\p{L}_][\p{L}\p{N}_.,*"' \t[\]]*=[ \t]*(?=!|%[a-zA-Z_])/uy;

function maskAssignment(masker: Masker, start: number): number | undefined {
	ASSIGNMENT.lastIndex = start;
	if (!ASSIGNMENT.test(masker.text)) return undefined;
	const command = ASSIGNMENT.lastIndex;
	const end = commandEnd(masker.text, command);
	// Something that nobody knows the value of.
	mask(masker, command, end, lineEnd(masker.text, command) - command >= 3 ? "_()" : "_");
	return end;
}

/** Steps over a logical line of Python; one that ends in `?` asks for help and runs nothing. */
function maskHelp(masker: Masker, start: number): number {
	const { text } = masker;
	const { end, lastCode } = logicalLine(text, start);
	const isHelp = text.charAt(lastCode) === "?" && !/[\r\n]/.test(text.slice(start, lastCode));
	if (isHelp) mask(masker, start, lastCode + 1, noOp(lastCode + 1 - start));
	return end;
}
