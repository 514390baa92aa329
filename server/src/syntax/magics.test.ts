import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maskMagics } from "./magics";

describe("maskMagics", () => {
	test.each([
		["%pip install x\ny", "pass          \ny"],
		["!ls", "0  "],
		["!ls -l\r\ny", "pass  \r\ny"],
		["if x:\n    !pip install \\\n      foo\n    y", "if x:\n    pass          \n         \n    y"],
		["%time x = f()", "0;    x = f()"],
		["%time", "pass "],
		["%run other.py", "exec()       "],
		["%store -r x", "exec()     "],
		["%run", "pass"],
		["%timeit x = f()", "pass           "],
		["?model", "pass  "],
		["model?\nx", "pass  \nx"],
		["model.f??  # c", "pass       # c"],
		["x = !ls", "x = _()"],
		["x = %env A", "x = _()   "],
		["x = %a", "x = _ "],
		["a, b = !ls", "a, b = _()"],
		["d['k'] = !ls -l", "d['k'] = _()   "],
		["x = !echo '(\ny", "x = _()     \ny"],
		["%\\\r\nx", "0 \r\n "],
		["x = !\\\n y", "x = _ \n  "],
		["%%bash\necho 'x\n", "      \n       \n"],
		["\n%%time\nx = 1\n%y", "\n      \nx = 1\n0 "],
		["%%capture out\nx", "             \nx"],
		["%%writefile a.py\nx = 1", "                \n     "],
		["%sql\nselect x", "    \n        "],
		["%sql select x\ny", "pass         \ny"],
	])("%j", (cell, masked) => {
		expect(maskMagics(cell)).toBe(masked);
	});

	test.each([
		"a = (b\n  % c)\n",
		"a = b \\\n% c",
		"'''\n!ls\n%x\nfoo?\n'''",
		'x = f("""\n%y\n""",\n%z)',
		"# what?\nx = 'a?'",
		"# it's\n# x = !ls",
		"x != y",
		"x == y % 3",
		"foo(a,\n  b?\n)",
		"x = '\\'' # ?",
		"",
	])("leaves %j alone", (cell) => {
		expect(maskMagics(cell)).toBe(cell);
	});

	test("keeps the length and every line end of any text", () => {
		const piece = fc.constantFrom(
			"%",
			"%%",
			"!",
			"?",
			"x",
			" = ",
			"(",
			")",
			"'",
			'"""',
			"#",
			"\\",
			"\n",
			"\r\n",
			"\r",
			"time ",
			"😀",
			" ",
		);
		fc.assert(
			fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
				const cell = pieces.join("");
				const masked = maskMagics(cell);
				expect(masked.length).toBe(cell.length);
				expect(masked.replaceAll(/[^\r\n]/g, ".")).toBe(cell.replaceAll(/[^\r\n]/g, "."));
				expect(maskMagics(masked).length).toBe(cell.length);
			}),
			{ numRuns: 300 },
		);
	});

	test("takes time in proportion to the cell", () => {
		const cell = `x = """${"a\n%b\n".repeat(200_000)}"""\n!ls\n`;
		expect(maskMagics(cell)).toBe(`${cell.slice(0, -4)}0  \n`);
	});
});
