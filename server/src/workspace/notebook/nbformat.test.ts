import { describe, expect, test } from "vitest";
import { readNotebook } from "./nbformat";
import { rewriteNotebook } from "./rewrite";

/** The Python cells as `number: source`, or why there are none. */
function read(json: string): readonly string[] | string {
	const result = readNotebook(json);
	return result.ok ? result.notebook.cells.map(({ number, source }) => `${number}: ${source}`) : result.reason;
}

const code = (source: unknown, rest: object = {}): object => ({ cell_type: "code", source, outputs: [], ...rest });
const notebook = (cells: readonly unknown[], rest: object = {}): string =>
	JSON.stringify({ cells, ...rest }, undefined, 1);

describe("Python cells, numbered over all", () => {
	test.each([
		["a text", notebook([code("a\nb")]), ["1: a\nb"]],
		["a list of lines", notebook([code(["a\n", "b"])]), ["1: a\nb"]],
		["an empty list", notebook([code([])]), ["1: "]],
		[
			"cells of other kinds",
			notebook([{ cell_type: "markdown", source: ["#"] }, code("a"), { cell_type: "raw", source: 1 }, code("b")]),
			["2: a", "4: b"],
		],
		[
			"nbformat 3",
			JSON.stringify({
				nbformat: 3,
				worksheets: [
					{ cells: [{ cell_type: "heading" }, { cell_type: "code", input: ["a"], language: "python" }] },
					{
						cells: [
							{ cell_type: "code", input: "b", language: "ruby" },
							{ cell_type: "code", input: "c" },
						],
					},
				],
			}),
			["2: a", "4: c"],
		],
		[
			"a cell of another language",
			notebook([
				code("a", { metadata: { vscode: { languageId: "sql" } } }),
				code("b", { metadata: { vscode: { languageId: "python" } } }),
			]),
			["2: b"],
		],
		["Python by its kernel", notebook([code("a")], { metadata: { kernelspec: { language: "python" } } }), ["1: a"]],
		["Python 2", notebook([code("a")], { metadata: { language_info: { name: "python2" } } }), ["1: a"]],
		["another kernel", notebook([code("a")], { metadata: { language_info: { name: "R" } } }), []],
		["another kernelspec", notebook([code("a")], { metadata: { kernelspec: { language: "julia" } } }), []],
		["no cells", notebook([]), []],
		["no file", "", []],
		[
			"the last of two members",
			'{"cells": [], "cells": [{"cell_type": "code", "source": "a", "source": "b"}]}',
			["1: b"],
		],
		[
			"escapes",
			String.raw`{"cells": [{"cell_type": "code", "source": "\u00e9\ud83e\udd17\ud83e\/\"\\n\t"}]}`,
			['1: é🤗\ud83e/"\\n\t'],
		],
		["numbers of Python", '{"cells": [], "metadata": {"x": [NaN, -Infinity, {"y": Infinity}]}}', []],
		[
			"what outputs hold is nobody's source",
			notebook([code("a", { outputs: [{ cells: [1], source: [2], metadata: { cell_type: [] } }] })]),
			["1: a"],
		],
	])("%s", (_name, json, cells) => {
		expect(read(json)).toEqual(cells);
	});
});

