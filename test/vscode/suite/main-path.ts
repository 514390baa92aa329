/** What a person does: opens a script, reads, fixes, takes the fix back. */
import assert from "node:assert/strict";
import { setup, suite, test } from "mocha";
import * as vscode from "vscode";
import { apply, codeActions, findings, hoverText, type OpenFile, open, untilCodes } from "./support";

suite("a wrong load", () => {
	let file: OpenFile;

	setup(async () => {
		file = await open("wrong_load.py");
		await untilCodes(file.document, ["PEFT001"]);
	});

	const only = (): vscode.Diagnostic => {
		const [finding, ...more] = findings(file.document);
		assert.ok(finding);
		assert.deepEqual(more, []);
		return finding;
	};

	const action = async (title: RegExp): Promise<vscode.CodeAction> => {
		const actions = await codeActions(file.document, only().range);
		const wanted = actions.find((each) => title.test(each.title));
		assert.ok(wanted, `no action ${title} among: ${actions.map((each) => each.title).join(" | ")}`);
		return wanted;
	};

	test("is underlined as an error, with its timeline and the rule's page", () => {
		const finding = only();
		assert.equal(finding.severity, vscode.DiagnosticSeverity.Error);
		assert.match(finding.message, /\bmodel\b/);
		assert.equal(finding.range.start.line, 17);
		const lines = (finding.relatedInformation ?? []).map(({ location }) => location.range.start.line);
		assert.ok(lines.includes(16), `the wrap is not in the timeline: lines ${lines}`);
		assert.ok(typeof finding.code === "object" && /PEFT001|load-onto/i.test(String(finding.code.target)));
	});

	test("is explained on hover", async () => {
		const text = await hoverText(file.document, only().range.start);
		assert.match(text, /from_pretrained/);
		assert.match(text, /17/, "the hover names the line of the wrap");
	});

	test("is gone after the preferred fix, and back after undo", async () => {
		const before = file.document.getText();
		const actions = await codeActions(file.document, only().range);
		const preferred = actions.filter(({ isPreferred }) => isPreferred);
		assert.equal(preferred.length, 1, `preferred: ${preferred.map(({ title }) => title).join(" | ")}`);
		const [fix] = preferred;
		assert.ok(fix);
		await apply(fix);
		assert.notEqual(file.document.getText(), before);
		await untilCodes(file.document, []);
		await vscode.commands.executeCommand("undo");
		assert.equal(file.document.getText(), before);
		await untilCodes(file.document, ["PEFT001"]);
	});

	test("is silent when suppressed on its line", async () => {
		await apply(await action(/suppress|ignore/i));
		assert.match(file.document.getText(), /# peft-lint: ignore\[(PEFT001|load-onto-wrapped-model)\]/);
		await untilCodes(file.document, []);
	});

	test("follows typing", async () => {
		const wrap = file.document.lineAt(16).range;
		await file.editor.edit((edit) => edit.replace(wrap, "model = Linear()"));
		await untilCodes(file.document, []);
		await vscode.commands.executeCommand("undo");
		await untilCodes(file.document, ["PEFT001"]);
	});
});

suite("right loads", () => {
	test("are silent", async () => {
		// The wrong file is opened first: its finding shows that the server has answered and would have spoken here.
		await untilCodes((await open("wrong_load.py")).document, ["PEFT001"]);
		const { document } = await open("right_load.py");
		const text = await hoverText(document, document.lineAt(10).range.end.translate(0, -12));
		assert.match(text, /\S/, "no hover on a modelled call");
		assert.deepEqual(findings(document), []);
	});
});
