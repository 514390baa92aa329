/** The parser's two WebAssembly files, which lie beside the bundle. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

export interface ParserAssets {
	/** tree-sitter itself. */
	readonly runtime: Uint8Array;
	/** Its Python grammar. */
	readonly python: Uint8Array;
}

/** Throws with a message for a person when a file is missing or cannot be read. */
export async function loadAssets(directory: string = __dirname): Promise<ParserAssets> {
	const [runtime, python] = await Promise.all([
		loadFile(join(directory, "web-tree-sitter.wasm")),
		loadFile(join(directory, "tree-sitter-python.wasm")),
	]);
	return { runtime, python };
}

async function loadFile(path: string): Promise<Uint8Array> {
	try {
		return await readFile(path);
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		throw new Error(`The Python parser cannot be loaded: ${reason}. Install PEFT Lint again.`);
	}
}
