/** Taking a program apart changes no answer: the shapes of one file are checked again with their functions in another. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { analyze } from "../analysis/analyze";
import { boundNames, mentionedNames, someStatement } from "../analysis/names";
import { testProgram } from "../analysis/test-program";
import type { AssignStmt, ClassStmt, DefStmt, Stmt } from "../syntax/facts";
import type { PythonParser } from "../syntax/parser";
import { testParser } from "../syntax/test-parser";
import { defaultSelection, lint } from "./engine";
import { readLiterate } from "./shared/literate";

let parser: PythonParser;
beforeAll(async () => {
	parser = await testParser();
});

/** Programs whose answer does depend on it, and why. */
const DIFFERENT: Readonly<Record<string, string>> = {
	"Two instances":
		"what a class does when it is told to is said where the class stands: nobody there tells it otherwise",
	"Kw flags dict": "the same of a function and its keywords",
	"Helper in a loop over one base": "the call in a comprehension is one call of the helper",
	"Dataclass that makes its model by a factory": "what is made by default is inside of one call into the other file",
};

const shapes = readdirSync(join(__dirname, "shapes")).filter(
	(name) => /^(silent|wrong)/.test(name) && !name.includes("programs"),
);

let taken = 0;

for (const file of shapes) {
	const { prelude, blocks } = readLiterate(readFileSync(join(__dirname, "shapes", file), "utf8"));
	const alone = blocks.filter((block) => block.files.size === 0 && !block.isNotebook);
	describe(file, () => {
		test.each(alone.map((block) => [block.name, block] as const))("%s", (_, block) => {
			const text = prelude + block.code;
			const parts = takenApart(text);
			if (parts === undefined) return;
			taken++;
			const whole = codesIn("case.py", new Map([["case.py", text]]));
			const apart = new Set([...codesIn("case.py", parts), ...codesIn("lib.py", parts)]);
			const title = block.headings.at(-1) ?? "";
			if (title in DIFFERENT) expect([...apart].sort()).not.toEqual([...whole].sort());
			else expect([...apart].sort()).toEqual([...whole].sort());
		});
	});
}

test("most programs can be taken apart", () => {
	expect(taken).toBeGreaterThan(400);
});

function codesIn(entry: string, files: ReadonlyMap<string, string>): ReadonlySet<string> {
	const text = files.get(entry) ?? "";
	const facts = parser.parse(text);
	const graph = analyze({ name: entry, text, facts, program: testProgram(entry, files, parser) });
	return new Set(lint(graph, facts.comments, defaultSelection).map((finding) => finding.code));
}

/** The program with all functions and classes that can stand in `lib.py` there; undefined where none can. */
function takenApart(text: string): ReadonlyMap<string, string> | undefined {
	const { body, hasError } = parser.parse(text);
	if (hasError || someStatement(body, (one) => (one.kind === "import-from" && one.star) || one.kind === "global"))
		return undefined;
	const imports = body.filter((one) => one.kind === "import" || one.kind === "import-from");
	const copied = body.filter((one): one is AssignStmt => one.kind === "assign" && isConfig(one));
	const definitions = body.filter((one): one is DefStmt | ClassStmt => one.kind === "def" || one.kind === "class");
	const others = body.filter((one) => !imports.includes(one as never) && !copied.includes(one as never));
	const bound = boundNames(others);
	const once = new Set(definitions.map((one) => one.name.name).filter((name) => isBoundOnce(others, name)));
	let moved = definitions.filter((one) => once.has(one.name.name));
	for (let before = -1; before !== moved.length; ) {
		before = moved.length;
		const names = new Set(moved.map((one) => one.name.name));
		moved = moved.filter((one) => [...mentionedNames(one)].every((name) => !bound.has(name) || names.has(name)));
	}
	const [first] = moved;
	if (first === undefined) return undefined;
	const spans = moved.map((one) => spanOf(text, one));
	const lib = [...imports, ...copied].map((one) => text.slice(one.start, one.end));
	const names = moved.map((one) => one.name.name).join(", ");
	let main = "";
	let at = 0;
	for (const [index, { start, end }] of spans.entries()) {
		main += text.slice(at, start) + (index === 0 ? `from lib import ${names}` : "");
		at = end;
	}
	main += text.slice(at);
	return new Map([
		["lib.py", [...lib, ...spans.map(({ start, end }) => text.slice(start, end))].join("\n\n")],
		["case.py", main],
	]);
}

/** `config = LoraConfig(…)`: two of them are as good as one. */
function isConfig({ targets, value }: AssignStmt): boolean {
	const [target] = targets;
	return (
		targets.length === 1 &&
		target?.kind === "name" &&
		value.kind === "call" &&
		value.func.kind === "name" &&
		value.func.name.endsWith("Config")
	);
}

function isBoundOnce(body: readonly Stmt[], name: string): boolean {
	return body.filter((one) => boundNames([one]).has(name)).length === 1;
}

function spanOf(text: string, one: DefStmt | ClassStmt): { start: number; end: number } {
	const [decorator] = one.decorators;
	return { start: decorator ? text.lastIndexOf("@", decorator.start) : one.start, end: one.end };
}
