/** Slices of the person's own code, made fit for one line of a message. */
import type { ModelGraph, Place } from "../../analysis/graph";

/** Longest piece of code that a message quotes, in UTF-16 code units. */
const QUOTE_LENGTH = 40;

/** The exact text of a place. */
export function textOf(graph: ModelGraph, place: Place): string {
	return graph.sources[place.file]?.text.slice(place.start, place.end) ?? "";
}

/** The text of a place on one line, without comments, its middle left out where it is long. */
export function expressionText(graph: ModelGraph, place: Place): string {
	return elide(collapse(textOf(graph, place)));
}

/** The same between backticks. */
export function quote(graph: ModelGraph, place: Place): string {
	return code(expressionText(graph, place));
}

/** Text between backticks; a backtick inside would end them. */
export function code(text: string): string {
	return `\`${text.replaceAll("`", "'")}\``;
}

/** `line 12`: the line on which a place starts; in a notebook counted from the start of its cell. */
export function lineText(graph: ModelGraph, place: Place): string {
	const { text = "", cells } = graph.sources[place.file] ?? {};
	const cell = cells?.find(({ start, end }) => start <= place.start && place.start <= end);
	const above = text.slice(cell?.start ?? 0, place.start).split("\n").length;
	return `line ${above}${cell === undefined ? "" : " of its cell"}`;
}

export function samePlace(a: Place, b: Place): boolean {
	return a.file === b.file && a.start === b.start && a.end === b.end;
}

export function comparePlaces(a: Place, b: Place): number {
	return a.file - b.file || a.start - b.start || a.end - b.end;
}

/** A plain name or a dotted path of names: evaluating it twice changes nothing. */
export function isPath(text: string): boolean {
	return /^[\p{L}_][\p{L}\p{N}_]*(\s*\.\s*[\p{L}_][\p{L}\p{N}_]*)*$/u.test(text);
}

function collapse(text: string): string {
	const lines = text.includes("\n") ? text.split("\n").map(withoutComment) : [text];
	return lines
		.map((line) => line.replace(/\\?\r?$/, "").trim())
		.filter((line) => line !== "")
		.join(" ")
		.replace(/([([{]) /g, "$1")
		.replace(/,? ([)\]}])/g, "$1");
}

/** Cuts a `#` that no quote on its line encloses. */
function withoutComment(line: string): string {
	for (let at = line.indexOf("#"); at !== -1; at = line.indexOf("#", at + 1)) {
		const before = line.slice(0, at);
		const quotes = before.match(/["']/g)?.length ?? 0;
		if (quotes % 2 === 0) return before;
	}
	return line;
}

/** Cuts between whole characters, so that no surrogate is left alone. */
function elide(text: string): string {
	const characters = [...text];
	if (characters.length <= QUOTE_LENGTH) return text;
	const tail = text.endsWith(")") ? 1 : 0;
	return `${characters.slice(0, QUOTE_LENGTH - 1 - tail).join("")}…${tail ? ")" : ""}`;
}
