import type { Comment, ModuleFacts } from "./facts";
import type { FlatTree } from "./flat-tree";
import { type Lowering, ROOT } from "./lower-context";
import { lowerBlock } from "./lower-statements";

/** Facts for a text that could not be parsed at all. */
export const NO_FACTS: ModuleFacts = { body: [], comments: [], hasError: true };

/** Lowers what was read of a tree. */
export function lowerModule(flat: FlatTree): ModuleFacts {
	const cx: Lowering = { tree: flat, text: flat.text, depth: 0, sawYield: false, spine: undefined };
	return { body: lowerBlock(cx, ROOT), comments: commentsOf(flat), hasError: flat.hasError };
}

function commentsOf(flat: FlatTree): Comment[] {
	const comments: Comment[] = [];
	for (let at = 0; at < flat.comments.length; at += 2) {
		const start = flat.comments[at] ?? 0;
		addComments(flat.text, start, flat.comments[at + 1] ?? start, comments);
	}
	return comments;
}

/** One token of the parser is one comment, or a run of lines that were joined for it. */
function addComments(text: string, start: number, end: number, comments: Comment[]): void {
	for (const line of text.slice(start, end).matchAll(/#[^\r\n]*/g)) {
		const from = start + line.index;
		comments.push({ text: line[0], start: from, end: from + line[0].length });
	}
}
