/** Past every bound: an answer, without what was given up, and a note that says so. */
import { beforeAll, expect, test } from "vitest";
import type { PythonParser } from "../syntax/parser";
import { testParser } from "../syntax/test-parser";
import { analyze } from "./analyze";
import {
	ALONE_STEPS,
	CALL_DEPTH,
	ENTRY_STEPS,
	FILE_STEPS,
	FOREIGN_CALL_STEPS,
	FOREIGN_RESULTS,
	FOREIGN_STEPS,
	GUARD_STEPS,
	HARD_STATES,
	HISTORY_EVENTS,
	IMPORT_CHAIN,
	MODULE_STEPS,
	PATH_STEPS,
	PROGRAM_STEPS,
	SEQUENCE_ITEMS,
	SYMBOL_LENGTH,
	UNRELATED_CALLS,
} from "./bounds";
import { dumpGraph } from "./dump";
import type { ModelGraph } from "./graph";
import { testProgram } from "./test-program";

let parser: PythonParser;

beforeAll(async () => {
	parser = await testParser();
});

const IMPORTS = "from peft import PeftModel, get_peft_model\nfrom transformers import AutoModel\n";

function graphOf(code: string): ModelGraph {
	const text = IMPORTS + code;
	return analyze({ name: "case.py", text, facts: parser.parse(text) });
}

/** The notes, and the events whose line of the dump says one of the given kinds. */
function check(code: string, expected: { notes: readonly string[]; events: readonly string[] }): void {
	const graph = graphOf(code);
	expect([...new Set(graph.notes.map((note) => note.message))]).toEqual(expected.notes);
	const lines = dumpGraph(graph).split("\n");
	expect(lines.filter((line) => /^ {2}(load|wrap) /.test(line)).map((line) => line.trim().split(/ {2,}/)[2])).toEqual(
		expected.events,
	);
}

function times(count: number, line: (index: number) => string): string {
	return Array.from({ length: count }, (_, index) => line(index)).join("");
}

const MODEL = 'model = AutoModel.from_pretrained("tiny")\n';
/** A function of its own, which no bound elsewhere may touch. */
const OTHER = "def other(net):\n    get_peft_model(net, config)\n";

test("states that differ in their models", () => {
	const flags = Math.ceil(Math.log2(HARD_STATES + 1));
	const models = times(flags, (i) => `m${i} = AutoModel.from_pretrained("${i}")\n`);
	const wraps = times(flags, (i) => `if f${i}:\n    m${i} = get_peft_model(m${i}, config)\n`);
	const reads = `print(${times(flags, (i) => `m${i}, `)})\n`;
	check(models + wraps + reads + OTHER, { notes: [`more than ${HARD_STATES} states`], events: ["? → P.?"] });
});

test("calls inside one another", () => {
	const chain = times(CALL_DEPTH + 1, (i) => `def f${i + 1}(net):\n    return f${i}(net)\n`);
	const code = `def f0(net):\n    return net\n${chain}${MODEL}model = f${CALL_DEPTH + 1}(get_peft_model(model, config))\nmodel = PeftModel.from_pretrained(model, "a")\n`;
	check(code, { notes: [`calls nest deeper than ${CALL_DEPTH}`], events: ["'' → P", "? → P.?"] });
});

test("calls inside one another, just not too many", () => {
	const chain = times(CALL_DEPTH - 1, (i) => `def f${i + 1}(net):\n    return f${i}(net)\n`);
	const code = `def f0(net):\n    return net\n${chain}${MODEL}model = f${CALL_DEPTH - 1}(get_peft_model(model, config))\nmodel = PeftModel.from_pretrained(model, "a")\n`;
	check(code, { notes: [], events: ["'' → P", "P → P.P"] });
});

test("steps of an entry", () => {
	check(`${MODEL}${"x = 1\n".repeat(ENTRY_STEPS)}get_peft_model(model, config)\n${OTHER}`, {
		notes: ["too many steps"],
		events: ["? → P.?"],
	});
	const inside = `def long(model):\n    get_peft_model(model, config)\n${"    x = 1\n".repeat(ENTRY_STEPS)}`;
	check(inside + OTHER, { notes: ["too many steps"], events: ["? → P.?"] });
});

