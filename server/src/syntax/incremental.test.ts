import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { PythonParser, SyntaxDocument, TextEdit } from "./parser";
import { exampleFiles } from "./test-corpus";
import { testParser } from "./test-parser";

let parser: PythonParser;
beforeAll(async () => {
	parser = await testParser();
});

describe("a document", () => {
	test("gives the same facts until it is edited", () => {
		const document = parser.open("x = 1\n");
		const facts = document.facts();
		expect(document.facts()).toBe(facts);
		document.edit([{ start: 4, end: 5, text: "22" }]);
		expect(document.text).toBe("x = 22\n");
		expect(document.facts()).not.toBe(facts);
		expect(document.facts()).toEqual(parser.parse("x = 22\n"));
		document.dispose();
		expect(parser.liveTrees).toBe(0);
	});

	test("counts each edit against the text that the one before left", () => {
		const document = parser.open("ab = 1\n");
		document.edit([
			{ start: 0, end: 0, text: "x = 😀\r\n" },
			{ start: 0, end: 8, text: "" },
			{ start: 2, end: 5, text: " == " },
		]);
		expect(document.text).toBe("ab == 1\n");
		expect(document.facts()).toEqual(parser.parse("ab == 1\n"));
		document.dispose();
	});

	test("clamps an edit to the text", () => {
		const document = parser.open("x");
		document.edit([{ start: -5, end: 99, text: "y" }]);
		document.edit([{ start: 7, end: 3, text: "z" }]);
		expect(document.text).toBe("yz");
		document.dispose();
	});

	test("takes a whole new text, and nothing once it is disposed of", () => {
		const document = parser.open("x");
		document.replace("y = 1");
		expect(document.facts()).toEqual(parser.parse("y = 1"));
		document.dispose();
		document.dispose();
		document.edit([{ start: 0, end: 1, text: "z" }]);
		document.replace("z");
		expect(document.text).toBe("y = 1");
		expect(document.facts()).toEqual({ body: [], comments: [], hasError: true });
		expect(parser.liveTrees).toBe(0);
	});
});

/** An edit by fractions, since the text that it applies to is not known beforehand. */
interface EditPlan {
	readonly at: number;
	readonly length: number;
	readonly text: string;
}

const fragment = fc.constantFrom(
	...[
		"x",
		" = ",
		"1",
		"(",
		")",
		"[",
		"]",
		"{",
		"}",
		":",
		",",
		".",
		"#",
		"'",
		'"""',
		"\\",
		" ",
		"\t",
		"    ",
		"\n",
		"\r\n",
	],
	...[
		"\r",
		"\n    ",
		"\r\n\t",
		"😀",
		"é",
		"\uD83D",
		"\uDE00",
		"\0",
		"\uFEFF",
		"def f(a):\n    return a\n",
		"if x:\n\ty\n",
	],
	...[
		"f'{x}'",
		"@",
		"class A:\n  pass\n",
		"# c\n".repeat(9),
		"\\\n".repeat(5),
		"else:",
		"model = get_peft_model(m, c)\n",
		"import a as b\n",
	],
);

const editPlan: fc.Arbitrary<EditPlan> = fc.record({
	at: fc.double({ min: 0, max: 1, noNaN: true }),
	length: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 3, arbitrary: fc.nat(3) }, fc.nat(60)),
	text: fc.array(fragment, { maxLength: 3 }).map((fragments) => fragments.join("")),
});

const notifications = fc.array(fc.array(editPlan, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 });

const SAMPLES = [
	"",
	"\uFEFFimport a\r\n\r\ndef f(x):\r\n\tif x:\r\n\t\treturn '😀'  # 😀\r\n\telse:\r\n\t\ty = g(x,\r\n\t\t\tz=1)\r\n",
	'class A(B):\n    """Doc."""\n\n    def f(self, *a, **k) -> int:\n        with g() as h, i:\n            self.x = [j for j in k]\n        return f\'{a!r}{{}}\'\n\n\ntry:\n    pass\nexcept E as e:\n    raise\n',
	`x = 1\n${"# a comment\n".repeat(18)}y = 2\n${"    # b\n".repeat(5)}z = 3\n`,
	"x = 1\ry = 2\rif x:\r\tz = '''a\r\nb\rc'''\r",
];

