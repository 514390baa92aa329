import { fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { buildServer } from "./support/build";
import { bare, pulling, pushed } from "./support/clients";
import { open } from "./support/document";
import { misuse } from "./support/scripts";
import { initializeParams, startServer } from "./support/server";

const ServerNotInitialized = -32002;
const InvalidRequest = -32600;
const MethodNotFound = -32601;
const RequestFailed = -32803;

const manifest = JSON.parse(readFileSync(join(__dirname, "../../server/package.json"), "utf8"));

describe("initialize", () => {
	test("names the server and its version", async () => {
		const server = await startServer();
		expect(server.initialized?.serverInfo).toEqual({ name: "PEFT Lint", version: manifest.version });
		expect(await server.stop()).toBe(0);
	});

	test.each([
		["a client that pulls", pulling, ["codeActionProvider", "diagnosticProvider", "hoverProvider"]],
		["a client that is pushed to", pushed, ["codeActionProvider", "hoverProvider"]],
		["a client that knows little", bare, ["hoverProvider"]],
	])("offers %s what it can use", async (_name, capabilities, providers) => {
		const server = await startServer({ capabilities });
		const offered = server.initialized?.capabilities ?? {};
		expect(
			Object.keys(offered)
				.filter((name) => name.endsWith("Provider"))
				.sort(),
		).toEqual(providers);
		expect(offered.textDocumentSync).toEqual({ openClose: true, change: 2, save: true });
	});

	test.each([
		[undefined, "utf-16"],
		[["utf-8", "utf-16"], "utf-8"],
		[["utf-16", "utf-8"], "utf-16"],
		[["utf-32", "utf-16"], "utf-32"],
	])("of the encodings %j takes %s", async (positionEncodings, chosen) => {
		const capabilities = positionEncodings === undefined ? {} : { general: { positionEncodings } };
		const server = await startServer({ capabilities });
		expect(server.initialized?.capabilities.positionEncoding).toBe(chosen);
	});

	test("fails with a reason when the parser is not there, and may be tried again", async () => {
		const bundle = await buildServer();
		const folder = mkdtempSync(join(tmpdir(), "peft-lint-broken-"));
		try {
			cpSync(dirname(bundle), folder, { recursive: true });
			rmSync(join(folder, "tree-sitter-python.wasm"));
			const server = await startServer({ initialize: false, bundle: join(folder, "main.js") });
			for (let attempt = 0; attempt < 2; attempt++) {
				await expect(server.request("initialize", initializeParams())).rejects.toMatchObject({
					code: RequestFailed,
					message: expect.stringContaining("tree-sitter-python.wasm"),
				});
			}
		} finally {
			rmSync(folder, { recursive: true });
		}
	});
});

describe("out of order", () => {
	test.each(["textDocument/hover", "textDocument/diagnostic", "shutdown", "no/such/method"])(
		"%s before initialize is refused",
		async (method) => {
			const server = await startServer({ initialize: false });
			await expect(server.request(method, {})).rejects.toMatchObject({ code: ServerNotInitialized });
			await expect(server.request("initialize", initializeParams())).resolves.toHaveProperty("capabilities");
		},
	);

	test("a notification before initialize is dropped", async () => {
		const server = await startServer({ initialize: false });
		const document = open(server, misuse);
		await server.request("initialize", initializeParams({ capabilities: pulling }));
		expect(await document.pull()).toEqual([]);
	});

	test("initialize comes once", async () => {
		const server = await startServer();
		await expect(server.request("initialize", initializeParams())).rejects.toMatchObject({ code: InvalidRequest });
	});

	test("nothing comes after shutdown", async () => {
		const server = await startServer({ capabilities: pulling });
		await server.request("shutdown");
		await expect(server.request("textDocument/hover", {})).rejects.toMatchObject({ code: InvalidRequest });
		open(server, misuse);
		server.notify("exit");
		expect(await server.exit).toBe(0);
	});

	test("an unknown request is answered, an unknown notification is not", async () => {
		const server = await startServer({ capabilities: pulling });
		server.notify("no/such/notification", { a: 1 });
		server.notify("$/no/such/notification");
		await expect(server.request("no/such/request", { a: 1 })).rejects.toMatchObject({ code: MethodNotFound });
		const document = open(server, misuse);
		expect(await document.pull()).toHaveLength(1);
	});
});

describe("the end", () => {
	test("exit without shutdown is a failure", async () => {
		const server = await startServer();
		server.notify("exit");
		expect(await server.exit).toBe(1);
	});

	test("a client that goes without a word takes the server with it", async () => {
		const server = await startServer();
		server.process.stdin?.end();
		expect(await server.exit).toBe(1);
	});

	test("a client process that is dead takes the server with it", async () => {
		const dead = spawnSync(process.execPath, ["-e", ""]);
		const server = await startServer({ processId: dead.pid });
		expect(await server.exit).toBe(1);
	});
});

describe("transports", () => {
	test("none is a clear error", async () => {
		const result = spawnSync(process.execPath, [await buildServer()], { encoding: "utf8" });
		expect(result.status).toBe(2);
		expect(result.stdout).toBe("");
		expect(result.stderr).toMatch(/^peft-lint: .*--stdio/);
	});

	test("Node's IPC", async () => {
		const child = fork(await buildServer(), ["--node-ipc"], { stdio: "ignore", execArgv: [] });
		child.send({ jsonrpc: "2.0", id: 1, method: "initialize", params: initializeParams() });
		const [answer] = await once(child, "message");
		expect(answer).toMatchObject({ id: 1, result: { serverInfo: { name: "PEFT Lint" } } });
		child.send({ jsonrpc: "2.0", id: 2, method: "shutdown" });
		await once(child, "message");
		child.send({ jsonrpc: "2.0", method: "exit" });
		expect(await once(child, "exit")).toEqual([0, null]);
	});
});

test("what a library prints does not disturb the protocol", async () => {
	const server = await startServer({ capabilities: pulling });
	const document = open(server, misuse);
	await document.pull();
	await server.request("peft-lint/modelGraph", { textDocument: { uri: document.uri } });
	expect(await server.stop()).toBe(0);
	expect(server.errors()).toEqual([]);
});
