/** Changes of texts, as clients describe them. */
import { TextDocument } from "vscode-languageserver-textdocument";
import type { TextEdit } from "../syntax/parser";
import type { PositionMapper, PositionRange } from "./positions";

/** Without a range it is the whole new text. */
export interface TextChange {
	readonly range?: PositionRange | undefined;
	readonly text: string;
}

/** Any range is valid: it is clamped to the text. The edit that was made; undefined for a whole new text. */
export function applyChange(
	text: TextDocument,
	positions: PositionMapper,
	{ range, text: inserted }: TextChange,
): TextEdit | undefined {
	if (range === undefined) {
		TextDocument.update(text, [{ text: inserted }], text.version);
		return undefined;
	}
	const from = positions.offsetAt(range.start);
	const to = positions.offsetAt(range.end);
	const start = Math.min(from, to);
	const end = Math.max(from, to);
	const wellFormed = { start: text.positionAt(start), end: text.positionAt(end) };
	TextDocument.update(text, [{ range: wellFormed, text: inserted }], text.version);
	return { start, end, text: inserted };
}
