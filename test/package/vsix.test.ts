/** What `npm run package` made. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import yauzl from "yauzl";

const vsix = join(__dirname, "../../peft-lint.vsix");

/** Bytes. */
const maxSize = 1.5 * 1024 * 1024;

function namesIn(zip: string): Promise<string[]> {
	return new Promise((resolve, reject) => {
		yauzl.open(zip, (error, file) => {
			if (error !== null) return reject(error);
			const names: string[] = [];
			file.on("entry", ({ fileName }: yauzl.Entry) => names.push(fileName));
			file.once("end", () => resolve(names.sort()));
			file.once("error", reject);
		});
	});
}

test("holds what the extension needs and nothing else", async () => {
	expect(await namesIn(vsix)).toMatchInlineSnapshot(`
		[
		  "[Content_Types].xml",
		  "extension.vsixmanifest",
		  "extension/LICENSE.txt",
		  "extension/changelog.md",
		  "extension/client/dist/THIRD_PARTY_NOTICES.txt",
		  "extension/client/dist/extension.js",
		  "extension/client/l10n/bundle.l10n.zh-cn.json",
		  "extension/media/icon.png",
		  "extension/package.json",
		  "extension/package.nls.json",
		  "extension/package.nls.zh-cn.json",
		  "extension/readme.md",
		  "extension/server/dist/THIRD_PARTY_NOTICES.txt",
		  "extension/server/dist/main.js",
		  "extension/server/dist/tree-sitter-python.wasm",
		  "extension/server/dist/web-tree-sitter.wasm",
		  "extension/snippets/python.json",
		  "extension/syntaxes/suppression.tmLanguage.json",
		]
	`);
});

test("is small", () => {
	expect(statSync(vsix).size).toBeLessThan(maxSize);
});
