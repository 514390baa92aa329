/** The injected grammar on top of the real Python grammar, as the editor paints it. */
import assert from "node:assert/strict";
import { suite, test } from "mocha";
import * as vscode from "vscode";
import { open, until } from "./support";

/** What `_workbench.captureSyntaxTokens`, made for the tests of VS Code's own grammars, tells of a token. */
interface CapturedToken {
	/** The text. */
	readonly c: string;
	/** Scopes, separated by blanks. */
	readonly t: string;
}

suite("suppression comments", () => {
	test("are highlighted", async () => {
		const { document } = await open("suppressed.py");
		const rules = await until(
			"the rule in brackets",
			async () => {
				const tokens = await vscode.commands.executeCommand<CapturedToken[]>(
					"_workbench.captureSyntaxTokens",
					document.uri,
				);
				return tokens.filter(({ t }) => t.includes("constant.rule.peft-lint")).map(({ c }) => c);
			},
			(found) => found.length > 0,
		);
		assert.deepEqual(rules, ["PEFT001", "nested-wrap"]);
	});
});
