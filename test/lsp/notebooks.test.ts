/** Notebooks: cells make one program, and what is said of it is said in the right cell. */
import { expect, test } from "vitest";
import type { Diagnostic, PublishDiagnosticsParams } from "vscode-languageserver-protocol";
import { pulling, pushed } from "./support/clients";
import { open } from "./support/document";
import { applyEdits, editsOf, rangeOf, textIn } from "./support/editor";
import { type Notebook, openNotebook } from "./support/notebook";
import { type Server, sharedServer, startServer } from "./support/server";

const imports = `%pip install peft
from transformers import AutoModelForCausalLM
from peft import LoraConfig, PeftModel, get_peft_model
config = LoraConfig()`;
const base = 'model = AutoModelForCausalLM.from_pretrained("tiny")';
const wrap = "model = get_peft_model(model, config)";
const load = 'PeftModel.from_pretrained(model, "out")';
const loading = `# the best one\ntuned = ${load}\ntuned.generate()`;

const sources = { imports, wrapping: `${base}\n${wrap}`, training: "%%time\nmodel.train()", loading };

const server = (): Promise<Server> => sharedServer({ capabilities: pulling });

/** What is found, by cell: `PEFT001 PeftModel.from_pretrained(…)`. */
async function found(notebook: Notebook, cells: Readonly<Record<string, string>>): Promise<Record<string, string[]>> {
	const pulled = Object.entries(cells).map(async ([name, text]) => {
		const diagnostics = await notebook.cell(name).pull();
		return [name, diagnostics.map(({ code, range }) => `${code} ${textIn(text, range)}`)] as const;
	});
	return Object.fromEntries((await Promise.all(pulled)).filter(([, list]) => list.length > 0));
}

const misuse = { loading: [`PEFT001 ${load}`] };

test("the server says what it wants of notebooks", async () => {
	expect((await server()).initialized?.capabilities.notebookDocumentSync).toEqual({
		notebookSelector: [{ notebook: "jupyter-notebook", cells: [{ language: "python" }] }],
	});
});

test("wrapped in one cell, loaded onto in a later one: told there, with the steps in their cells", async () => {
	const notebook = openNotebook(await server(), sources);
	expect(await found(notebook, sources)).toEqual(misuse);
	const [finding] = await notebook.cell("loading").pull();
	expect(finding?.range).toEqual(rangeOf(loading, load));
	const steps = finding?.relatedInformation?.map(({ location: { uri, range }, message }) => ({ uri, range, message }));
	expect(steps).toEqual([
		{
			uri: notebook.cell("wrapping").uri,
			range: rangeOf(sources.wrapping, 'AutoModelForCausalLM.from_pretrained("tiny")'),
			message: "`AutoModelForCausalLM.from_pretrained` creates the model",
		},
		{
			uri: notebook.cell("wrapping").uri,
			range: rangeOf(sources.wrapping, "get_peft_model(model, config)"),
			message: expect.stringContaining("wraps"),
		},
		{ uri: notebook.cell("loading").uri, range: rangeOf(loading, load), message: expect.any(String) },
	]);
});

test("an edit in one cell changes what is said of another", async () => {
	const notebook = openNotebook(await server(), sources);
	expect(await found(notebook, sources)).toEqual(misuse);
	notebook.edit("wrapping", [{ range: rangeOf(sources.wrapping, wrap), text: "pass" }]);
	expect(await found(notebook, sources)).toEqual({});
	notebook.edit("wrapping", [{ text: `\n${sources.wrapping}` }]);
	expect(await found(notebook, sources)).toEqual(misuse);
	const report = await notebook.cell("loading").report();
	expect((await notebook.cell("loading").report(report.resultId)).kind).toBe("unchanged");
	notebook.edit("imports", [{ range: rangeOf(imports, "config"), text: "config" }]);
	expect((await notebook.cell("loading").report(report.resultId)).kind).toBe("full");
});

test("a half-typed bracket stays in its cell", async () => {
	const notebook = openNotebook(await server(), sources);
	notebook.edit("training", [{ text: "model.train(" }]);
	expect(await found(notebook, sources)).toEqual(misuse);
});

