import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import type { PublishDiagnosticsParams, TextDocumentContentChangeEvent } from "vscode-languageserver-protocol";
import { bare, pulling, pushed } from "./support/clients";
import { at, open } from "./support/document";
import { rangeOf } from "./support/editor";
import { head, load, misuse, right, safeAndUnsafe, wrapLine } from "./support/scripts";
import { sharedServer, startServer } from "./support/server";

const place = (piece: string) => ({ uri: expect.stringMatching(/train\.py$/), range: rangeOf(misuse, piece) });

const bareFinding = {
	range: rangeOf(misuse, load),
	severity: 1,
	code: "PEFT001",
	source: "PEFT Lint",
	message: expect.stringContaining("`model`"),
};

const finding = {
	...bareFinding,
	codeDescription: {
		href: "https://github.com/peft-lint/peft-lint/blob/main/docs/rules/PEFT001-load-onto-wrapped-model.md",
	},
	relatedInformation: [
		{ location: place('AutoModelForCausalLM.from_pretrained("tiny")'), message: expect.any(String) },
		{ location: place("get_peft_model(model, config)"), message: expect.any(String) },
		{ location: place(load), message: expect.any(String) },
	],
	data: { code: "PEFT001", name: "load-onto-wrapped-model", event: expect.any(Number), version: 1, fixable: true },
};

describe("pulled", () => {
	test("a finding with its timeline, its page and its data", async () => {
		const server = await startServer({ capabilities: pulling });
		const document = open(server, misuse);
		expect(await document.pull()).toEqual([finding]);
		expect(server.received("textDocument/publishDiagnostics")).toEqual([]);
	});

	test("a right script is silent", async () => {
		const server = await sharedServer({ capabilities: pulling });
		const document = open(server, right);
		expect(await document.pull()).toEqual([]);
	});

	test("unchanged until text or settings change", async () => {
		let configuration: unknown = {};
		const server = await startServer({ capabilities: pulling, configuration: () => configuration });
		const document = open(server, misuse);
		const first = await document.report();
		expect(first.kind).toBe("full");
		expect(await document.report(first.resultId)).toEqual({ kind: "unchanged", resultId: first.resultId });
		expect(await document.report("of another server")).toEqual(first);
		document.change(right);
		const second = await document.report(first.resultId);
		expect(second).toMatchObject({ kind: "full", items: [] });
		configuration = { enable: false };
		server.notify("workspace/didChangeConfiguration", { settings: null });
		expect(await document.report(second.resultId)).toMatchObject({ kind: "full", items: [] });
	});

	test("of a file on disk that is not open", async () => {
		const folder = mkdtempSync(join(tmpdir(), "peft-lint-disk-"));
		try {
			const server = await sharedServer({ capabilities: pulling });
			const file = join(folder, "späte datei.py");
			writeFileSync(file, `\ufeff${misuse}`);
			const items = await at(server, pathToFileURL(file).href).pull();
			expect(items).toMatchObject([{ range: rangeOf(misuse, load), data: { version: null } }]);
			expect(await at(server, pathToFileURL(folder).href).pull()).toEqual([]);
			expect(await at(server, pathToFileURL(join(folder, "none.py")).href).pull()).toEqual([]);
			expect(await at(server, "untitled:Untitled-1").pull()).toEqual([]);
		} finally {
			rmSync(folder, { recursive: true });
		}
	});
});

describe("pushed", () => {
	test("after opening, changing and closing, with the version", async () => {
		const server = await sharedServer({ capabilities: pushed });
		const document = open(server, misuse);
		expect(await document.published()).toEqual([finding]);
		document.change(right);
		expect(await document.published()).toEqual([]);
		document.change(misuse);
		expect(await document.published()).toHaveLength(1);
		document.close();
		const cleared = ({ uri, version, diagnostics }: PublishDiagnosticsParams) =>
			uri === document.uri && version === undefined && diagnostics.length === 0;
		await server.next("textDocument/publishDiagnostics", cleared);
	});

	test("of many changes that come at once, the last is answered", async () => {
		const server = await sharedServer({ capabilities: pushed });
		const document = open(server, right);
		for (let count = 0; count < 49; count++) document.change(count % 2 === 0 ? misuse : right);
		expect(await document.published()).toHaveLength(1);
	});

	test("with nothing that the client cannot show", async () => {
		const server = await startServer({ capabilities: bare });
		open(server, misuse);
		const { diagnostics, version } = await server.next<PublishDiagnosticsParams>("textDocument/publishDiagnostics");
		expect(diagnostics).toEqual([bareFinding]);
		expect(version).toBeUndefined();
	});
});

