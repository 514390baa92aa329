/** What an editor does with a text: keep it, change it, take it back, and find places in it. UTF-16 positions. */
import type { CodeAction, Position, Range, TextEdit } from "vscode-languageserver-protocol";

/** The range of a piece of text that occurs once, or of its n-th occurrence (from 0). */
export function rangeOf(text: string, piece: string, nth = 0): Range {
	let start = -1;
	for (let count = 0; count <= nth; count++) {
		start = text.indexOf(piece, start + 1);
		if (start === -1) throw new Error(`The text does not hold ${JSON.stringify(piece)} ${nth + 1} times.`);
	}
	return { start: positionAt(text, start), end: positionAt(text, start + piece.length) };
}

export function textIn(text: string, { start, end }: Range): string {
	return text.slice(offsetAt(text, start), offsetAt(text, end));
}

/** Applies edits that do not overlap, all of them positions in the text as it is. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
	const spans = edits.map(({ range, newText }) => ({
		start: offsetAt(text, range.start),
		end: offsetAt(text, range.end),
		newText,
	}));
	let result = text;
	for (const { start, end, newText } of spans.sort((a, b) => b.start - a.start || b.end - a.end)) {
		result = result.slice(0, start) + newText + result.slice(end);
	}
	return result;
}

export interface DocumentEdits {
	readonly uri: string;
	/** Undefined in a plain edit, which names none. */
	readonly version: number | null | undefined;
	readonly edits: readonly TextEdit[];
}

/** The edits of the one document that an action changes, whichever form they come in. */
export function editsOf(action: CodeAction | undefined): DocumentEdits {
	const { changes = {}, documentChanges = [] } = action?.edit ?? {};
	const plain = Object.entries(changes).map(([uri, edits]) => ({ uri, version: undefined, edits }));
	const versioned = documentChanges.flatMap((change) =>
		"textDocument" in change ? [{ ...change.textDocument, edits: change.edits as TextEdit[] }] : [],
	);
	const [only, ...others] = [...plain, ...versioned];
	if (only === undefined || others.length > 0) throw new Error("The action does not edit exactly one document.");
	return only;
}

function offsetAt(text: string, { line, character }: Position): number {
	let start = 0;
	for (let count = 0; count < line; count++) {
		const end = /\r\n|\r|\n/g;
		end.lastIndex = start;
		const found = end.exec(text);
		if (found === null) throw new Error(`The text has no line ${line}.`);
		start = found.index + found[0].length;
	}
	return start + character;
}

function positionAt(text: string, offset: number): Position {
	const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
	return { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
}
