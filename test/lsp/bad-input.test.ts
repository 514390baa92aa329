import { describe, expect, test } from "vitest";
import { pulling } from "./support/clients";
import { at, open } from "./support/document";
import { rangeOf } from "./support/editor";
import { head, load, misuse } from "./support/scripts";
import { type Server, sharedServer, startServer } from "./support/server";

const InvalidParams = -32602;
const uri = "file:///bad/train.py";

/** The server answers about another document as if nothing had happened. */
async function expectAlive(server: Server): Promise<void> {
	expect(await open(server, misuse).pull()).toMatchObject([{ code: "PEFT001", range: rangeOf(misuse, load) }]);
}

describe("texts that are no good Python", () => {
	const megabytes = (count: number, line: string) => line.repeat(Math.ceil((count * 1_000_000) / line.length));
	test.each([
		["empty", "", 0],
		["broken before and after", misuse.replace("config = ", "def (:\nconfig = ").concat("\nclass ]["), 1],
		["a bracket that is never closed", misuse.replace('"out")', '"out"'), 0],
		["a string that is never closed", `${misuse}'''`, 1],
		["NUL bytes", `\0\0\0${misuse}`, undefined],
		["nothing but NUL", "\0".repeat(10_000), 0],
		["lone surrogates", `x = "${"\ud83e".repeat(1000)}"\n${misuse}`, 1],
		["mixed line ends", misuse.replace("\n", "\r").replace("\n", "\r\n"), 1],
		["100,000 brackets", `${misuse}x = ${"(".repeat(100_000)}`, undefined],
		["100,000 brackets, closed", `${misuse}x = ${"[".repeat(100_000)}${"]".repeat(100_000)}\n`, undefined],
		["100,000 operators", `${misuse}x = ${"not ".repeat(100_000)}1\n`, undefined],
		["100,000 calls", `${misuse}x = a${"()".repeat(100_000)}\n`, undefined],
		["100,000 attributes", `${misuse}x = a${".b".repeat(100_000)}\n`, undefined],
		["100,000 terms", `${misuse}x = ${"1 + ".repeat(100_000)}1\n`, undefined],
		[
			"5,000 nested blocks",
			`${misuse}${Array.from({ length: 5000 }, (_, depth) => `${" ".repeat(depth)}if x:\n`).join("")}`,
			undefined,
		],
		["a line of one megabyte", `${misuse}# ${"x".repeat(1_000_000)}\n`, 1],
		["more than ten megabytes", misuse + megabytes(10, "x = 1\n"), 0],
	])("%s", async (_name, text, findings) => {
		const server = await sharedServer({ capabilities: pulling });
		const document = open(server, text);
		const found = await document.pull();
		if (findings !== undefined) expect(found).toHaveLength(findings);
		await document.hover({ line: 5, character: 1 });
		document.change([{ range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, text: "# x\n" }]);
		await document.pull();
		await expectAlive(server);
		document.change(misuse);
		expect(await document.pull()).toHaveLength(1);
	});

	test("a ten-megabyte file is said not to be checked, once", async () => {
		const server = await sharedServer({ capabilities: pulling });
		const document = open(server, head + megabytes(11, "y = 2\n"));
		await document.pull();
		document.change([{ range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, text: "x" }]);
		await document.pull();
		const about = server
			.received<{ message: string }>("window/logMessage")
			.filter(({ message }) => message.includes(document.uri));
		expect(about).toMatchObject([{ message: expect.stringContaining("is not checked") }]);
	});
});

