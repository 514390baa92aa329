import { beforeAll, describe, expect, test } from "vitest";
import type { Expr, ModuleFacts } from "./facts";
import { MAX_DEPTH } from "./lower-context";
import type { PythonParser } from "./parser";
import { createPythonParser } from "./parser";
import { testAssets, testParser } from "./test-parser";
import { printFacts } from "./test-print";
import { findBadSpan } from "./test-spans";

let parser: PythonParser;
beforeAll(async () => {
	parser = await testParser();
});

const deep = 100_000;

/** Text that must be lowered, to whatever, in moderate time; the bigger ones would overflow a recursion. */
const TEXTS: Readonly<Record<string, string>> = {
	empty: "",
	blank: " \t\f\r\n \r",
	"byte order mark alone": "\uFEFF",
	"byte order mark in the middle": "x = 1\n\uFEFFy = 2\n",
	"nothing but NUL": "\0".repeat(1000),
	"NUL between statements": "x = 1\0\ny = 2\0",
	"lone surrogates": "\uD800x = '\uDC00'\n# \uD83D\ny\uD83D = 2\uDE00",
	"other line ends": "x = 1\u2028y = 2\u2029z = 3\u0085w\v\f",
	"round brackets": "(".repeat(deep) + ")".repeat(deep),
	"square brackets": "[".repeat(deep) + "]".repeat(deep),
	"open brackets": "[({".repeat(deep / 2),
	"closed brackets": "])}".repeat(deep / 2),
	calls: "f(".repeat(deep) + ")".repeat(deep),
	sum: `x = ${Array<string>(50_000).fill("a").join(" + ")}`,
	powers: Array<string>(50_000).fill("a").join(" ** "),
	attributes: `x = a${".b".repeat(20_000)}`,
	"call chain": `x = a${".b()".repeat(20_000)}`,
	subscripts: `x = a${"[0]".repeat(20_000)}`,
	elifs: `if a:\n  b\n${"elif c:\n  d\n".repeat(20_000)}`,
	"else in else": Array.from(
		{ length: 500 },
		(_, level) => `${" ".repeat(level)}if x: y\n${" ".repeat(level)}else:\n`,
	).join(""),
	ands: `x = ${Array<string>(50_000).fill("a").join(" and ")}`,
	"and or": `x = ${Array<string>(20_000).fill("a and b").join(" or ")}`,
	comparisons: `x = ${Array<string>(50_000).fill("a").join(" < ")}`,
	targets: `${"a = ".repeat(20_000)}b`,
	nots: `${"not ".repeat(deep)}x`,
	minuses: `${"-".repeat(deep)}x`,
	lambdas: `${"lambda: ".repeat(deep)}x`,
	awaits: `${"await ".repeat(deep)}x`,
	conditionals: `${"a if b else ".repeat(50_000)}c`,
	walruses: `${"(a := ".repeat(50_000)}1${")".repeat(50_000)}`,
	"nested targets": `${"(a, ".repeat(10_000)}b${")".repeat(10_000)} = c`,
	"nested patterns": `match x:\n  case ${"[".repeat(deep)}${"]".repeat(deep)}: pass\n`,
	"nested types": `x: ${"A[".repeat(20_000)}${"]".repeat(20_000)} = 1`,
	"nested blocks": Array.from({ length: 2000 }, (_, level) => `${" ".repeat(level)}if x:\n`).join(""),
	"nested f-strings": "f'{".repeat(5000),
	"adjacent strings": "'a' ".repeat(deep),
	"wide tuple": "a, ".repeat(deep),
	decorators: `${"@a\n".repeat(50_000)}def f(): pass`,
	"import dots": `from ${".".repeat(deep)} import x`,
	"long number": "1".repeat(1_000_000),
	"long name": "a".repeat(1_000_000),
	"unterminated string": `x = '''${"abc\n".repeat(deep)}`,
	quotes: "'".repeat(deep),
	"triple quotes": '"""\n'.repeat(30_000),
	backslashes: "\\".repeat(deep),
	"joined lines": "\\\n".repeat(deep),
	comments: `def f():\n  x\n${"  # comment\n".repeat(50_000)}  y\n`,
	"comments to and fro": `def f():\n  x\n${"  # comment\n# comment\n".repeat(20_000)}  y\n`,
	"errors everywhere": "x = = 1\n".repeat(10_000),
	"unfinished functions": "def f(\n".repeat(10_000),
	"keywords only": "if else for while ".repeat(10_000),
	"open conditionals": "a if ".repeat(20_000),
};

