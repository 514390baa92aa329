/** Imports of the server's rooms go downwards only, and the core is pure. docs/architecture.md states both. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { expect, test } from "vitest";

const source = join(__dirname, "../../server/src");

/** From the top down. A room may import itself and what stands below. */
const storeys: readonly string[] = ["node", "cli", "lsp", "workspace", "rules", "analysis", "catalog", "syntax"];

const core = ["rules", "analysis", "catalog", "syntax"];

/** The one package that the core may use, and where. */
const parserPackage = { name: "web-tree-sitter", room: "syntax" };

interface Import {
	/** Path below server/src. */
	readonly file: string;
	readonly room: string;
	readonly specifier: string;
	/** Undefined for what is not a file of the server. */
	readonly targetRoom: string | undefined;
}

const importPatterns = [
	/^(?:import|export)\s+(?:[^;'"]*?\bfrom\s*)?["']([^"'\n]+)["']/gm,
	/\b(?:import|require)\(\s*["']([^"'\n]+)["']/g,
];

function sourceFiles(): string[] {
	return readdirSync(source, { recursive: true, encoding: "utf8" })
		.filter((path) => path.endsWith(".ts") && !/\.test\.ts$|(^|\/)test-[^/]*\.ts$/.test(path))
		.map((path) => path.split(sep).join("/"));
}

function importsOf(file: string): Import[] {
	return specifiersIn(readFileSync(join(source, file), "utf8")).map((specifier) => ({
		file,
		room: roomOf(file),
		specifier,
		targetRoom: specifier.startsWith(".")
			? roomOf(
					relative(source, resolve(source, dirname(file), specifier))
						.split(sep)
						.join("/"),
				)
			: undefined,
	}));
}

function specifiersIn(text: string): string[] {
	// Examples in comments are no imports.
	const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
	return importPatterns.flatMap((pattern) => [...code.matchAll(pattern)].map(([, specifier = ""]) => specifier));
}

function roomOf(path: string): string {
	return path.split("/")[0] ?? "";
}

function storeyOf(room: string): number {
	return storeys.indexOf(room);
}

function describe({ file, specifier }: Import): string {
	return `${file} imports ${specifier}`;
}

const imports = sourceFiles().flatMap(importsOf);

test("the sources are read", () => {
	expect(imports.length).toBeGreaterThan(100);
});

test("every file is in a room", () => {
	expect(sourceFiles().filter((file) => storeyOf(roomOf(file)) === -1)).toEqual([]);
});

test("imports go downwards only", () => {
	const upwards = imports.filter(
		({ room, targetRoom }) => targetRoom !== undefined && targetRoom !== room && storeyOf(targetRoom) <= storeyOf(room),
	);
	expect(upwards.map(describe)).toEqual([]);
});

test("the core knows no editor, no Node and no package but the parser", () => {
	const impure = imports.filter(
		({ room, specifier, targetRoom }) =>
			core.includes(room) &&
			targetRoom === undefined &&
			!(room === parserPackage.room && specifier === parserPackage.name),
	);
	expect(impure.map(describe)).toEqual([]);
});

/** Nothing of a person's is run, and nothing leaves the machine. */
const forbidden = /^(node:)?(child_process|cluster|dgram|dns|http|http2|https|net|tls|vm|worker_threads)(\/|$)/;

test("no room starts a program or opens a connection", () => {
	expect(imports.filter(({ specifier }) => forbidden.test(specifier)).map(describe)).toEqual([]);
});

test("only lsp and node know the protocol", () => {
	const speakers = imports.filter(
		({ room, specifier }) =>
			/^vscode(-languageserver|-languageserver-protocol|-jsonrpc)?(\/|$)/.test(specifier) &&
			!["lsp", "node", "cli"].includes(room),
	);
	expect(speakers.map(describe)).toEqual([]);
});

test.each([
	{ text: 'import { a } from "./b";', want: ["./b"] },
	{ text: 'import type { a } from "../b/c";', want: ["../b/c"] },
	{ text: 'import {\n\ta,\n\tb,\n} from "node:fs";', want: ["node:fs"] },
	{ text: 'import "x";', want: ["x"] },
	{ text: 'export * from "y";', want: ["y"] },
	{ text: 'const z = await import("z");', want: ["z"] },
	{ text: 'const q = require("q");', want: ["q"] },
	{ text: 'import x, { type Y } from "./w";\nimport * as n from "v";', want: ["./w", "v"] },
	{ text: 'const text = "import it from ";\nconst other = ", ";', want: [] },
	{ text: '/** import { a } from "no" */\n// import "no"\n', want: [] },
])("sees the imports of $text", ({ text, want }) => {
	expect(specifiersIn(text)).toEqual(want);
});
