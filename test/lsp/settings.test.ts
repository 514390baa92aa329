import { describe, expect, test } from "vitest";
import type { ShowMessageParams } from "vscode-languageserver-protocol";
import { pulling, pushed } from "./support/clients";
import { open } from "./support/document";
import { rangeOf } from "./support/editor";
import { load, misuse, safeAndUnsafe } from "./support/scripts";
import { startServer } from "./support/server";

describe("settings that a client is asked for", () => {
	test.each([
		[null, ["PEFT003 1", "PEFT001 1"]],
		[{}, ["PEFT003 1", "PEFT001 1"]],
		[{ enable: false }, []],
		[{ select: ["PEFT001"] }, ["PEFT001 1"]],
		[{ select: [] }, ["PEFT003 1", "PEFT001 1"]],
		[{ select: ["nested-wrap"] }, ["PEFT003 1"]],
		[{ ignore: ["PEFT001"] }, ["PEFT003 1"]],
		[{ ignore: ["PEFT"] }, []],
		[{ severity: { PEFT001: "hint", "nested-wrap": "information" } }, ["PEFT003 3", "PEFT001 4"]],
		[{ severity: { PEFT001: "off" } }, ["PEFT003 1"]],
	])("%j", async (configuration, findings) => {
		const server = await startServer({ capabilities: pulling, configuration: () => configuration });
		const document = open(server, safeAndUnsafe);
		expect((await document.pull()).map(({ code, severity }) => `${code} ${severity}`)).toEqual(findings);
		expect(server.received("window/showMessage")).toEqual([]);
	});

	test("each document has its own", async () => {
		const off = "file:///off/train.py";
		const configuration = (scope: string | undefined) => ({ enable: scope !== off });
		const server = await startServer({ capabilities: pulling, configuration });
		expect(await open(server, misuse).pull()).toHaveLength(1);
		expect(await open(server, misuse, off).pull()).toEqual([]);
	});

	test.each([
		["workspace/didChangeConfiguration", { settings: null }],
		["workspace/didChangeWorkspaceFolders", { event: { added: [{ uri: "file:///more", name: "more" }], removed: [] } }],
	])("are asked for anew after %s, and the client is told to pull", async (method, params) => {
		let configuration: unknown = { enable: false };
		const server = await startServer({ capabilities: pulling, configuration: () => configuration });
		const document = open(server, misuse);
		expect(await document.pull()).toEqual([]);
		configuration = {};
		server.notify(method, params);
		expect(await document.pull()).toHaveLength(1);
		expect(server.asked("workspace/diagnostic/refresh")).toHaveLength(1);
	});

	test("that never come are the defaults", async () => {
		const configuration = () => new Promise(() => undefined);
		const server = await startServer({ capabilities: pulling, configuration });
		const document = open(server, misuse);
		expect(await document.pull()).toHaveLength(1);
		await server.next("window/logMessage", ({ message }: { message: string }) => message.includes("did not answer"));
	});

	test("that are refused are the defaults", async () => {
		const configuration = () => {
			throw new Error("no");
		};
		const server = await startServer({ capabilities: pulling, configuration });
		const document = open(server, misuse);
		expect(await document.pull()).toHaveLength(1);
	});
});

describe("settings that a client pushes", () => {
	test.each([
		[{ peftLint: { ignore: ["PEFT001"] } }],
		[{ settings: { ignore: ["PEFT001"] } }],
		[{ ignore: ["PEFT001"] }],
	])("in initializationOptions %j", async (initializationOptions) => {
		const server = await startServer({ capabilities: pushed, initializationOptions });
		const document = open(server, misuse);
		expect(await document.published()).toEqual([]);
	});

	test("in a notification, which brings new diagnostics", async () => {
		const server = await startServer({ capabilities: pushed, initializationOptions: { enable: false } });
		const document = open(server, misuse);
		expect(await document.published()).toEqual([]);
		server.notify("workspace/didChangeConfiguration", { settings: { peftLint: { severity: { PEFT001: "warning" } } } });
		const fits = ({ diagnostics }: { diagnostics: unknown[] }) => diagnostics.length === 1;
		expect(await server.next("textDocument/publishDiagnostics", fits)).toMatchObject({
			diagnostics: [{ severity: 2 }],
		});
	});

	test("count for a client that answers with nothing", async () => {
		const server = await startServer({ capabilities: pulling, initializationOptions: { enable: false } });
		const document = open(server, misuse);
		expect(await document.pull()).toEqual([]);
	});
});

test("switched off, nothing speaks", async () => {
	const server = await startServer({ capabilities: pulling, configuration: () => ({ enable: false }) });
	const document = open(server, misuse);
	const range = rangeOf(misuse, load);
	expect(await document.pull()).toEqual([]);
	expect(await document.actions({ range })).toEqual([]);
	expect(await document.hover(range.start)).toBeNull();
});

describe("a wrong setting", () => {
	test.each([
		[{ enable: "yes" }, 'PEFT Lint: setting peftLint.enable must be true or false, but is "yes". The default is used.'],
		[{ select: "PEFT001" }, /peftLint\.select must be a list of rule codes, but is "PEFT001"/],
		[{ ignore: { PEFT001: true } }, /peftLint\.ignore must be a list of rule codes/],
		[{ severity: ["PEFT001"] }, /peftLint\.severity must be an object from rule codes to severities/],
		[{ severity: { PEFT001: "fatal" } }, /peftLint\.severity\.PEFT001 must be error, warning, .* but is "fatal"/],
		[{ ignore: ["PEFT999"] }, /peftLint\.ignore names PEFT999, which is no rule/],
		["everything", /peftLint must be an object, but is "everything"/],
	])("%j is named once, and its default used", async (configuration, message) => {
		const server = await startServer({ capabilities: pulling, configuration: () => configuration });
		const document = open(server, misuse);
		expect(await document.pull()).toHaveLength(1);
		expect(await open(server, misuse).pull()).toHaveLength(1);
		server.notify("workspace/didChangeConfiguration", { settings: null });
		document.change(misuse);
		await document.pull();
		const shown = server.received<ShowMessageParams>("window/showMessage");
		expect(shown).toEqual([
			{ type: 2, message: typeof message === "string" ? message : expect.stringMatching(message) },
		]);
	});

	test("that nobody knows is only logged", async () => {
		const server = await startServer({ capabilities: pulling, configuration: () => ({ selct: [] }) });
		await open(server, misuse).pull();
		await server.next("window/logMessage", ({ message }: { message: string }) => message.includes("peftLint.selct"));
		expect(server.received("window/showMessage")).toEqual([]);
	});

	test("is named in the person's language", async () => {
		const configuration = () => ({ enable: 1 });
		const server = await startServer({ capabilities: pulling, locale: "zh-cn", configuration });
		await open(server, misuse).pull();
		const [shown] = server.received<ShowMessageParams>("window/showMessage");
		expect(shown?.message).toBe("PEFT Lint：设置 peftLint.enable 应为 true 或 false，实际为 1。将使用默认值。");
	});
});
