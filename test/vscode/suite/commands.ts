/** The commands of the palette. */
import assert from "node:assert/strict";
import { suite, test } from "mocha";
import * as vscode from "vscode";
import { open, until, untilCodes } from "./support";

suite("commands", () => {
	test("every contributed command is registered", async () => {
		await open("wrong_load.py");
		const extension = vscode.extensions.getExtension("peft-lint.peft-lint-vscode");
		assert.ok(extension);
		await extension.activate();
		const contributed: { command: string }[] = extension.packageJSON.contributes.commands;
		const known = new Set(await vscode.commands.getCommands(true));
		assert.deepEqual(
			contributed.map(({ command }) => command).filter((command) => !known.has(command)),
			[],
		);
	});

	test("Show Model Graph opens a read-only text that follows the file", async () => {
		const { document, editor } = await open("wrong_load.py");
		await untilCodes(document, ["PEFT001"]);
		await vscode.commands.executeCommand("peftLint.showModelGraph");
		const graph = await until(
			"the graph",
			() => vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === "peft-lint-graph"),
			(found) => found !== undefined,
		);
		assert.match(graph?.getText() ?? "", /PeftModel\.from_pretrained/);
		await editor.edit((edit) => edit.delete(document.lineAt(17).rangeIncludingLineBreak));
		await until(
			"the changed graph",
			() => graph?.getText() ?? "",
			(text) => !text.includes("from_pretrained"),
		);
	});

	test("Copy Debug Info puts versions and settings on the clipboard, and no path", async () => {
		const { document } = await open("wrong_load.py");
		await untilCodes(document, ["PEFT001"]);
		await vscode.commands.executeCommand("peftLint.copyDebugInfo");
		const text = await vscode.env.clipboard.readText();
		assert.match(text, /^- PEFT Lint: \d+\.\d+\.\d+\n- Server: running, \d+\.\d+\.\d+\n/);
		assert.match(text, /^- Libraries: peft 0\.13\.2 \(requirements\.txt\); unknown: transformers, /m);
		assert.match(text, /"peftLint\.severity": \{\}/);
		assert.ok(!text.includes(document.uri.fsPath));
	});
});