test("steps of a file", () => {
	const lines = 100;
	const calls = Math.floor((ENTRY_STEPS * 0.9) / (lines + 2));
	const entries = Math.ceil(FILE_STEPS / (ENTRY_STEPS * 0.8)) + 1;
	const burn = `def burn(net):\n${"    x = 1\n".repeat(lines)}`;
	const spender = (i: number) => `def e${i}(net):\n    get_peft_model(net, config)\n${"    burn(net)\n".repeat(calls)}`;
	const graph = graphOf(burn + times(entries, spender));
	expect([...new Set(graph.notes.map((note) => note.message))]).toEqual(["too many steps"]);
	const wraps = graph.events.filter((event) => event.kind === "wrap");
	expect(wraps.length).toBeGreaterThan(0);
	expect(wraps.length + graph.notes.length).toBe(entries);
});

/** What the main file's wraps and loads are, with modules beside it. */
function checkProgram(
	code: string,
	files: Readonly<Record<string, string>>,
	expected: { notes: readonly string[]; events: readonly string[] },
): ModelGraph {
	const text = IMPORTS + code;
	const all = new Map([...Object.entries(files), ["case.py", text]]);
	const program = testProgram("case.py", all, parser);
	const graph = analyze({ name: "case.py", text, facts: parser.parse(text), program });
	expect([...new Set(graph.notes.map((note) => note.message))]).toEqual(expected.notes);
	const lines = dumpGraph(graph).split("\n");
	expect(lines.filter((line) => /^ {2}(load|wrap) /.test(line)).map((line) => line.trim().split(/ {2,}/)[2])).toEqual(
		expected.events,
	);
	return graph;
}

function notesOf(code: string, files: Readonly<Record<string, string>>): readonly string[] {
	const text = IMPORTS + code;
	const program = testProgram("case.py", new Map([...Object.entries(files), ["case.py", text]]), parser);
	return analyze({ name: "case.py", text, facts: parser.parse(text), program }).notes.map((note) => note.message);
}

const WRAP = `${IMPORTS}def wrap(net):\n    return get_peft_model(net, config)\n`;

test("steps of a module: its definitions are still known", () => {
	const module = `${WRAP}${"x = 1\n".repeat(MODULE_STEPS)}y = [x]\ndef more(net):\n    return wrap(net)\n`;
	checkProgram(
		`import m\nprint(m.y)\n${MODEL}model = m.more(model)\n${LOAD}`,
		{ "m.py": module },
		{
			notes: ["too many steps"],
			events: ["'' → P", "P → P.P"],
		},
	);
});

test("steps of an assignment of a module that is run on its own", () => {
	const burn = `def burn():\n${"    x = 1\n".repeat(2 * ALONE_STEPS)}    return "a" if get_peft_model else "b"\n`;
	const module = `${WRAP}${burn}MODE = burn()\nOTHER = burn()\n`;
	const code = `import m\n${MODEL}if m.MODE == "b":\n    ${WRAPS}${LOAD}`;
	checkProgram(code, { "m.py": module }, { notes: ["too many steps"], events: ["'' → P"] });
});

test("steps of all modules", () => {
	const module = `x = 1\n${"x = 1\n".repeat(MODULE_STEPS - 10)}`;
	const count = Math.ceil(PROGRAM_STEPS / (MODULE_STEPS - 10)) + 1;
	const files = Object.fromEntries(Array.from({ length: count }, (_, i) => [`m${i}.py`, module]));
	const uses = times(count, (i) => `import m${i}\nprint(m${i}.x)\n`);
	checkProgram(`${uses}${MODEL}${RELOAD}`, files, { notes: ["too many steps"], events: ["'' → P", "P → P.P"] });
});

