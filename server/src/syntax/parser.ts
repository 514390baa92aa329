import { Edit, Language, Parser, type Tree } from "web-tree-sitter";
import type { ModuleFacts } from "./facts";
import type { Columns, Earlier, FlatTree } from "./flat-tree";
import { createGrammar, type Grammar } from "./grammar";
import { lowerModule, NO_FACTS } from "./lower";
import { readTree } from "./read-tree";
import { changedRange, parserText, pointAt } from "./source-text";

/** The bytes of the two WASM files; to read them is the caller's business. */
export interface ParserAssets {
	/** `web-tree-sitter.wasm` */
	readonly runtime: Uint8Array;
	/** `tree-sitter-python.wasm` */
	readonly python: Uint8Array;
}

/** A replacement, in UTF-16 code units of the text that the edit before it left. */
export interface TextEdit {
	readonly start: number;
	readonly end: number;
	readonly text: string;
}

/** An open text and its tree. */
export interface SyntaxDocument {
	readonly text: string;
	/** The facts of the present text; the same object until the next edit. */
	facts(): ModuleFacts;
	/** Applies the edits one after the other, then parses once, reusing what they left untouched. */
	edit(changes: readonly TextEdit[]): void;
	/** Takes a whole new text. */
	replace(text: string): void;
	/** Frees the tree. */
	dispose(): void;
}

export interface PythonParser {
	/** Text to facts, once; no tree remains. Never throws. */
	parse(text: string): ModuleFacts;
	/** A document that can be edited; to be disposed. */
	open(text: string): SyntaxDocument;
	/** Trees that have not been freed yet. */
	readonly liveTrees: number;
}

/** Loads the parser. */
export async function createPythonParser(assets: ParserAssets): Promise<PythonParser> {
	await Parser.init({ wasmBinary: assets.runtime });
	const language = await Language.load(assets.python);
	const parser = new Parser();
	parser.setLanguage(language);
	const trees = new TreeKeeper(parser, createGrammar(language));
	return {
		parse: (text) => trees.parseOnce(text),
		open: (text) => openDocument(trees, text),
		get liveTrees() {
			return trees.live;
		},
	};
}

/**
 * The parser reports every hundred steps. Code takes 0.006 reports for a character, a list of numbers 0.08; broken text
 * can take long for each. So this gives up on what is no program that anybody wrote: ten megabytes of code may pass.
 */
export const MAX_PROGRESS_REPORTS = 100_000;

const MAX_SPARE_NODES = 200_000;

/** Makes trees, counts them, and frees them. */
class TreeKeeper {
	live = 0;
	private spare: Columns | undefined;

	constructor(
		private readonly parser: Parser,
		private readonly grammar: Grammar,
	) {}

	/** Parses what `parserText` made. `old`, edited to match it, is freed. Undefined when tree-sitter gives up. */
	parse(seen: string, old: Tree | undefined): Tree | undefined {
		try {
			const tree = this.parseSame(seen, old);
			if (tree !== undefined) this.live++;
			return tree;
		} catch {
			return undefined;
		} finally {
			if (old !== undefined) this.free(old);
		}
	}

	/**
	 * How tree-sitter recovers from an error depends on what it could reuse. So that facts depend on nothing but the
	 * text, a tree with an error in it is not built on another one.
	 */
	private parseSame(seen: string, old: Tree | undefined): Tree | undefined {
		const tree = this.parseBounded(seen, old);
		if (tree === undefined || old === undefined || !tree.rootNode.hasError) return tree;
		tree.delete();
		return this.parseBounded(seen, undefined);
	}

	private parseBounded(seen: string, old: Tree | undefined): Tree | undefined {
		let reports = 0;
		const tree = this.parser.parse(seen, old, { progressCallback: () => ++reports > MAX_PROGRESS_REPORTS });
		// A parse that was given up would go on where it stopped, with whatever text comes next.
		if (tree === null) this.parser.reset();
		return tree ?? undefined;
	}

