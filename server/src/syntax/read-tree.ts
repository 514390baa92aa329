import type { Tree, TreeCursor } from "web-tree-sitter";
import { copyStatement, findEarlier } from "./copy-statement";
import {
	BROKEN,
	type Columns,
	createColumns,
	type Draft,
	type Earlier,
	type FlatTree,
	grow,
	HOLDS_ERROR,
} from "./flat-tree";
import type { Grammar, Treatment } from "./grammar";

/** What helps to read a tree, and does not change the result. */
export interface ReadingAids {
	/** Statements that were here already are copied, which is ten times as fast. */
	readonly earlier?: Earlier | undefined;
	/** The arrays of a flat tree that nobody wants any more. */
	readonly spare?: Columns | undefined;
}

/** Copies `tree`. `text` is what the spans count in: as long as the parsed text, character by character. */
export function readTree(tree: Tree, text: string, grammar: Grammar, aids: ReadingAids = {}): FlatTree & Columns {
	const { hasError } = tree.rootNode;
	const draft: Draft = {
		// Ordinary code has a node for every five to six characters.
		...(aids.spare ?? createColumns((text.length >> 2) + 16)),
		text,
		hasError,
		grammar,
		comments: [],
		statements: [],
		earlier: hasError || aids.earlier?.flat.hasError ? undefined : aids.earlier,
		count: 0,
		open: [],
		lastChild: [],
	};
	const cursor = tree.walk();
	try {
		walk(cursor, draft);
	} finally {
		cursor.delete();
	}
	return flatTree(draft);
}

/** Without what only the reading needs: the earlier tree would keep the one before it, and so on. */
function flatTree({ open, lastChild, earlier, count, ...flat }: Draft): FlatTree & Columns {
	return flat;
}

function walk(cursor: TreeCursor, draft: Draft): void {
	for (;;) {
		const node = visit(cursor, draft);
		if (node >= 0 && cursor.gotoFirstChild()) {
			draft.open.push(node);
			draft.lastChild.push(-1);
			continue;
		}
		if (node >= 0) draft.after[node] = draft.count;
		while (!cursor.gotoNextSibling()) {
			if (!cursor.gotoParent()) return;
			close(draft);
		}
	}
}

/** Takes in the node under the cursor; its index, or -1 when its children are of no interest. */
function visit(cursor: TreeCursor, draft: Draft): number {
	const { grammar } = draft;
	const type = cursor.nodeTypeId;
	const kind = Math.min(type, grammar.errorKind);
	switch (treatmentHere(cursor, kind, draft)) {
		case "drop":
			return -1;
		case "comment":
			draft.comments.push(cursor.startIndex, cursor.endIndex);
			return -1;
		case "leaf":
			leaf(append(cursor, draft, kind), draft);
			return -1;
		case "inner":
			return isStatement(draft, kind) ? visitStatement(cursor, draft, kind) : append(cursor, draft, kind);
		case "string": {
			const node = append(cursor, draft, kind);
			if (draft.hasError || isFormatted(draft.text, draft.start[node] ?? 0)) return node;
			leaf(node, draft);
			return -1;
		}
	}
}

function isStatement(draft: Draft, kind: number): boolean {
	const parent = draft.kind[draft.open.at(-1) ?? 0] ?? 0;
	return draft.grammar.statement[kind] === true && draft.grammar.block[parent] === true;
}

function visitStatement(cursor: TreeCursor, draft: Draft, kind: number): number {
	const node = append(cursor, draft, kind);
	const { earlier } = draft;
	const position = earlier === undefined ? -1 : findEarlier(draft, earlier, node);
	if (earlier === undefined || position < 0) {
		draft.statements.push(node);
		return node;
	}
	copyStatement(draft, earlier.flat, position, node);
	return -1;
}

function leaf(node: number, draft: Draft): void {
	draft.after[node] = draft.count;
}

/** In a broken tree more is worth knowing: every token of an ERROR, and every node that is not really there. */
function treatmentHere(cursor: TreeCursor, kind: number, draft: Draft): Treatment {
	const usual = draft.grammar.treatments[kind] ?? "drop";
	if (!draft.hasError || usual === "comment") return usual;
	if (usual === "inner" && kind === draft.grammar.errorKind) return usual;
	if (cursor.nodeIsMissing) {
		markMissing(cursor, draft);
		return "drop";
	}
	if (usual !== "drop") return usual;
	const parent = draft.open.at(-1) ?? 0;
	const isToken = draft.grammar.kinds[kind]?.startsWith("'") === true;
	return isToken && draft.kind[parent] === draft.grammar.errorKind ? "leaf" : "drop";
}

function markMissing(cursor: TreeCursor, draft: Draft): void {
	leaf(append(cursor, draft, draft.grammar.missingKind), draft);
}

function append(cursor: TreeCursor, draft: Draft, kind: number): number {
	if (draft.count === draft.kind.length) grow(draft);
	const node = draft.count++;
	draft.kind[node] = kind;
	draft.field[node] = cursor.currentFieldId;
	draft.start[node] = cursor.startIndex;
	draft.end[node] = cursor.endIndex;
	draft.next[node] = -1;
	draft.flags[node] = 0;
	const level = draft.open.length - 1;
	if (level >= 0) link(draft, level, node, kind);
	return node;
}

function link(draft: Draft, level: number, node: number, kind: number): void {
	const previous = draft.lastChild[level] ?? -1;
	if (previous >= 0) draft.next[previous] = node;
	draft.lastChild[level] = node;
	if (kind < draft.grammar.errorKind) return;
	const parent = draft.open[level] ?? 0;
	draft.flags[parent] = (draft.flags[parent] ?? 0) | BROKEN | HOLDS_ERROR;
}

function close(draft: Draft): void {
	const node = draft.open.pop() ?? 0;
	draft.lastChild.pop();
	draft.after[node] = draft.count;
	const flags = draft.flags[node] ?? 0;
	if (flags === 0) return;
	const parent = draft.open.at(-1);
	if (parent === undefined) return;
	const structural = draft.grammar.structural[draft.kind[node] ?? 0] === true;
	const inherited = structural ? flags : flags & HOLDS_ERROR;
	draft.flags[parent] = (draft.flags[parent] ?? 0) | inherited;
}

/** Whether the string literal at `start` has an `f` or `t` among its prefix letters. */
function isFormatted(text: string, start: number): boolean {
	for (let at = start; at < text.length; at++) {
		const letter = text.charCodeAt(at) | 32;
		if (letter === 0x66 || letter === 0x74) return true;
		if (letter < 0x61 || letter > 0x7a) return false;
	}
	return false;
}
