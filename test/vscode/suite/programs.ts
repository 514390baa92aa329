/** Files that import each other: what a person changes in one is seen in the other. */
import assert from "node:assert/strict";
import { setup, suite, test } from "mocha";
import * as vscode from "vscode";
import { hoverText, type OpenFile, open, untilCodes } from "./support";

/** The line of the wrap in `builder.py`. */
const wrap = 6;

suite("a model that another file wraps", () => {
	let file: OpenFile;

	setup(async () => {
		file = await open("evaluate_built.py");
		await untilCodes(file.document, ["PEFT001"]);
	});

	test("the finding's timeline and the hover lead to the other file", async () => {
		const [finding] = await untilCodes(file.document, ["PEFT001"]);
		const lines = (finding?.relatedInformation ?? []).flatMap(({ location }) =>
			location.uri.path.endsWith("/builder.py") ? [location.range.start.line] : [],
		);
		assert.ok(lines.includes(wrap), `the wrap is not in the timeline: lines ${lines}`);
		const text = await hoverText(file.document, new vscode.Position(4, 35));
		assert.match(text, /builder\.py, line 7/);
	});

	test("comes and goes with what is typed in the other file", async () => {
		const { document, editor } = await open("builder.py");
		const before = document.getText();
		await editor.edit((edit) => edit.delete(document.lineAt(wrap).rangeIncludingLineBreak));
		await untilCodes(file.document, []);
		await vscode.commands.executeCommand("undo");
		assert.equal(document.getText(), before);
		await untilCodes(file.document, ["PEFT001"]);
	});

	test("comes and goes with the other file on disk", async () => {
		const uri = vscode.Uri.joinPath(file.document.uri, "..", "builder.py");
		const bytes = await vscode.workspace.fs.readFile(uri);
		const lines = new TextDecoder().decode(bytes).split("\n");
		try {
			await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(lines.toSpliced(wrap, 1).join("\n")));
			await untilCodes(file.document, []);
			await vscode.workspace.fs.delete(uri);
			await untilCodes(file.document, []);
		} finally {
			await vscode.workspace.fs.writeFile(uri, bytes);
		}
		await untilCodes(file.document, ["PEFT001"]);
	});
});
