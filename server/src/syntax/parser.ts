import { Edit, Language, Parser, type Tree } from "web-tree-sitter";
import type { ModuleFacts } from "./facts";
import { createGrammar, type Grammar } from "./flat-tree";
import { lowerTree, NO_FACTS } from "./lower";
import { parserText, pointAt, widenedStart } from "./source-text";

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

/** Makes trees, counts them, and frees them. */
class TreeKeeper {
	live = 0;

	constructor(
		private readonly parser: Parser,
		private readonly grammar: Grammar,
	) {}

	/** `old`, edited to match the text, is freed. Undefined when tree-sitter gives up. */
	parse(text: string, old: Tree | undefined): Tree | undefined {
		try {
			const tree = this.parser.parse(parserText(text), old) ?? undefined;
			if (tree !== undefined) this.live++;
			return tree;
		} catch {
			this.parser.reset();
			return undefined;
		} finally {
			if (old !== undefined) this.free(old);
		}
	}

	lower(tree: Tree, text: string): ModuleFacts {
		return lowerTree(tree, text, this.grammar);
	}

	parseOnce(text: string): ModuleFacts {
		const tree = this.parse(text, undefined);
		if (tree === undefined) return NO_FACTS;
		try {
			return this.lower(tree, text);
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
	let tree = trees.parse(text, undefined);
	let facts: ModuleFacts | undefined;
	let disposed = false;

	const reparse = (old: Tree | undefined): void => {
		tree = trees.parse(text, old);
		facts = undefined;
	};
	const free = (): void => {
		if (tree !== undefined) trees.free(tree);
		tree = undefined;
	};
	return {
		get text() {
			return text;
		},
		facts() {
			facts ??= tree === undefined ? NO_FACTS : trees.lower(tree, text);
			return facts;
		},
		edit(changes) {
			if (disposed) return;
			for (const change of changes) text = applyEdit(tree, text, change);
			reparse(tree);
		},
		replace(next) {
			if (disposed) return;
			free();
			text = next;
			reparse(undefined);
		},
		dispose() {
			disposed = true;
			free();
			facts = NO_FACTS;
		},
	};
}

/** Tells the tree of one change, and gives the text after it. */
function applyEdit(tree: Tree | undefined, text: string, change: TextEdit): string {
	const from = clamp(change.start, 0, text.length);
	const to = clamp(change.end, from, text.length);
	const next = text.slice(0, from) + change.text + text.slice(to);
	if (tree === undefined) return next;
	const start = widenedStart(text, from);
	const newEnd = from + change.text.length;
	tree.edit(
		new Edit({
			startIndex: start,
			oldEndIndex: to,
			newEndIndex: newEnd,
			startPosition: pointAt(text, start),
			oldEndPosition: pointAt(text, to),
			newEndPosition: pointAt(next, newEnd),
		}),
	);
	return next;
}

function clamp(value: number, low: number, high: number): number {
	return Math.min(Math.max(value, low), high);
}
