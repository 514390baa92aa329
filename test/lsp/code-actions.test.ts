import { describe, expect, test } from "vitest";
import type { CodeAction } from "vscode-languageserver-protocol";
import { bare, pulling, pushed } from "./support/clients";
import { open } from "./support/document";
import { applyEdits, editsOf, rangeOf } from "./support/editor";
import { load, misuse, right, safeAndUnsafe, wrapLine } from "./support/scripts";
import { sharedServer } from "./support/server";

const ContentModified = -32801;
const RequestCancelled = -32800;
const fixAllKind = "source.fixAll.peft-lint";

const atLoad = rangeOf(misuse, load);

async function openIn(text: string, capabilities = pulling) {
	return open(await sharedServer({ capabilities }), text);
}

function apply(text: string, action: CodeAction | undefined): string {
	return applyEdits(text, editsOf(action).edits);
}

describe("a finding's actions", () => {
	test("the preferred fix first, the alternatives, then the comment that ignores it", async () => {
		const document = await openIn(misuse);
		const diagnostics = await document.pull();
		const offered = await document.actions({ range: atLoad, diagnostics, only: ["quickfix"] });
		expect(offered.map(({ kind }) => kind)).toEqual(offered.map(() => "quickfix"));
		expect(offered.map(({ isPreferred }) => isPreferred === true)).toEqual(
			offered.map((_action, index) => index === 0),
		);
		expect(offered.length).toBeGreaterThan(2);
		expect(offered.at(-1)?.title).toBe("Ignore PEFT001 on this line");
		for (const action of offered) expect(action.diagnostics).toEqual(diagnostics);
	});

	test("the preferred fix makes the script silent; undone, the finding is back", async () => {
		const document = await openIn(misuse);
		const [fix] = await document.actions({ range: atLoad });
		const { version, edits } = editsOf(fix);
		expect(version).toBe(1);
		expect(apply(misuse, fix)).toBe(right);
		document.change(edits.map(({ range, newText }) => ({ range, text: newText })));
		expect(await document.pull()).toEqual([]);
		expect(await document.actions({ range: atLoad })).toEqual([]);
		const { start } = rangeOf(misuse, wrapLine);
		document.change([{ range: { start, end: start }, text: wrapLine }]);
		expect(await document.pull()).toHaveLength(1);
	});

	test("every one of them makes the script silent", async () => {
		const document = await openIn(misuse);
		for (const action of await document.actions({ range: atLoad, only: ["quickfix"] })) {
			document.change([{ text: apply(misuse, action) }]);
			expect(await document.pull(), action.title).toEqual([]);
		}
	});

	test.each([
		["on the finding", load, 1],
		["a cursor at its start", "", 1],
		["elsewhere", "config = LoraConfig(r=8)", 0],
		["the whole text", misuse, 1],
	])("%s", async (_name, selected, findings) => {
		const document = await openIn(misuse);
		const range = selected === "" ? { start: atLoad.start, end: atLoad.start } : rangeOf(misuse, selected);
		const ignored = (await document.actions({ range })).filter(({ title }) => title.startsWith("Ignore"));
		expect(ignored).toHaveLength(findings);
	});
});

describe("fix all", () => {
	const [everywhere] = [rangeOf(safeAndUnsafe, safeAndUnsafe)];

	test("applies safe fixes alone", async () => {
		const document = await openIn(safeAndUnsafe);
		const [fixAll, ...others] = await document.actions({ range: everywhere, only: [fixAllKind] });
		expect(others).toEqual([]);
		const fixed = apply(safeAndUnsafe, fixAll);
		document.change(fixed);
		expect((await document.pull()).map(({ code }) => code)).toEqual(["PEFT001"]);
		expect(await document.actions({ range: everywhere, only: [fixAllKind] })).toEqual([]);
	});

	test("does not look at the range: it is for the whole document", async () => {
		const document = await openIn(safeAndUnsafe);
		const start = { line: 0, character: 0 };
		expect(await document.actions({ range: { start, end: start }, only: [fixAllKind] })).toHaveLength(1);
	});

	test.each([
		[undefined, true, true],
		[[], false, false],
		[[""], true, true],
		[["quickfix"], true, false],
		[["quickfix.other"], false, false],
		[["source"], false, true],
		[["source.fixAll"], false, true],
		[[fixAllKind], false, true],
		[["source.fixAll.other"], false, false],
		[["source.organizeImports"], false, false],
		[["sourc"], false, false],
		[["refactor", "quickfix"], true, false],
	])("only %j", async (only, quickFixes, fixAll) => {
		const document = await openIn(safeAndUnsafe);
		const offered = await document.actions({ range: everywhere, ...(only !== undefined && { only }) });
		const kinds = new Set(offered.map(({ kind }) => kind));
		expect([kinds.has("quickfix"), kinds.has(fixAllKind)]).toEqual([quickFixes, fixAll]);
	});
});

