/** Each setting takes effect while the file is open, and back. */
import assert from "node:assert/strict";
import { suite, test } from "mocha";
import * as vscode from "vscode";
import { findings, open, setSetting, until, untilCodes } from "./support";

suite("settings", () => {
	for (const { name, value } of [
		{ name: "peftLint.enable", value: false },
		{ name: "peftLint.ignore", value: ["PEFT001"] },
		{ name: "peftLint.ignore", value: ["load-onto-wrapped-model"] },
		{ name: "peftLint.select", value: ["PEFT002"] },
		{ name: "peftLint.severity", value: { PEFT001: "off" } },
	]) {
		test(`${name}: ${JSON.stringify(value)} silences the finding`, async () => {
			const { document } = await open("wrong_load.py");
			await untilCodes(document, ["PEFT001"]);
			const reset = await setSetting(name, value);
			await untilCodes(document, []);
			await reset();
			await untilCodes(document, ["PEFT001"]);
		});
	}

	test("peftLint.severity changes how loud it is", async () => {
		const { document } = await open("wrong_load.py");
		await untilCodes(document, ["PEFT001"]);
		const reset = await setSetting("peftLint.severity", { "load-onto-wrapped-model": "information" });
		await until(
			"an information",
			() => findings(document).map(({ severity }) => severity),
			([severity]) => severity === vscode.DiagnosticSeverity.Information,
		);
		await reset();
		await until(
			"an error",
			() => findings(document).map(({ severity }) => severity),
			([severity]) => severity === vscode.DiagnosticSeverity.Error,
		);
		assert.equal(findings(document).length, 1);
	});
});