describe("what is no notebook is told so", () => {
	test.each([
		["{", "it is no valid JSON at line 1, column 2"],
		["nul", "it is no valid JSON at line 1, column 1"],
		['{"cells": []} x', "it is no valid JSON at line 1, column 15"],
		['{"cells": [],}', "it is no valid JSON at line 1, column 14"],
		['// a\n{"cells": []}', "it is no valid JSON at line 1, column 1"],
		['{"cells": [\n<<<<<<< HEAD\n]}', "it is no valid JSON at line 2, column 1"],
		['{"cells": ["a]}', "it is no valid JSON at line 1, column 12"],
		['{"cells": [nan]}', "it is no valid JSON at line 1, column 12"],
		['{"x": [{"y": [NaN, 1, 2}]}', "it is no valid JSON at line 1, column 24"],
		["[".repeat(100_000), "it is nested too deeply"],
		["[]", "it is no notebook: it has no list of cells"],
		["1", "it is no notebook: it has no list of cells"],
		["{}", "it is no notebook: it has no list of cells"],
		['{"cells": {}}', "it is no notebook: it has no list of cells"],
		['{"worksheets": [{}]}', "it is no notebook: it has no list of cells"],
		[notebook([code("a"), 1]), "it is no notebook: cell 2 is no object"],
		[notebook([{ cell_type: "code" }]), "it is no notebook: the source of cell 1 is no text"],
		[notebook([code(["a", null])]), "it is no notebook: the source of cell 1 is no text"],
		[notebook([code({})]), "it is no notebook: the source of cell 1 is no text"],
	])("%.60s", (json, reason) => {
		expect(read(json)).toBe(reason);
	});
});

test("a notebook of megabytes of outputs", () => {
	const data = { "image/png": "iVBORw0KGgo=".repeat(500_000), x: Array.from({ length: 200_000 }, (_, at) => at / 7) };
	expect(read(notebook([code("a", { outputs: [{ data }] }), code("b")]))).toEqual(["1: a", "2: b"]);
});

describe("changed sources go back into the JSON, and nothing else changes", () => {
	const lines = (...sources: readonly string[]) =>
		`{"cells": [{"cell_type": "code", "source": ${sources.join(', "x": 1}, {"cell_type": "code", "source": ')}}]}`;
	test.each([
		["a text", lines('"a\\nb"'), ["a"], lines('"a"')],
		["a list", lines('[\n   "a\\n",\n   "b\\n",\n   "c"\n  ]'), ["a\nc"], lines('[\n   "a\\n",\n   "c"\n  ]')],
		["a list of one", lines('[\n\t"a"\n]'), ["b\na"], lines('[\n\t"b\\n",\n\t"a"\n]')],
		["a dense list", lines('["a\\n","b"]'), ["c\na\nb"], lines('["c\\n","a\\n","b"]')],
		["an empty list", lines("[]"), ["a\nb"], lines('["a\\n","b"]')],
		["a list not of lines", lines('["a\\nb", "c\\n", "d"]'), ["bc\nd"], lines('["bc\\n", "d"]')],
		["the second of two", lines('"a"', '"b"'), ["a", "c"], lines('"a"', '"c"')],
		["both", lines('"a"', '[ "b" ]'), ["A", "B"], lines('"A"', '[ "B" ]')],
		["nothing", lines('"\\u0061"', '[ "b" ]'), ["a", "b"], lines('"\\u0061"', '[ "b" ]')],
		[
			"escapes of lines that stay",
			lines('"\\u0061\\/\\u000ab\\n\\u00E9"'),
			["a/\né"],
			lines('"\\u0061\\/\\u000a\\u00E9"'),
		],
		["an escaped file", lines('"\\u00e9"'), ["é🤗\u0001"], lines('"\\u00e9\\ud83e\\udd17\\u0001"')],
		["a file beyond ASCII", lines('"é\\u00e9"'), ["üx"], lines('"üx"')],
		["a plain file", lines('"a"'), ["ü"], lines('"ü"')],
		["an escaped backslash is none of these", lines('"a\\\\nb\\nc"'), ["a\\nb\n"], lines('"a\\\\nb\\n"')],
		["Windows line ends", lines('"a\\r\\nb"'), ["a\r\nc"], lines('"a\\r\\nc"')],
		[
			"numbers, order and the last line",
			`{"z": 1.0e5, ${lines('"a"').slice(1)}\r\n\n`,
			["b"],
			`{"z": 1.0e5, ${lines('"b"').slice(1)}\r\n\n`,
		],
	])("%s", (_name, json, sources, result) => {
		const before = readNotebook(json);
		if (!before.ok) throw new Error(before.reason);
		const after = rewriteNotebook(before.notebook, sources);
		expect(after).toBe(result);
		expect(read(after)).toEqual(sources.map((source, at) => `${at + 1}: ${source}`));
	});
});