describe("checks to insert", () => {
	test("after a load: both are offered, without a finding, and change only what they insert", async () => {
		const document = await openIn(right);
		const offered = await document.actions({ range: rangeOf(right, "PeftModel.from_pretrained"), only: ["refactor"] });
		expect(offered.map(({ title, kind }) => [title, kind])).toEqual([
			["Insert a check that model has adapter weights that are not zero (LoRA)", "refactor.rewrite"],
			["Insert a check that the output of model differs without its adapter", "refactor.rewrite"],
		]);
		for (const action of offered) {
			const lines = apply(right, action).split("\n");
			expect(
				lines.filter((line) => !line.includes("adapter not loaded") && !/inputs|disable_adapter/.test(line)),
			).toEqual(right.split("\n"));
		}
	});

	test("where something is wrong only what mends it is offered, unless refactorings are asked for", async () => {
		const document = await openIn(misuse);
		const range = atLoad;
		const kinds = async (only?: string[]) =>
			new Set((await document.actions({ range, ...(only && { only }) })).map(({ kind }) => kind));
		expect([...(await kinds())]).not.toContain("refactor.rewrite");
		expect([...(await kinds(["refactor"]))]).toEqual(["refactor.rewrite"]);
	});

	test("nothing where no adapter is loaded", async () => {
		const document = await openIn(right);
		const range = rangeOf(right, "AutoModelForCausalLM.from_pretrained");
		expect(await document.actions({ range, only: ["refactor"] })).toEqual([]);
	});
});

describe("the comment that ignores a finding", () => {
	test.each([
		["a plain line", misuse],
		["a line with a comment", misuse.replace(load, `${load}  # resume`)],
		["a line that ignores another rule", misuse.replace(load, `${load}  # peft-lint: ignore[PEFT002]`)],
		["a call over several lines", misuse.replace(load, 'PeftModel.from_pretrained(\n    model,\n    "out",\n)')],
		["CR LF", misuse.replaceAll("\n", "\r\n")],
	])("on %s", async (_name, text) => {
		const document = await openIn(text);
		const [diagnostic] = await document.pull();
		const range = diagnostic?.range ?? atLoad;
		const ignore = (await document.actions({ range })).find(({ title }) => title.startsWith("Ignore"));
		const ignored = apply(text, ignore);
		expect(ignored).toMatch(/# peft-lint: ignore\[(PEFT002, )?PEFT001\]/);
		document.change(ignored);
		expect(await document.pull()).toEqual([]);
	});
});

describe("edits fit the client", () => {
	test("one that takes no versions gets plain edits", async () => {
		const document = await openIn(misuse, pushed);
		const [fix] = await document.actions({ range: atLoad });
		expect(fix?.edit?.documentChanges).toBeUndefined();
		expect(apply(misuse, fix)).toBe(right);
		expect(fix).not.toHaveProperty("isPreferred", false);
	});

	test("one that takes no code action literals gets none", async () => {
		const server = await sharedServer({ capabilities: bare });
		expect(server.initialized?.capabilities.codeActionProvider).toBeUndefined();
	});

	test("new lines end as the document's do", async () => {
		const text = misuse.replaceAll("\n", "\r\n");
		const document = await openIn(text);
		const fixes = await document.actions({ range: rangeOf(text, load) });
		for (const fix of fixes) expect(apply(text, fix).replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
	});

	test("positions count in the client's encoding", async () => {
		const text = misuse.replace(`model = ${load}`, `x = "🤗"; model = ${load}`);
		const server = await sharedServer({ capabilities: { ...pulling, general: { positionEncodings: ["utf-8"] } } });
		const document = open(server, text);
		const [diagnostic] = await document.pull();
		const range = diagnostic?.range ?? atLoad;
		const ignore = (await document.actions({ range })).find(({ title }) => title.startsWith("Ignore"));
		const [edit] = editsOf(ignore).edits;
		const line = text.split("\n")[range.start.line] ?? "";
		expect(edit?.range.start.character).toBe(Buffer.byteLength(line));
	});
});

describe("a request that time has overtaken", () => {
	test("is refused when the text changes before it is answered", async () => {
		const server = await sharedServer({ capabilities: pulling });
		const document = open(server, misuse);
		await document.pull();
		server.hold(2);
		const answer = document.actions({ range: atLoad });
		document.change(right);
		await expect(answer).rejects.toMatchObject({ code: ContentModified });
	});

	test("is not computed when it is cancelled", async () => {
		const server = await sharedServer({ capabilities: pulling });
		const document = open(server, misuse);
		const params = { textDocument: { uri: document.uri }, range: atLoad, context: { diagnostics: [] } };
		for (const method of ["textDocument/codeAction", "textDocument/diagnostic", "textDocument/hover"]) {
			server.hold(2);
			const answer = server.cancelled(method, { ...params, position: atLoad.start });
			await expect(answer, method).rejects.toMatchObject({ code: RequestCancelled });
		}
		expect(await document.pull()).toHaveLength(1);
	});

	test("finds nothing in a document that was closed", async () => {
		const document = await openIn(misuse);
		document.close();
		expect(await document.actions({ range: atLoad })).toEqual([]);
	});

	test("is about the newest text, whatever diagnostics the client still shows", async () => {
		const document = await openIn(misuse);
		const old = await document.pull();
		document.change([{ text: `# one line more\n${misuse}` }]);
		const moved = rangeOf(`# one line more\n${misuse}`, load);
		const [fix] = await document.actions({ range: moved, diagnostics: old });
		expect(editsOf(fix).version).toBe(2);
		expect(fix?.diagnostics).toBeUndefined();
		expect(apply(`# one line more\n${misuse}`, fix)).toBe(`# one line more\n${right}`);
	});
});