describe("any text has facts with good spans", () => {
	test.each(Object.keys(TEXTS))("%s", (name) => {
		const text = TEXTS[name] ?? "";
		const facts = parser.parse(text);
		expect(findBadSpan(facts, text.length)).toBeUndefined();
		expect(depthOf(facts)).toBeLessThanOrEqual(4 * MAX_DEPTH + 8);
		expect(parser.liveTrees).toBe(0);
	});

	test("ten megabytes", () => {
		const code = `def f(a, b):\n    return g(a)[b] + '${"some text. ".repeat(20)}'\n`;
		const text = code.repeat(Math.ceil(10_000_000 / code.length));
		const facts = parser.parse(text);
		expect(facts.hasError).toBe(false);
		expect(facts.body).toHaveLength(Math.ceil(10_000_000 / code.length));
		expect(facts.body.at(-1)?.end).toBe(text.length - 1);
	}, 300_000);

	test("ten megabytes that take too long", () => {
		expect(parser.parse("a,".repeat(5_000_000))).toEqual({ body: [], comments: [], hasError: true });
		expect(printFacts(parser.parse("x = 1"))).toBe("(assign [x] 1)");
	}, 300_000);
});

/** How deep objects lie in each other, found without recursion. */
function depthOf(facts: ModuleFacts): number {
	let level: unknown[] = [facts];
	let depth = 0;
	while (level.length > 0) {
		level = level.flatMap((value) => (typeof value === "object" && value !== null ? Object.values(value) : []));
		depth++;
	}
	return depth;
}

describe("offsets count UTF-16 code units from the very start", () => {
	test.each([
		["byte order mark", "\uFEFFfind = 1\n"],
		["byte order mark, then a comment", "\uFEFF# c\nfind = 1\n"],
		["emoji", "x = '😀😀'  # 😀\nfind = 1\n"],
		["emoji where code should be", "😀 x\nfind = 1\n"],
		["lone surrogates", "x = '\uD83D'  # \uDE00\nfind = 1\n"],
		["accents and wide characters", "é = 'é日本'\nfind = 1\n"],
		["CRLF", "x = 1\r\n\r\n# c\r\nfind = 1\r\n"],
		["CR", "x = 1\r\r# c\rfind = 1\r"],
		["tabs", "if x:\n\ty\n\n\tfind = 1\n"],
		["NUL in a string", "x = 'a\0b'\nfind = 1\n"],
		["NUL in a comment", "# a\0b\nfind = 1\n"],
		["joined comments", `${"# c\r\n".repeat(40)}find = 1\n`],
		["joined backslashes", `x = 1\n${"\\\r\n".repeat(40)}find = 1\n`],
		["more than the parser reads at a time", `${"x = '😀'\n".repeat(5000)}find = 1\n`],
	])("%s", (_, text) => {
		const facts = JSON.stringify(parser.parse(text));
		const at = text.indexOf("find");
		expect(facts).toContain(JSON.stringify({ kind: "name", name: "find", start: at, end: at + 4 }));
	});
});

test("what nests deeper than the bound is unknown, and what is around it is not", () => {
	const facts = parser.parse(`x = ${"[".repeat(deep)}${"]".repeat(deep)}`);
	let expr: Expr | undefined = facts.body[0]?.kind === "assign" ? facts.body[0].value : undefined;
	let depth = 0;
	for (; expr?.kind === "list"; depth++) expr = expr.items[0];
	expect(expr?.kind).toBe("unknown");
	expect(depth).toBe(MAX_DEPTH - 1);
});

test("a chain of 50,000 operands is one flat node", () => {
	const facts = parser.parse(`x = ${Array<string>(50_000).fill("a").join(" and ")}`);
	const value = facts.body[0]?.kind === "assign" ? facts.body[0].value : undefined;
	expect(value?.kind === "and" && value.operands.length).toBe(50_000);
});

test("each comment of a long run is a comment of its own", () => {
	const text = `x = 1\n${"  # a\r\n\r\n# b\n".repeat(100)}y = 2`;
	const facts = parser.parse(text);
	expect(facts.comments).toHaveLength(200);
	expect(facts.comments.every(({ start, end, text: comment }) => text.slice(start, end) === comment)).toBe(true);
	expect(new Set(facts.comments.map((comment) => comment.text))).toEqual(new Set(["# a", "# b"]));
});

test("several parsers can be made", async () => {
	const other = await createPythonParser(testAssets());
	const document = other.open("x = 1");
	expect(other.liveTrees).toBe(1);
	expect(parser.liveTrees).toBe(0);
	expect(document.facts()).toEqual(parser.parse("x = 1"));
	document.dispose();
});
