/** Where a document may live: every place that a person edits in is served, a place that only shows code is not. */
import assert from "node:assert/strict";
import { suite, test } from "mocha";
import * as vscode from "vscode";
import { findings, open, untilCodes } from "./support";

/** Repositories that are opened without a clone have this scheme; here it holds one file. */
const virtualScheme = "vscode-vfs";
const shownScheme = "peft-lint-shown";

async function wrongLoad(): Promise<string> {
	return (await open("wrong_load.py")).document.getText();
}

suite("documents", () => {
	test("that were never saved are checked", async () => {
		const document = await vscode.workspace.openTextDocument({ language: "python", content: await wrongLoad() });
		await vscode.window.showTextDocument(document);
		await untilCodes(document, ["PEFT001"]);
		await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
	});

	test("of a virtual file system are checked", async () => {
		const provider = vscode.workspace.registerFileSystemProvider(virtualScheme, holding(await wrongLoad()));
		const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(`${virtualScheme}://host/repo/train.py`));
		await vscode.window.showTextDocument(document);
		await untilCodes(document, ["PEFT001"]);
		await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
		provider.dispose();
	});

	test("that only show code are not", async () => {
		const text = await wrongLoad();
		const provider = vscode.workspace.registerTextDocumentContentProvider(shownScheme, {
			provideTextDocumentContent: () => text,
		});
		const shown = await vscode.workspace.openTextDocument(vscode.Uri.parse(`${shownScheme}:/train.py`));
		assert.equal(shown.languageId, "python");
		await vscode.window.showTextDocument(shown);
		// The server answers in order: what it says of a document opened later shows that it had its chance.
		await untilCodes((await open("resume.py")).document, ["PEFT001"]);
		assert.deepEqual(findings(shown), []);
		provider.dispose();
	});
});

/** A file system that holds this text under every name. */
function holding(text: string): vscode.FileSystemProvider {
	const bytes = new TextEncoder().encode(text);
	const refuse = (): never => {
		throw vscode.FileSystemError.NoPermissions();
	};
	return {
		onDidChangeFile: new vscode.EventEmitter<vscode.FileChangeEvent[]>().event,
		watch: () => new vscode.Disposable(() => {}),
		stat: () => ({ type: vscode.FileType.File, ctime: 0, mtime: 0, size: bytes.length }),
		readFile: () => bytes,
		readDirectory: () => [],
		createDirectory: refuse,
		writeFile: refuse,
		delete: refuse,
		rename: refuse,
	};
}