test("cells that are inserted, moved, deleted and put back", async () => {
	const notebook = openNotebook(await server(), sources);
	const withReload = { ...sources, reload: base };
	notebook.insert(3, { reload: base });
	expect(await found(notebook, withReload)).toEqual({});
	notebook.move(3, 4);
	expect(await found(notebook, withReload)).toEqual(misuse);
	notebook.move(4, 1);
	expect(await found(notebook, withReload)).toEqual(misuse);
	notebook.remove(1);
	expect(await found(notebook, sources)).toEqual(misuse);
	notebook.remove(1, 2);
	expect(await found(notebook, { imports, loading })).toEqual({});
	notebook.insert(1, { wrapping: sources.wrapping });
	expect(await found(notebook, { imports, loading })).toEqual(misuse);
});

test("a cell that is shown at its place after a move", async () => {
	const two = { imports, wrapping: sources.wrapping, again: `x = 1\n${wrap}`, other: "print(1)\n\n" };
	const notebook = openNotebook(await server(), two);
	const told = { again: ["PEFT003 get_peft_model(model, config)"] };
	expect(await found(notebook, two)).toEqual(told);
	notebook.move(3, 0);
	expect(await found(notebook, two)).toEqual(told);
});

test("what runs, is saved or becomes text", async () => {
	const notebook = openNotebook(await server(), sources);
	const document = notebook.cell("wrapping").uri;
	notebook.change({ cells: { data: [{ kind: 2, document, executionSummary: { executionOrder: 7, success: true } }] } });
	notebook.change({ metadata: { kernelspec: {} } });
	notebook.save();
	expect(await found(notebook, sources)).toEqual(misuse);
	notebook.change({ cells: { data: [{ kind: 1, document }] } });
	expect(await found(notebook, sources)).toEqual({});
	expect(await notebook.cell("wrapping").hover(rangeOf(sources.wrapping, "model").start)).toBeNull();
});

test("a fix changes its own cell, at its version", async () => {
	const notebook = openNotebook(await server(), sources);
	notebook.edit("wrapping", [{ range: rangeOf(sources.wrapping, base), text: base }]);
	const actions = await notebook.cell("loading").actions({ range: rangeOf(loading, load), only: ["quickfix"] });
	expect(actions.map(({ title }) => title)).toEqual([
		"Load the adapter onto `model` and drop the wrap in line 2 of its cell",
		'Load `"out"` into the wrapper as adapter `"loaded"` and make it active',
		expect.stringContaining("Load the weights into the wrapper's own adapter"),
		"Ignore PEFT001 on this line",
	]);
	const [fix] = actions;
	const { uri, version, edits } = editsOf(fix);
	expect({ uri, version }).toEqual({ uri: notebook.cell("wrapping").uri, version: 2 });
	expect(applyEdits(sources.wrapping, edits)).toBe(base);
	const ignore = editsOf(actions.at(-1));
	expect({ uri: ignore.uri, version: ignore.version }).toEqual({ uri: notebook.cell("loading").uri, version: 1 });
	expect(applyEdits(loading, ignore.edits)).toBe(loading.replace(load, `${load}  # peft-lint: ignore[PEFT001]`));
});

test("fix all: what is safe, in the cell that was asked about", async () => {
	const twice = { imports, wrapping: `${base}\n${wrap}`, again: `print(1)\n${wrap}`, more: `x = 1\n${wrap}\ny = 2` };
	const notebook = openNotebook(await server(), twice);
	const fixAll = async (name: "wrapping" | "again" | "more") => {
		const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
		const [action] = await notebook.cell(name).actions({ range, only: ["source.fixAll"] });
		const { uri, edits } = editsOf(action);
		return uri === notebook.cell(name).uri ? applyEdits(twice[name], edits) : uri;
	};
	expect(await fixAll("again")).toBe("print(1)");
	expect(await fixAll("more")).toBe("x = 1\ny = 2");
	await expect(fixAll("wrapping")).rejects.toThrow("exactly one document");
});

test("no fix leaves a cell without code", async () => {
	const twice = { imports, base, wrap, again: wrap };
	const notebook = openNotebook(await server(), twice);
	expect(await found(notebook, twice)).toEqual({ again: ["PEFT003 get_peft_model(model, config)"] });
	const request = { range: rangeOf(wrap, "get_peft_model") };
	const titles = (await notebook.cell("again").actions(request)).map(({ title }) => title);
	expect(titles.filter((title) => title.startsWith("Drop"))).toEqual([]);
	expect(await notebook.cell("again").actions({ ...request, only: ["source.fixAll"] })).toEqual([]);
});