describe("parameters that make no sense", () => {
	const textDocument = { uri };
	const position = { line: 0, character: 0 };
	const range = { start: position, end: position };
	test.each([
		["textDocument/hover", null],
		["textDocument/hover", {}],
		["textDocument/hover", []],
		["textDocument/hover", { textDocument }],
		["textDocument/hover", { textDocument: null, position }],
		["textDocument/hover", { textDocument: { uri: 1 }, position }],
		["textDocument/hover", { textDocument, position: { line: "0", character: 0 } }],
		["textDocument/diagnostic", {}],
		["textDocument/diagnostic", { textDocument: uri }],
		["textDocument/codeAction", { textDocument, context: {} }],
		["textDocument/codeAction", { textDocument, range: { start: position }, context: {} }],
		["textDocument/codeAction", { range, context: {} }],
		["peft-lint/modelGraph", {}],
		["peft-lint/modelGraph", null],
	])("%s %j is refused", async (method, params) => {
		const server = await sharedServer({ capabilities: pulling });
		await expect(server.request(method, params)).rejects.toMatchObject({ code: InvalidParams });
		await expectAlive(server);
	});

	test("a code action request without a context is for all kinds", async () => {
		const server = await sharedServer({ capabilities: pulling });
		const document = open(server, misuse);
		const params = { textDocument: { uri: document.uri }, range: rangeOf(misuse, load) };
		expect(await server.request("textDocument/codeAction", params)).not.toEqual([]);
		const odd = { ...params, context: { only: "quickfix", diagnostics: [null, 1, {}] } };
		expect(await server.request("textDocument/codeAction", odd)).not.toEqual([]);
	});

	test.each([
		["textDocument/didOpen", {}],
		["textDocument/didOpen", { textDocument: { uri } }],
		["textDocument/didOpen", { textDocument: { uri: null, text: "" } }],
		["textDocument/didOpen", []],
		["textDocument/didChange", {}],
		["textDocument/didChange", { textDocument, contentChanges: [] }],
		["textDocument/didClose", {}],
		["textDocument/didClose", { textDocument }],
		["workspace/didChangeConfiguration", {}],
		["workspace/didChangeConfiguration", { settings: 1 }],
		["$/cancelRequest", { id: 12345 }],
		["$/setTrace", { value: "loud" }],
	])("%s %j is survived", async (method, params) => {
		const server = await sharedServer({ capabilities: pulling });
		server.notify(method, params);
		await expectAlive(server);
	});

	test.each([
		["no list", "x"],
		["no text", [{ range }]],
		["a text that is none", [{ text: 1 }]],
		["half a range", [{ range: { start: position }, text: "" }]],
		["a null", [null]],
	])("a change with %s leaves the document silent until its whole text comes", async (_name, contentChanges) => {
		const server = await sharedServer({ capabilities: pulling });
		const document = open(server, misuse);
		server.notify("textDocument/didChange", { textDocument: { uri: document.uri, version: 2 }, contentChanges });
		expect(await document.pull()).toEqual([]);
		expect(await document.actions({ range: rangeOf(misuse, load) })).toEqual([]);
		document.change(misuse);
		expect(await document.pull()).toHaveLength(1);
	});

	test("a version that is none", async () => {
		const server = await sharedServer({ capabilities: pulling });
		server.notify("textDocument/didOpen", { textDocument: { uri, languageId: "python", version: null, text: "" } });
		const contentChanges = [{ text: misuse }];
		server.notify("textDocument/didChange", { textDocument: { uri, version: null }, contentChanges });
		expect(await at(server, uri).pull()).toHaveLength(1);
	});
});

describe("bytes that make no sense", () => {
	const message = (body: string) => `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
	test.each([
		["no JSON", message("{{{")],
		["an empty message", message("")],
		["a number", message("1")],
		["null", message("null")],
		["an empty list", message("[]")],
		["a request with an object for an id", message('{"jsonrpc":"2.0","id":{},"method":"textDocument/hover"}')],
		["an answer nobody waits for", message('{"jsonrpc":"2.0","id":999,"result":null}')],
		["a cancellation without parameters", message('{"jsonrpc":"2.0","method":"$/cancelRequest"}')],
		["a header too many", `X-Thing: 1\r\n${message('{"jsonrpc":"2.0","method":"$/x"}')}`],
		["invalid UTF-8", message('{"jsonrpc":"2.0","method":"$/x","params":{"a":"\ud83e"}}')],
	])("%s", async (_name, bytes) => {
		const server = await startServer({ capabilities: pulling });
		server.raw(bytes);
		await expectAlive(server);
		expect(await server.stop()).toBe(0);
	});
});