const sample = fc.oneof(
	fc.constantFrom(...SAMPLES),
	fc.array(fragment, { maxLength: 40 }).map((fragments) => fragments.join("")),
);

function apply(text: string, plan: EditPlan): TextEdit {
	const start = Math.floor(plan.at * text.length);
	return { start, end: Math.min(text.length, start + plan.length), text: plan.text };
}

/** Sends the plans as one notification, and gives the text that they should leave. */
function send(document: SyntaxDocument, plans: readonly EditPlan[]): string {
	let text = document.text;
	const edits: TextEdit[] = [];
	for (const plan of plans) {
		const edit = apply(text, plan);
		edits.push(edit);
		text = text.slice(0, edit.start) + edit.text + text.slice(edit.end);
	}
	document.edit(edits);
	return text;
}

function checkScript(initial: string, script: readonly (readonly EditPlan[])[]): void {
	const document = parser.open(initial);
	try {
		document.facts();
		for (const plans of script) {
			const text = send(document, plans);
			expect(document.text).toBe(text);
			expect(document.facts()).toEqual(parser.parse(text));
			expect(parser.liveTrees).toBe(1);
		}
	} finally {
		document.dispose();
	}
	expect(parser.liveTrees).toBe(0);
}

const line = fc.constantFrom(
	...[
		"x = 1\n",
		"def f(a, b=2):\n    return a\n",
		"if x:\n    y = f(x)\nelse:\n    z = '😀'\n",
		"# c\n",
		"\n",
		"f(x,\n  y)\r\n",
	],
	...[
		"class A(B):\n    def g(self):\n        pass\n\n    def h(self):\n        yield 1\n",
		"import a.b as c\n",
		"'''a\nb'''\n",
	],
	...[
		"# d\n".repeat(10),
		"for x in y: pass\n",
		"@a\nasync def k(): await x\n",
		"    # e\n",
		"x = a + \\\n  b\n",
		"    w = 1\n",
	],
);

interface LineChange {
	readonly at: number;
	readonly remove: number;
	readonly insert: readonly string[];
}

const lineChange: fc.Arbitrary<LineChange> = fc.record({
	at: fc.nat(30),
	remove: fc.nat(3),
	insert: fc.array(line, { maxLength: 2 }),
});

function checkLines(lines: string[], script: readonly (readonly LineChange[])[]): void {
	const document = parser.open(lines.join(""));
	document.facts();
	for (const changes of script) {
		const edits = changes.map(({ at, remove, insert }) => {
			const start = lines.slice(0, at).join("").length;
			const removed = lines.splice(at, remove, ...insert);
			return { start, end: start + removed.join("").length, text: insert.join("") };
		});
		document.edit(edits);
		expect(document.text).toBe(lines.join(""));
		expect(document.facts()).toEqual(parser.parse(document.text));
	}
	document.dispose();
	expect(parser.liveTrees).toBe(0);
}

describe("edited text has the facts that it has from scratch", () => {
	test("any edits of short texts", () => {
		fc.assert(fc.property(sample, notifications, checkScript), { numRuns: Number(process.env.PEFT_LINT_RUNS ?? 300) });
	});

	test("edits of real files", () => {
		const file = fc.constantFrom(...exampleFiles().map(({ text }) => text));
		fc.assert(fc.property(file, notifications, checkScript), { numRuns: 40 });
	});

	test("edits that add and take whole lines", () => {
		const changes = fc.array(fc.array(lineChange, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 5 });
		fc.assert(
			fc.property(fc.array(line, { maxLength: 20 }), changes, (initial, script) => checkLines([...initial], script)),
			{ numRuns: Number(process.env.PEFT_LINT_RUNS ?? 100) },
		);
	});

	test("more edits at a time than the tree is told of one by one", () => {
		const plans = fc.array(editPlan, { minLength: 17, maxLength: 30 });
		fc.assert(fc.property(sample, fc.array(plans, { minLength: 1, maxLength: 2 }), checkScript), { numRuns: 30 });
	});
});