test("hover: the state is that of all cells", async () => {
	const notebook = openNotebook(await server(), sources);
	const shown = await notebook.cell("training").hover(rangeOf("%%time\nmodel.train()", "model").start);
	expect(shown?.range).toEqual(rangeOf("%%time\nmodel.train()", "model"));
	const text = await notebook.cell("training").hoverText(rangeOf("%%time\nmodel.train()", "model").start);
	expect(text).toContain("**PeftModel** over");
	expect(text).toContain("2. line 2 of another cell `get_peft_model(model, config)`");
	const own = await notebook.cell("wrapping").hoverText(rangeOf(sources.wrapping, "get_peft_model").start);
	expect(own).toContain("2. line 2 `get_peft_model(model, config)`");
});

test("the model graph is that of the notebook", async () => {
	const notebook = openNotebook(await server(), sources);
	const { uri } = notebook.cell("imports");
	const graph = await (await server()).request("peft-lint/modelGraph", { textDocument: { uri } });
	expect(graph).toContain("load    PeftModel.from_pretrained");
});

test("pushed to all cells when one changes, and taken back with the notebook", async () => {
	const own = await startServer({ capabilities: pushed });
	const notebook = openNotebook(own, sources);
	const { uri } = notebook.cell("loading");
	const published = (fits: (diagnostics: readonly Diagnostic[]) => boolean) =>
		own.next<PublishDiagnosticsParams>(
			"textDocument/publishDiagnostics",
			(params) => params.uri === uri && fits(params.diagnostics),
		);
	expect((await published(({ length }) => length === 1)).version).toBe(1);
	notebook.edit("wrapping", [{ text: base }]);
	await published(({ length }) => length === 0);
	const before = own.received<PublishDiagnosticsParams>("textDocument/publishDiagnostics").length;
	notebook.close();
	await own.request("textDocument/hover", { textDocument: { uri }, position: { line: 0, character: 0 } });
	const cleared = own.received<PublishDiagnosticsParams>("textDocument/publishDiagnostics").slice(before);
	expect(cleared.map((params) => [params.uri, params.diagnostics.length])).toEqual(
		Object.keys(sources).map((name) => [notebook.cell(name).uri, 0]),
	);
});

test("asked to pull again when what is said of another cell changes, and only then", async () => {
	const own = await startServer({ capabilities: pulling });
	const notebook = openNotebook(own, sources);
	const asked = (): number => own.asked("workspace/diagnostic/refresh").length;
	expect(await found(notebook, sources)).toEqual(misuse);
	notebook.edit("training", [{ text: "%%time\nmodel.train(True)" }]);
	expect(await found(notebook, sources)).toEqual(misuse);
	await own.request("workspace/nothing").catch(() => "all that came before was answered");
	expect(asked()).toBe(0);
	notebook.edit("wrapping", [{ text: base }]);
	await expect.poll(asked, { timeout: 30_000 }).toBe(1);
	expect(await found(notebook, sources)).toEqual({});
});

test("settings are those of the notebook's file", async () => {
	const scopes: (string | undefined)[] = [];
	const own = await startServer({
		capabilities: pulling,
		configuration: (scope) => {
			scopes.push(scope);
			return { ignore: ["PEFT001"] };
		},
	});
	const notebook = openNotebook(own, sources);
	expect(await found(notebook, sources)).toEqual({});
	expect([...new Set(scopes)]).toEqual([notebook.uri]);
});

test("two notebooks, and a script, keep apart", async () => {
	const one = openNotebook(await server(), sources);
	const two = openNotebook(await server(), { imports, loading });
	const script = open(await server(), `${imports.replace("%pip", "# %pip")}\n${loading}`);
	expect(await found(one, sources)).toEqual(misuse);
	expect(await found(two, { imports, loading })).toEqual({});
	expect(await script.pull()).toEqual([]);
});