	/** `earlier` must not be used after this. */
	read(tree: Tree, text: string, earlier?: Earlier & { readonly flat: Columns }): FlatTree & Columns {
		const { spare } = this;
		this.spare = undefined;
		const flat = readTree(tree, text, this.grammar, { earlier, spare });
		if (earlier !== undefined) this.recycle(earlier.flat);
		return flat;
	}

	/** Keeps the arrays for the next tree, unless they are those of an uncommonly large one. */
	recycle(columns: Columns): void {
		if (columns.kind.length <= MAX_SPARE_NODES) this.spare = columns;
	}

	parseOnce(text: string): ModuleFacts {
		const tree = this.parse(parserText(text), undefined);
		if (tree === undefined) return NO_FACTS;
		try {
			const flat = this.read(tree, text);
			const facts = lowerModule(flat);
			this.recycle(flat);
			return facts;
		} finally {
			this.free(tree);
		}
	}

	free(tree: Tree): void {
		tree.delete();
		this.live--;
	}
}

function openDocument(trees: TreeKeeper, initial: string): SyntaxDocument {
	let text = initial;
	let seen = parserText(text);
	let tree = trees.parse(seen, undefined);
	let facts: ModuleFacts | undefined;
	/** What was last read, and what the parser saw of the text then. */
	let earlier: { readonly flat: FlatTree & Columns; readonly seen: string } | undefined;
	let disposed = false;

	const lower = (from: Tree): ModuleFacts => {
		const known = earlier && { flat: earlier.flat, ...changedRange(earlier.seen, seen) };
		const flat = trees.read(from, text, known);
		earlier = { flat, seen };
		return lowerModule(flat);
	};

	/** Takes a new text, telling the present tree how it differs. */
	const change = (next: string): void => {
		text = next;
		const before = seen;
		seen = parserText(text);
		if (tree !== undefined) tellTree(tree, before, seen);
	};
	const reparse = (): void => {
		tree = trees.parse(seen, tree);
		facts = undefined;
	};
	return {
		get text() {
			return text;
		},
		facts() {
			facts ??= tree === undefined ? NO_FACTS : lower(tree);
			return facts;
		},
		edit(changes) {
			if (disposed) return;
			for (const step of stepsOf(text, changes)) change(step);
			reparse();
		},
		replace(next) {
			if (disposed) return;
			change(next);
			reparse();
		},
		dispose() {
			disposed = true;
			if (tree !== undefined) trees.free(tree);
			tree = undefined;
			if (earlier !== undefined) trees.recycle(earlier.flat);
			earlier = undefined;
			facts = NO_FACTS;
		},
	};
}

/** With more changes at a time than this, the tree is told of one that spans them all. */
const MAX_STEPS = 16;

/** The texts that the tree is told of, the last one being that after all changes. */
function stepsOf(text: string, changes: readonly TextEdit[]): string[] {
	const steps: string[] = [];
	let current = text;
	for (const change of changes) {
		const start = clamp(change.start, 0, current.length);
		const end = clamp(change.end, start, current.length);
		current = current.slice(0, start) + change.text + current.slice(end);
		if (changes.length <= MAX_STEPS) steps.push(current);
	}
	return changes.length <= MAX_STEPS ? steps : [current];
}

function clamp(value: number, low: number, high: number): number {
	return Math.min(Math.max(value, low), high);
}

/** The parser's text can differ in more places than the document's; so the tree is told what was found to differ. */
function tellTree(tree: Tree, before: string, after: string): void {
	const { start, oldEnd, newEnd } = changedRange(before, after);
	if (start === oldEnd && start === newEnd) return;
	tree.edit(
		new Edit({
			startIndex: start,
			oldEndIndex: oldEnd,
			newEndIndex: newEnd,
			startPosition: pointAt(before, start),
			oldEndPosition: pointAt(before, oldEnd),
			newEndPosition: pointAt(after, newEnd),
		}),
	);
}
