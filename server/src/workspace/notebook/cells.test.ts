import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { maskMagics } from "../../syntax/magics";
import type { PythonParser } from "../../syntax/parser";
import { testParser } from "../../syntax/test-parser";
import { cellAt, createCellParser, joinCells, splitCells } from "./cells";

let parser: PythonParser;
beforeAll(async () => {
	parser = await testParser();
});

describe("cells are joined by a line feed", () => {
	test.each([
		[[], "", []],
		[["a"], "a", [[0, 1]]],
		[
			["a", "", "b\r\nc"],
			"a\n\nb\r\nc",
			[
				[0, 1],
				[2, 2],
				[3, 7],
			],
		],
		[
			["a\n", "\n"],
			"a\n\n\n",
			[
				[0, 2],
				[3, 4],
			],
		],
	])("%j", (sources, text, ranges) => {
		const joined = joinCells(sources);
		expect(joined).toEqual({ text, cells: ranges.map(([start, end]) => ({ start, end })) });
		expect(splitCells(joined)).toEqual(sources);
	});
});

test("an offset is in one cell, also at its end", () => {
	const { text, cells } = joinCells(["ab", "", "c"]);
	const found = [...text, ""].map((_, offset) => cellAt(cells, offset));
	expect(found).toEqual([0, 0, 0, 1, 2, 2]);
	expect(cellAt(cells, 9)).toBe(-1);
});

const cell = fc
	.array(
		fc.constantFrom(
			"from peft import get_peft_model",
			"model = get_peft_model(model, cfg)  # 🤗",
			"if x:\n    y = [1,\n        2]\nelse:\n    z",
			"%time model.train()",
			"!pip install peft",
			"'''é\n# no comment'''",
			"# a\r",
			"",
			...Array.from({ length: 4 }, (_, depth) => `${"(".repeat(depth)}a.b[c]${")".repeat(depth)}`),
		),
		{ maxLength: 5 },
	)
	.map((lines) => lines.join("\n"));

test("facts of well-formed cells are those of the joined text", () => {
	fc.assert(
		fc.property(fc.array(cell, { maxLength: 5 }), fc.array(cell, { maxLength: 5 }), (before, after) => {
			const parse = createCellParser(parser);
			for (const sources of [before, after]) {
				const joined = joinCells(sources);
				const masked = joinCells(sources.map(maskMagics)).text;
				expect(parse(joined)).toEqual(parser.parse(masked));
			}
		}),
	);
});

describe("what is broken stays in its cell", () => {
	test.each(["model = f(", "x = '''", "if a:", "def f(:\n", "a = [\n  1,", "%%bash\nif then (", "%%html\n<b>("])(
		"%j",
		(broken) => {
			const facts = createCellParser(parser)(joinCells(["first = 1", broken, "last = 2"]));
			const { start, end } = { start: 0, end: 9 };
			expect(facts.body.at(0)).toMatchObject({ kind: "assign", start, end });
			expect(facts.body.at(-1)).toMatchObject({
				kind: "assign",
				start: start + 11 + broken.length,
				end: end + 10 + broken.length,
			});
		},
	);
});

test("only new cells are parsed", () => {
	const parsed: string[] = [];
	const parse = createCellParser({
		...parser,
		parse(text) {
			parsed.push(text);
			return parser.parse(text);
		},
	});
	const notebooks = [["a", "b", "a"], ["b", "a", "c"], ["b", "cc"], ["a"]];
	for (const sources of notebooks) parse(joinCells(sources));
	expect(parsed).toEqual(["a", "b", "c", "cc", "a"]);
});