describe("edits", () => {
	const wrap = rangeOf(misuse, wrapLine);
	const rows: readonly (readonly [string, string, readonly TextDocumentContentChangeEvent[], number])[] = [
		["the wrap is deleted", misuse, [{ range: wrap, text: "" }], 0],
		[
			"the wrap is deleted and comes back",
			misuse,
			[
				{ range: wrap, text: "" },
				{ range: { start: wrap.start, end: wrap.start }, text: wrapLine },
			],
			1,
		],
		["the whole text is replaced", misuse, [{ text: right }], 0],
		["replaced, then edited", right, [{ text: misuse }, { range: wrap, text: "" }], 0],
		[
			"the script is typed in two halves",
			"",
			[
				{ range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, text: misuse.slice(150) },
				{ range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, text: misuse.slice(0, 150) },
			],
			1,
		],
		[
			"a range past the end is the end",
			head,
			[
				{
					range: { start: { line: 999, character: 0 }, end: { line: 9999, character: 0 } },
					text: misuse.slice(head.length),
				},
			],
			1,
		],
		[
			"a negative range is the start",
			misuse,
			[{ range: { start: { line: -1, character: -1 }, end: { line: -1, character: -1 } }, text: "x = 1\n" }],
			1,
		],
		["the load becomes half-typed", misuse, [{ range: rangeOf(misuse, '"out")'), text: '"ou' }], 0],
		["no change at all", misuse, [], 1],
	];
	test.each(rows)("%s", async (_name, before, changes, findings) => {
		const server = await sharedServer({ capabilities: pulling });
		const document = open(server, before);
		await document.pull();
		document.change(changes);
		expect(await document.pull()).toHaveLength(findings);
	});

	test("typed one character at a time, pulled after each", async () => {
		const server = await sharedServer({ capabilities: pulling });
		const document = open(server, "");
		const end = { line: 0, character: 0 };
		let found: number[] = [];
		for (const character of misuse) {
			document.change([{ range: { start: end, end }, text: character }]);
			found.push((await document.pull()).length);
			if (character === "\n") Object.assign(end, { line: end.line + 1, character: 0 });
			else end.character++;
		}
		found = found.filter((count, index) => count !== found[index - 1]);
		expect(found).toEqual([0, 1]);
	});

	test("an opening of what is open replaces it; a change of what is not is ignored", async () => {
		const server = await sharedServer({ capabilities: pulling });
		const address = "file:///twice/train.py";
		const document = at(server, address);
		document.change(misuse);
		expect(await document.pull()).toEqual([]);
		open(server, right, address);
		open(server, misuse, address, 7);
		expect(await document.pull()).toMatchObject([{ data: { version: 7 } }]);
		document.close();
		document.close();
		expect(await document.pull()).toEqual([]);
	});

	test("two documents do not know each other", async () => {
		const server = await sharedServer({ capabilities: pulling });
		const document = open(server, misuse);
		const other = open(server, right);
		other.change([{ range: wrap, text: "" }]);
		expect(await document.pull()).toHaveLength(1);
		expect(await other.pull()).toEqual([]);
		document.close();
		other.change(safeAndUnsafe);
		expect((await other.pull()).map(({ code }) => code)).toEqual(["PEFT003", "PEFT001"]);
	});
});

describe("positions", () => {
	const line = `x = "é🤗"; ${load.replace("out", "中🤗")}; y = "🤗"`;
	const text = misuse.replace(`model = ${load}`, line);
	const row = text.split("\n").indexOf(line);
	const lengths = {
		"utf-8": (piece: string) => Buffer.byteLength(piece),
		"utf-16": (piece: string) => piece.length,
		"utf-32": (piece: string) => [...piece].length,
	} as const;
	const call = line.slice(line.indexOf("Peft"), line.indexOf("; y"));

	test.each(["utf-8", "utf-16", "utf-32"] as const)("count in %s, before and inside the finding", async (encoding) => {
		const server = await sharedServer({ capabilities: { ...pulling, general: { positionEncodings: [encoding] } } });
		const document = open(server, text);
		const start = lengths[encoding](line.slice(0, line.indexOf("Peft")));
		const range = {
			start: { line: row, character: start },
			end: { line: row, character: start + lengths[encoding](call) },
		};
		expect(await document.pull()).toMatchObject([{ range }]);
		// The same unit counts in what the client sends.
		document.change([{ range: { start: range.start, end: range.start }, text: "🤗 = 1; " }]);
		const moved = lengths[encoding]("🤗 = 1; ");
		expect(await document.pull()).toMatchObject([{ range: { start: { line: row, character: start + moved } } }]);
	});

	test.each([
		["CR LF", misuse.replaceAll("\n", "\r\n")],
		["a byte-order mark that the client counts", `\ufeff${misuse}`],
		["tabs", misuse.replace("config = ", "if True:\n\tconfig = ")],
		["a form feed", misuse.replace("config", "\fconfig")],
		["a lone surrogate", misuse.replace("config = ", 'x = "\ud83e"\nconfig = ')],
		["NUL in a comment", misuse.replace("config = ", "# \0\nconfig = ")],
	])("with %s", async (_name, script) => {
		const server = await sharedServer({ capabilities: pulling });
		const document = open(server, script);
		expect(await document.pull()).toMatchObject([{ range: rangeOf(script, load) }]);
	});
});
