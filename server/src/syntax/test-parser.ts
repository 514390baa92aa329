import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createPythonParser, type ParserAssets, type PythonParser } from "./parser";

// Support for tests; no part of the core, which reads no files.

/** The WASM files as they lie in `node_modules`. */
export function testAssets(): ParserAssets {
	const { resolve } = createRequire(__filename);
	return {
		runtime: readFileSync(resolve("web-tree-sitter/web-tree-sitter.wasm")),
		python: readFileSync(resolve("tree-sitter-python/tree-sitter-python.wasm")),
	};
}

let shared: Promise<PythonParser> | undefined;

/** A parser, loaded once for all tests of a file. */
export function testParser(): Promise<PythonParser> {
	shared ??= createPythonParser(testAssets());
	return shared;
}
