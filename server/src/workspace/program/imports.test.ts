import { expect, test } from "vitest";
import type { ImportFromStmt, ImportStmt } from "../../syntax/facts";
import { exampleFiles, pythonFiles, standardLibrary } from "../../syntax/test-corpus";
import { testParser } from "../../syntax/test-parser";
import { importsOf } from "./imports";

/** `from <dots><path> <names>`, `import <path>`; one a line. */
function shown(text: string): readonly string[] {
	return importsOf(text).statements.map(({ form, level, path, names }) =>
		[form, ".".repeat(level) + path, ...names].join(" "),
	);
}

const rows: readonly (readonly [name: string, text: string, found: readonly string[]])[] = [
	["one", "import a", ["import a"]],
	["dotted, renamed, several", "import a.b.c as d, e , f.g as h", ["import a.b.c", "import e", "import f.g"]],
	["names", "from a.b import c, d as e", ["from a.b c d"]],
	["star", "from a import *", ["from a"]],
	[
		"relative",
		"from . import a\nfrom ..b import c\nfrom .import d\nfrom ... import *",
		["from . a", "from ..b c", "from . d", "from ..."],
	],
	["dots apart", "from .. . a import b", ["from ...a b"]],
	["blanks in a path", "from a . b import c", ["from a.b c"]],
	["in parentheses", "from a import (\n    b,  # one (of two)\n    c as d,\n)", ["from a b c"]],
	["without a blank", "from a import(b)", ["from a b"]],
	["a line that goes on", "from a \\\n  import b, \\\n  c\nimport \\\n  d", ["from a b c", "import d"]],
	["several on a line", "import a; from b import c;import d", ["import a", "from b c", "import d"]],
	["behind a colon", "try: import a\nexcept ImportError: from b import a", ["import a", "from b a"]],
	["in a block", "def f():\n\timport a\n  \tif x:\n\t\tfrom .b import c", ["import a", "from .b c"]],
	["other line ends", "import a\r\nimport b\rimport c", ["import a", "import b", "import c"]],
	["a byte-order mark", "\ufeffimport a", ["import a"]],
	["letters of any script", "import größe.模型", ["import größe.模型"]],
	["twice", "import a\nimport a", ["import a"]],
	["half typed, what follows is found", "from a import (\nfrom b import c\nimport ", ["from a from", "from b c"]],
	["half typed", "from \nfrom a\nfrom a imp\nfrom a. import b\nimport\n", []],
	["no keywords", "importlib.reload(a)\nfrom_file = 1\nx.import_(a)\nyield_from\nraise X from error", []],
	["keywords in names", "from imports import fromage\nimport important", ["from imports fromage", "import important"]],
	["what a package exports", '__all__ = ["a", \'b\']\n__all__ += ["c"]\n__all__.extend(("d",))', ["exports . a b c d"]],
	["by a call", 'importlib.import_module("a.b")\nimport_module(name)', ["import a.b"]],
	[
		"what a test has beside it",
		"def test_a():\n    pass",
		["beside .conftest", "beside ..conftest", "beside ...conftest"],
	],
	["a name of the same beginning", "__all__names = ['a']", []],
];

test.each(rows)("%s", (_name, text, found) => {
	expect(shown(text)).toEqual(found);
});

test.each([
	['sys.path.append("../lib")', ["../lib"]],
	["sys.path.insert(0, '..')", [".."]],
	['sys.path.append(os.path.join(os.path.dirname(__file__), "..", "lib"))', ["../lib"]],
	["sys.path.append(os.getcwd())", []],
	['mysys.path.append("a")\nsys.path = ["b"]', []],
])("%s", (text, paths) => {
	expect(importsOf(text).paths).toEqual(paths);
});

test("what is imported is the same wherever it stands", () => {
	expect(importsOf("import a\n\nx = 1\n").key).toBe(importsOf("# new\nimport a  # here\ny = 2\n").key);
	expect(importsOf("import a").key).not.toBe(importsOf("import b").key);
});

test.each([
	["imports without an end", "\nfrom a import (".repeat(100_000)],
	["blanks", `from a import (${" ".repeat(5_000_000)}`],
	["comments", `from a import (${"#\n".repeat(3_000_000)}`],
	["lines that go on", `import a${"\\\n".repeat(3_000_000)}`],
	["dots", `from ${". ".repeat(3_000_000)}`],
	["names", `import a${", a".repeat(1_000_000)}`],
])("a long text of %s is read", (_name, text) => {
	expect(shown(text).length).toBeLessThan(3);
});

/** Imports anywhere in lowered code, as `shown` shows them. */
function lowered(facts: unknown): readonly string[] {
	if (typeof facts !== "object" || facts === null) return [];
	const statement = facts as Partial<ImportStmt | ImportFromStmt>;
	const own =
		statement.kind === "import"
			? (statement.names ?? []).map(({ path }) => `import ${path}`)
			: statement.kind === "import-from"
				? [fromStatement(facts as ImportFromStmt)]
				: [];
	return [...own, ...Object.values(facts).flatMap(lowered)];
}

function fromStatement({ level, module, names }: ImportFromStmt): string {
	return ["from", ".".repeat(level) + module, ...names.map(({ name }) => name)].join(" ");
}

test("whatever is lowered is found", async () => {
	const parser = await testParser();
	const library = standardLibrary();
	const files = [...exampleFiles(), ...(library === undefined ? [] : pythonFiles(library, 150))];
	for (const { path, text } of files) {
		const found = new Set(shown(text));
		const missing = lowered(parser.parse(text)).filter((statement) => !found.has(statement));
		expect([path, ...missing]).toEqual([path]);
	}
});
