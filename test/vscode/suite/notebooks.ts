/** A notebook: its cells are one program, and what is wrong is shown in the right cell. */
import assert from "node:assert/strict";
import { setup, suite, teardown, test } from "mocha";
import * as vscode from "vscode";
import { apply, codeActions, findings, hoverText, until, untilCodes } from "./support";

const setupCell = 1;
const wrapCell = 2;
const loadCell = 4;

suite("a notebook", () => {
	let notebook: vscode.NotebookDocument;
	let stored: Uint8Array;

	setup(async () => {
		const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
		assert.ok(folder);
		// As a person opens it: a notebook that an extension opens lives on when its editor is closed.
		const file = vscode.Uri.joinPath(folder, "resume.ipynb");
		stored ??= await vscode.workspace.fs.readFile(file);
		await vscode.commands.executeCommand("vscode.open", file);
		const editor = await until(
			"the notebook",
			() => vscode.window.activeNotebookEditor,
			(found) => found !== undefined,
		);
		assert.ok(editor);
		notebook = editor.notebook;
		await untilCodes(cell(loadCell), ["PEFT001"]);
	});

	teardown(async () => {
		await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
		// It may have been saved meanwhile.
		await vscode.workspace.fs.writeFile(notebook.uri, stored);
	});

	const cell = (index: number): vscode.TextDocument => notebook.cellAt(index).document;

	/** Puts the cursor into a cell. */
	const typeIn = async (index: number): Promise<void> => {
		const editor = vscode.window.activeNotebookEditor;
		assert.ok(editor);
		editor.selection = new vscode.NotebookRange(index, index + 1);
		await vscode.commands.executeCommand("notebook.cell.edit");
		await until(
			"a cursor in the cell",
			() => vscode.window.activeTextEditor?.document,
			(found) => found === cell(index),
		);
	};

	const edit = async (...edits: vscode.NotebookEdit[]): Promise<void> => {
		const change = new vscode.WorkspaceEdit();
		change.set(notebook.uri, edits);
		assert.ok(await vscode.workspace.applyEdit(change));
	};

	test("is underlined in the cell that loads, with the wrap's cell in the timeline", () => {
		const [finding, ...more] = findings(cell(loadCell));
		assert.ok(finding);
		assert.deepEqual(more, []);
		assert.equal(cell(loadCell).getText(finding.range), 'PeftModel.from_pretrained(model, "out/sft-adapter")');
		const steps = (finding.relatedInformation ?? []).map(({ location }) => location.uri.toString());
		assert.ok(steps.includes(cell(wrapCell).uri.toString()), `the wrap's cell is not among ${steps}`);
		for (const index of [setupCell, wrapCell]) assert.deepEqual(findings(cell(index)), []);
	});

	test("is explained on hover, in each cell", async () => {
		const text = await hoverText(cell(wrapCell), cell(wrapCell).lineAt(1).range.end.translate(0, -25));
		assert.match(text, /get_peft_model/);
		const [finding] = findings(cell(loadCell));
		assert.ok(finding);
		assert.match(await hoverText(cell(loadCell), finding.range.start), /line 2 of another cell/);
	});

	test("is gone after a fix in the wrap's cell, and back after undo", async () => {
		const before = cell(wrapCell).getText();
		await typeIn(loadCell);
		const [finding] = findings(cell(loadCell));
		assert.ok(finding);
		const actions = await codeActions(cell(loadCell), finding.range);
		const fix = actions.find(({ title }) => /drop the wrap/.test(title));
		assert.ok(fix, actions.map(({ title }) => title).join(" | "));
		await apply(fix);
		assert.notEqual(cell(wrapCell).getText(), before);
		await untilCodes(cell(loadCell), []);
		// Each cell has its own history.
		await typeIn(wrapCell);
		await vscode.commands.executeCommand("undo");
		await until(
			"the text as it was",
			() => cell(wrapCell).getText(),
			(text) => text === before,
		);
		await untilCodes(cell(loadCell), ["PEFT001"]);
	});

	test("follows cells that come, move and go", async () => {
		const reload = new vscode.NotebookCellData(vscode.NotebookCellKind.Code, cell(wrapCell).lineAt(0).text, "python");
		await edit(vscode.NotebookEdit.insertCells(loadCell, [reload]));
		await untilCodes(cell(loadCell + 1), []);
		await edit(vscode.NotebookEdit.deleteCells(new vscode.NotebookRange(loadCell, loadCell + 1)));
		await untilCodes(cell(loadCell), ["PEFT001"]);
		await edit(vscode.NotebookEdit.insertCells(notebook.cellCount, [dataOf(notebook.cellAt(wrapCell))]));
		await edit(vscode.NotebookEdit.deleteCells(new vscode.NotebookRange(wrapCell, wrapCell + 1)));
		await until(
			"silence in every cell",
			() => notebook.getCells().flatMap((one) => findings(one.document)).length,
			(count) => count === 0,
		);
	});
});

function dataOf({ kind, document }: vscode.NotebookCell): vscode.NotebookCellData {
	return new vscode.NotebookCellData(kind, document.getText(), document.languageId);
}
