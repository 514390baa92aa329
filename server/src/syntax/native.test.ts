import { createRequire } from "node:module";
import { beforeAll, describe, expect, test } from "vitest";
import { Language, Parser } from "web-tree-sitter";
import { exampleFiles, pythonFiles, standardLibrary } from "./test-corpus";
import { testAssets } from "./test-parser";

// The same grammar, once compiled to WASM and once to machine code, must give the same trees. The native parser is an
// optional dependency, for it does not load everywhere; nothing but this test uses it.

/** What both bindings have in common. */
interface Cursor {
	readonly nodeType: string;
	readonly startIndex: number;
	readonly endIndex: number;
	readonly nodeIsNamed: boolean;
	readonly nodeIsMissing: boolean;
	readonly currentFieldName: string | null;
	gotoFirstChild(): boolean;
	gotoNextSibling(): boolean;
	gotoParent(): boolean;
}

interface NativeParser {
	setLanguage(language: unknown): void;
	parse(input: (index: number) => string): { walk(): Cursor };
}

type NativeModule = new () => NativeParser;

function loadNative(): { readonly parser: NativeParser } | { readonly reason: string } {
	const require = createRequire(__filename);
	try {
		const Native = require("tree-sitter") as NativeModule;
		const parser = new Native();
		parser.setLanguage(require("tree-sitter-python"));
		return { parser };
	} catch (error) {
		return { reason: error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error) };
	}
}

/** Every node on a line of its own. */
function printTree(cursor: Cursor): string {
	const lines: string[] = [];
	for (let depth = 0; ; ) {
		const name = cursor.nodeIsNamed ? cursor.nodeType : JSON.stringify(cursor.nodeType);
		const field = cursor.currentFieldName ?? "";
		const missing = cursor.nodeIsMissing ? " MISSING" : "";
		lines.push(`${" ".repeat(depth)}${field}:${name} ${cursor.startIndex}-${cursor.endIndex}${missing}`);
		if (cursor.gotoFirstChild()) {
			depth++;
			continue;
		}
		while (!cursor.gotoNextSibling()) {
			if (!cursor.gotoParent()) return lines.join("\n");
			depth--;
		}
	}
}

const native = loadNative();
if ("reason" in native) console.warn(`The native parser is not compared with: ${native.reason}`);

describe.skipIf("reason" in native)("the WASM parser gives the native parser's trees", () => {
	let wasm: Parser;
	beforeAll(async () => {
		const assets = testAssets();
		await Parser.init({ wasmBinary: assets.runtime });
		wasm = new Parser().setLanguage(await Language.load(assets.python));
	});

	/** Both trees, printed; the second is empty when there is no native parser. */
	function parseTwice(text: string): { ours: string; theirs: string } {
		const tree = wasm.parse(text);
		const cursor = tree?.walk();
		const ours = cursor === undefined ? "" : printTree(cursor as Cursor);
		cursor?.delete();
		tree?.delete();
		if ("reason" in native) return { ours, theirs: "" };
		// Longer strings at a time are more than the native binding takes.
		return { ours, theirs: printTree(native.parser.parse((index) => text.slice(index, index + 4096)).walk()) };
	}

	function expectSame(text: string): void {
		const { ours, theirs } = parseTwice(text);
		// Not compared as a whole: the difference of two big texts takes minutes to show.
		expect(firstDifference(ours, theirs)).toBeUndefined();
	}

	const library = standardLibrary();
	const files = [...exampleFiles(), ...(library === undefined ? [] : pythonFiles(library, 150))];

	test.each(files)("$path", ({ text }) => expectSame(text));

	// How the two recover from an error is a matter of their versions; whether there is one is not.
	test.each(files.slice(0, 40))("$path, cut in the middle, has an error for both or for none", ({ text }) => {
		const { ours, theirs } = parseTwice(text.slice(0, text.length >> 1));
		expect(/ERROR|MISSING/.test(ours)).toBe(/ERROR|MISSING/.test(theirs));
	});

	test.each(["", "\uFEFFx = 1", "x = '😀' # 😀\r\ny\r\n", "é = 1\n", "x = (1\ny = [", "\tx\n"])("%j", expectSame);
});

function firstDifference(ours: string, theirs: string): { ours: string; theirs: string } | undefined {
	const [left, right] = [ours.split("\n"), theirs.split("\n")];
	const at = left.findIndex((line, index) => line !== right[index]);
	if (at < 0 && left.length === right.length) return undefined;
	const around = (lines: readonly string[]): string => lines.slice(Math.max(0, at - 2), at + 3).join("\n");
	return { ours: around(left), theirs: around(right) };
}