test("steps of a call into another file", () => {
	const module = `${WRAP}def slow(net):\n${"    x = 1\n".repeat(FOREIGN_CALL_STEPS)}    return wrap(net)\n`;
	checkProgram(
		`import m\n${MODEL}other = m.slow(model)\n${RELOAD}`,
		{ "m.py": module },
		{
			notes: ["not followed: too many steps"],
			events: ["'' → P", "P → P.P"],
		},
	);
});

test("steps of a call into another file that can only stop the program: what follows is a guess", () => {
	const guard = (lines: number) =>
		`def guard(mode):\n    if mode == "a":\n        raise ValueError\n${"    x = 1\n".repeat(lines)}`;
	const code = `import m\n${MODEL}m.guard(mode)\nif mode == "a":\n    ${WRAPS}${RELOAD}`;
	checkProgram(code, { "m.py": guard(10) }, FOUND);
	const graph = checkProgram(
		code,
		{ "m.py": guard(GUARD_STEPS) },
		{ notes: ["not followed: too many steps"], events: ["'' → P", "P → P.P", "'' → P", "P.P → P.P.P", "P → P.P"] },
	);
	const later = graph.events.filter((event) => event.kind === "wrap" || event.kind === "load");
	expect(later.flatMap((event) => event.cases).filter((one) => one.certain)).toEqual([]);
});

test("steps of all calls into other files", () => {
	const count = Math.ceil(FOREIGN_STEPS / (FOREIGN_CALL_STEPS - 100)) + 1;
	const slow = (i: number) =>
		`def slow${i}(net):\n${"    x = 1\n".repeat(FOREIGN_CALL_STEPS - 100)}    return get_peft_model(net, config)\n`;
	const code = `import m\n${MODEL}${times(count, (i) => `slow = m.slow${i}(AutoModel.from_pretrained("${i}"))\n`)}${RELOAD}`;
	const graph = checkProgram(
		code,
		{ "m.py": IMPORTS + times(count, slow) },
		{ notes: ["not followed: too many steps"], events: ["'' → P", "P → P.P", ...Array(count - 2).fill("'' → P")] },
	);
	expect(graph.notes.length).toBeGreaterThan(0);
});

test("ways that a call into another file comes out", () => {
	const ways = (count: number) => ({
		"m.py": `${WRAP}def pick(x, net):\n${times(count, (i) => `    if x == ${i}:\n        return wrap(net), ${i}\n`)}    return net, x\n`,
	});
	const code = `import m\n${MODEL}other = m.pick(x, model)\n${RELOAD}`;
	expect(notesOf(code, ways(FOREIGN_RESULTS - 2))).toEqual([]);
	expect(notesOf(code, ways(FOREIGN_RESULTS + 2))).toEqual([`not followed: more than ${FOREIGN_RESULTS} results`]);
});

test("modules that hand a name on", () => {
	const chain = (length: number) =>
		Object.fromEntries([
			["m0.py", WRAP],
			...Array.from({ length }, (_, i) => [`m${i + 1}.py`, `from m${i} import wrap\n`]),
		]);
	const code = (last: number) => `from m${last} import wrap\n${MODEL}model = wrap(model)\n${LOAD}`;
	checkProgram(code(IMPORT_CHAIN - 1), chain(IMPORT_CHAIN - 1), { notes: [], events: ["'' → P", "P → P.P"] });
	checkProgram(code(IMPORT_CHAIN + 2), chain(IMPORT_CHAIN + 2), { notes: [], events: ["? → P.?"] });
});

test("names of unknowns", () => {
	const flag = `args.${"a".repeat(SYMBOL_LENGTH)}`;
	const code = `${MODEL}if not ${flag}:\n    model = get_peft_model(model, config)\nif ${flag}:\n    model = PeftModel.from_pretrained(model, "a")\n`;
	check(code, { notes: [], events: ["'' → P", "'' → P"] });
});