test("a cell that the client opens as a text as well is kept once", async () => {
	const notebook = openNotebook(await server(), sources);
	const wrapping = open(await server(), "nothing", notebook.cell("wrapping").uri);
	wrapping.change("nothing at all");
	wrapping.close();
	expect(await found(notebook, sources)).toEqual(misuse);
});

const abuse: Readonly<Record<string, (notebook: Notebook, own: Server) => void>> = {
	"an unknown notebook": (_, own) => {
		const notebookDocument = { uri: "file:///nowhere.ipynb", version: 1 };
		own.notify("notebookDocument/didChange", { notebookDocument, change: { cells: { data: [] } } });
		own.notify("notebookDocument/didSave", { notebookDocument });
		own.notify("notebookDocument/didClose", { notebookDocument, cellTextDocuments: [] });
	},
	"nothing at all": (_, own) => {
		for (const kind of ["Open", "Change", "Save", "Close"]) {
			own.notify(`notebookDocument/did${kind}`, {});
			own.notify(`notebookDocument/did${kind}`, { notebookDocument: 1, change: [], cellTextDocuments: "" });
		}
	},
	"a notebook without cells": (_, own) => {
		const notebookDocument = { uri: "file:///empty.ipynb", notebookType: "jupyter-notebook", version: 1, cells: 7 };
		own.notify("notebookDocument/didOpen", { notebookDocument, cellTextDocuments: null });
	},
	"a cell that is not in the notebook": (notebook) => {
		const document = { uri: "vscode-notebook-cell:/other.ipynb#1", version: 2 };
		notebook.change({ cells: { textContent: [{ document, changes: [{ text: "" }] }, null, { document: 1 }] } });
	},
	"data of an unknown cell": (notebook) => {
		notebook.change({ cells: { data: [{ kind: 2, document: "vscode-notebook-cell:/other.ipynb#1" }, 1] } });
	},
	"no change": (notebook) => {
		for (const change of [
			undefined,
			null,
			{},
			{ cells: null },
			{ cells: { structure: null, data: null, textContent: null } },
		]) {
			notebook.change(change);
		}
	},
	"a cell twice": (notebook) => {
		const document = notebook.cell("wrapping").uri;
		notebook.change({ cells: { structure: { array: { start: 4, deleteCount: 0, cells: [{ kind: 2, document }] } } } });
	},
	"closed while it is still there": (notebook) => {
		const { uri } = notebook.cell("wrapping");
		notebook.change({ cells: { structure: { array: { start: 0, deleteCount: 0 }, didClose: [{ uri }] } } });
	},
};

test.each(Object.entries(abuse))("%s changes nothing", async (_, misbehave) => {
	const own = await server();
	const notebook = openNotebook(own, sources);
	misbehave(notebook, own);
	expect(await found(notebook, sources)).toEqual(misuse);
});

const losses: Readonly<Record<string, (notebook: Notebook) => void>> = {
	"cells that are not there": (notebook) =>
		notebook.change({ cells: { structure: { array: { start: 3, deleteCount: 2 } } } }),
	"a negative place": (notebook) => notebook.change({ cells: { structure: { array: { start: -1, deleteCount: 0 } } } }),
	"no number": (notebook) => notebook.change({ cells: { structure: { array: { start: 0.5, deleteCount: "1" } } } }),
	"no array": (notebook) => notebook.change({ cells: { structure: 1 } }),
	"texts that are no list": (notebook) => notebook.change({ cells: { textContent: {} } }),
	"a cell without a text": (notebook) => {
		const cells = [{ kind: 2, document: "vscode-notebook-cell:/new#1" }];
		notebook.change({ cells: { structure: { array: { start: 0, deleteCount: 0, cells } } } });
	},
	"a change without a text": (notebook) => {
		const document = { uri: notebook.cell("imports").uri, version: 2 };
		notebook.change({ cells: { textContent: [{ document, changes: [{ range: 1 }] }] } });
	},
};

test.each(Object.entries(losses))("%s: silent until it is opened again", async (_, misbehave) => {
	const own = await server();
	const notebook = openNotebook(own, sources);
	misbehave(notebook);
	expect(await found(notebook, sources)).toEqual({});
	notebook.save();
	const again = openNotebook(own, sources, notebook.uri);
	expect(await found(again, sources)).toEqual(misuse);
});
