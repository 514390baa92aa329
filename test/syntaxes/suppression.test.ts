import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { loadWASM, OnigScanner, OnigString } from "vscode-oniguruma";
import { type IGrammar, INITIAL, type IRawGrammar, parseRawGrammar, Registry } from "vscode-textmate";

const root = dirname(dirname(__dirname));
const suppression = "source.peft-lint.suppression";

/** Strings and comments as the Python grammar of VS Code has them, and nothing else of Python. */
const python = {
	scopeName: "source.python",
	patterns: [
		{ name: "string.quoted.single.python", begin: '"', end: '"' },
		{
			name: "comment.line.number-sign.python",
			begin: "(\\#)",
			beginCaptures: { "1": { name: "punctuation.definition.comment.python" } },
			end: "($)",
		},
	],
	repository: {},
} as unknown as IRawGrammar;

async function loadPython(): Promise<IGrammar> {
	await loadWASM(readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm")));
	const registry = new Registry({
		onigLib: Promise.resolve({
			createOnigScanner: (patterns) => new OnigScanner(patterns),
			createOnigString: (text) => new OnigString(text),
		}),
		loadGrammar: async (scope) => (scope === suppression ? readSuppression() : python),
		getInjections: (scope) => (scope === "source.python" ? [suppression] : undefined),
	});
	const grammar = await registry.loadGrammar("source.python");
	if (grammar === null) throw new Error("no grammar");
	return grammar;
}

function readSuppression(): IRawGrammar {
	const path = join(root, "syntaxes/suppression.tmLanguage.json");
	return parseRawGrammar(readFileSync(path, "utf8"), path);
}

const grammar = loadPython();

/** The parts that the injected grammar marks, in brief: `K` keyword, `R` rule. */
async function marks(line: string): Promise<string[]> {
	const { tokens } = (await grammar).tokenizeLine(line, INITIAL);
	return tokens.flatMap(({ startIndex, endIndex, scopes }) => {
		const scope = scopes.at(-1) ?? "";
		const text = line.slice(startIndex, endIndex);
		if (scope.startsWith("keyword.other")) return [`K ${text}`];
		return scope.startsWith("variable.other.constant.rule") ? [`R ${text}`] : [];
	});
}

const ignore = ["K peft-lint", "K ignore"];
const ignoreFile = ["K peft-lint", "K ignore-file"];

test.each<{ line: string; want: readonly string[] }>([
	{ line: "# peft-lint: ignore", want: ignore },
	{ line: "x = 1  # peft-lint: ignore", want: ignore },
	{ line: "# peft-lint: ignore[PEFT001]", want: [...ignore, "R PEFT001"] },
	{
		line: "# peft-lint: ignore[PEFT001, load-onto-wrapped-model]",
		want: [...ignore, "R PEFT001", "R load-onto-wrapped-model"],
	},
	{ line: "# peft-lint: ignore-file", want: ignoreFile },
	{ line: "# peft-lint: ignore-file[nested-wrap]  why", want: [...ignoreFile, "R nested-wrap"] },
	{ line: "#peft-lint:ignore [ PEFT001 ]", want: [...ignore, "R PEFT001"] },
	{ line: "# PEFT-Lint : Ignore[peft001]", want: ["K PEFT-Lint", "K Ignore", "R peft001"] },
	{ line: "# noqa  # peft-lint: ignore[PEFT001]", want: [...ignore, "R PEFT001"] },
	{ line: "# peft-lint: ignore[PEFT001", want: [...ignore, "R PEFT001"] },
	{ line: "# peft-lint: ignore[]", want: ignore },
	{ line: "# peft-lint: ignored", want: [] },
	{ line: "# peft-lint: ignore-files", want: [] },
	{ line: "# see peft-lint: ignore", want: [] },
	{ line: "# peft-lint", want: [] },
	{ line: '"# peft-lint: ignore[PEFT001]"', want: [] },
	{ line: "peft-lint: ignore", want: [] },
])("$line", async ({ line, want }) => {
	expect(await marks(line)).toEqual(want);
});

test("brackets left open end with their line", async () => {
	const first = (await grammar).tokenizeLine("# peft-lint: ignore[PEFT001", INITIAL);
	const next = (await grammar).tokenizeLine("x = 1", first.ruleStack);
	expect(next.tokens.map(({ scopes }) => scopes)).toEqual([["source.python"]]);
});
