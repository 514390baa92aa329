// Bundles what ships: the extension's client, the language server, the command line, and the parser's two WASM files.
// `--watch` rebuilds on change, readable and with source maps. `--out FOLDER` builds there instead of in the checkout.
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import esbuild from "esbuild";
import { noticesOf } from "./notices.mjs";

const root = dirname(import.meta.dirname);
const requireFromServer = createRequire(join(root, "server", "package.json"));
const { watch, out } = parseArgs({
	options: { watch: { type: "boolean", default: false }, out: { type: "string", default: root } },
}).values;
const target = resolve(out);

const bundles = [
	{ entry: "client/src/extension.ts", outfile: "client/dist/extension.js", external: ["vscode"] },
	{ entry: "server/src/node/main.ts", outfile: "server/dist/main.js" },
	{ entry: "server/src/cli/main.ts", outfile: "server/dist/cli.js", banner: { js: "#!/usr/bin/env node" } },
];

/** The grammar and the parser's run time; the server reads them from beside its bundle. */
const wasmFiles = ["web-tree-sitter/web-tree-sitter.wasm", "tree-sitter-python/tree-sitter-python.wasm"];

function optionsOf({ entry, outfile, ...rest }) {
	return {
		...rest,
		outfile: join(target, outfile),
		absWorkingDir: root,
		entryPoints: [entry],
		bundle: true,
		platform: "node",
		format: "cjs",
		target: "node20",
		alias: {
			// The ES build asks `import.meta` where it lies, which a CommonJS bundle cannot answer.
			"web-tree-sitter": requireFromServer.resolve("web-tree-sitter"),
			// The CommonJS build loads its parts in a way that no bundler sees through.
			"jsonc-parser": requireFromServer.resolve("jsonc-parser/lib/esm/main.js"),
		},
		// Rule pages, for `peft-lint explain`.
		loader: { ".md": "text" },
		minify: !watch,
		sourcemap: watch,
		metafile: !watch,
		// The notices beside the bundle have them.
		legalComments: "none",
		logLevel: "warning",
	};
}

function copyWasm() {
	const dist = join(target, "server", "dist");
	mkdirSync(dist, { recursive: true });
	for (const specifier of wasmFiles) {
		copyFileSync(requireFromServer.resolve(specifier), join(dist, specifier.slice(specifier.indexOf("/") + 1)));
	}
}

for (const dist of ["client/dist", "server/dist"]) rmSync(join(target, dist), { recursive: true, force: true });
copyWasm();
if (watch) {
	for (const bundle of bundles) await (await esbuild.context(optionsOf(bundle))).watch();
	console.log("watching");
} else {
	const results = await Promise.all(bundles.map((bundle) => esbuild.build(optionsOf(bundle))));
	for (const dist of ["client/dist", "server/dist"]) {
		const inputs = results.flatMap(({ metafile }, index) =>
			bundles[index].outfile.startsWith(dist) ? Object.keys(metafile.inputs) : [],
		);
		const copied = dist === "server/dist" ? wasmFiles.map((file) => `node_modules/${file}`) : [];
		writeFileSync(join(target, dist, "THIRD_PARTY_NOTICES.txt"), noticesOf([...inputs, ...copied], root));
	}
	chmodSync(join(target, "server/dist/cli.js"), 0o755);
}
