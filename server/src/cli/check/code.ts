/** What is checked as one program: the text of a script, or the Python cells of a notebook. */
import type { Edit } from "../../rules/rule";
import type { Span } from "../../syntax/facts";
import { joinCells } from "../../workspace/notebook/cells";

export interface Code {
	readonly text: string;
	/** For a notebook: its cells, as ranges of the text. */
	readonly cells?: readonly Span[];
}

/** Applies edits that do not overlap; in a notebook each is in one cell. New lines end as the text's own do. */
export function applyEdits({ text, cells }: Code, edits: readonly Edit[]): Code {
	if (cells === undefined) return { text: editText(text, edits) };
	const edited = cells.map(({ start, end }) => {
		const own = edits.filter((edit) => start <= edit.start && edit.end <= end);
		const moved = own.map((edit) => ({ ...edit, start: edit.start - start, end: edit.end - start }));
		return editText(text.slice(start, end), moved);
	});
	return joinCells(edited);
}

function editText(text: string, edits: readonly Edit[]): string {
	const ending = lineEnding(text);
	let out = "";
	let at = 0;
	for (const edit of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
		out += text.slice(at, edit.start) + edit.text.replace(/\r\n|\r|\n/g, ending);
		at = edit.end;
	}
	return out + text.slice(at);
}

/** The first one of the text; the others follow it in all but broken files. */
function lineEnding(text: string): string {
	return /\r\n|\r|\n/.exec(text)?.[0] ?? "\n";
}
