/** Bundles the real server, as it ships, into a folder of its own. */
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { build } from "esbuild";

const root = join(__dirname, "../../..");
const { resolve } = createRequire(join(root, "server/package.json"));

let built: Promise<string> | undefined;

/** Path of the bundle, made once for a test file and removed when its process ends. */
export function buildServer(): Promise<string> {
	built ??= bundle();
	return built;
}

async function bundle(): Promise<string> {
	const folder = mkdtempSync(join(tmpdir(), "peft-lint-server-"));
	process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
	for (const wasm of ["web-tree-sitter/web-tree-sitter.wasm", "tree-sitter-python/tree-sitter-python.wasm"]) {
		copyFileSync(resolve(wasm), join(folder, basename(wasm)));
	}
	const outfile = join(folder, "main.js");
	await build({
		absWorkingDir: root,
		entryPoints: ["server/src/node/main.ts"],
		outfile,
		bundle: true,
		platform: "node",
		format: "cjs",
		target: "node20",
		alias: { "web-tree-sitter": resolve("web-tree-sitter") },
		loader: { ".md": "text" },
		logLevel: "error",
	});
	return outfile;
}