test("items of a list", () => {
	const last = SEQUENCE_ITEMS - 1;
	const items = times(SEQUENCE_ITEMS + 1, (i) => (i >= last ? `AutoModel.from_pretrained("${i}"), ` : `${i}, `));
	const code = `models = [${items}]\nget_peft_model(models[${last}], config)\nget_peft_model(models[${last + 1}], config)\n`;
	check(code, { notes: [], events: ["'' → P", "? → P.?"] });
});

test("wrappers around one another", () => {
	const path = (steps: number) => (steps === 0 ? "''" : Array(steps).fill("P").join("."));
	const wraps = PATH_STEPS + 3;
	check(MODEL + "model = get_peft_model(model, config)\n".repeat(wraps), {
		notes: [],
		events: Array.from(
			{ length: wraps },
			(_, i) => `${path(Math.min(i, PATH_STEPS))} → ${path(Math.min(i + 1, PATH_STEPS))}`,
		),
	});
});

test("events of one model", () => {
	const code = `${MODEL}model = get_peft_model(model, config)\n${'model.save_pretrained("a")\n'.repeat(2 * HISTORY_EVENTS)}model = PeftModel.from_pretrained(model, "a")\n`;
	check(code, { notes: [], events: ["'' → P", "P → P.P"] });
});

const WRAPS = "model = get_peft_model(model, config)\n";
const LOAD = 'model = PeftModel.from_pretrained(model, "a")\n';
const RELOAD = 'model = PeftModel.from_pretrained(get_peft_model(model, config), "a")\n';
const FOUND = { notes: [], events: ["'' → P", "P → P.P"] };

test("independent flags stay apart without doubling the work", () => {
	check(MODEL + times(12, (i) => `if args.f${i}:\n    v${i} = "x"\nelse:\n    v${i} = None\n`) + RELOAD, FOUND);
});

test("two hundred branches", () => {
	check(MODEL + times(200, (i) => `if args.f${i}:\n    print(${i})\n`) + RELOAD, FOUND);
	check(MODEL + times(200, (i) => `if args.f${i}:\n    v${i} = True\n`) + RELOAD, FOUND);
});

test("an alternative about a comparison of the same unknown", () => {
	const guard = 'if args.a and args.a != "auto":\n    raise SystemExit()\nif args.a:\n    print(1)\n';
	check(guard + MODEL + RELOAD, FOUND);
});

test("calls of a function that knows no model", () => {
	const helper = `def helper(text):\n${"    text = text.strip()\n".repeat(100)}    return text\n`;
	check(
		`${helper}${MODEL}for a in x:\n    for b in a:\n${`        helper(b)\n`.repeat(ENTRY_STEPS / 100)}${RELOAD}`,
		FOUND,
	);
	const pruning = "def check(mode):\n    if mode == 'train':\n        raise ValueError(mode)\n";
	const calls = `check(kind)\n`.repeat(2 * UNRELATED_CALLS);
	check(
		`${pruning}${MODEL}${calls}if kind == "train":\n    model = get_peft_model(model, config)\nmodel = PeftModel.from_pretrained(model, "a")\n`,
		{ notes: [], events: ["'' → P"] },
	);
});

test("functions that call one another", () => {
	const code = "def a(net, n):\n    return b(net, n) if n else net\ndef b(net, n):\n    return a(net, n)\n";
	check(`${code}${MODEL}model = a(model, n)\nmodel = get_peft_model(model, config)\n`, {
		notes: [],
		events: ["'' → P", "? → P.?"],
	});
});

test("fifty methods with branches", () => {
	const init = 'class Many:\n    def __init__(self):\n        self.model = AutoModel.from_pretrained("tiny")\n';
	const method = (i: number) =>
		`    def m${i}(self, x):\n        if x:\n            self.f${i} = True\n        else:\n            self.f${i} = False\n        if self.f${i}:\n            self.model = get_peft_model(self.model, config)\n`;
	check(init + times(50, method), { notes: [], events: Array(50).fill("'' → P") });
});

test("an expression of a thousand parts", () => {
	check(`${MODEL}x = ${"1 + ".repeat(1000)}1\n${RELOAD}`, FOUND);
});
