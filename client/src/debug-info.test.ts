import { expect, test } from "vitest";
import { type DebugInfo, formatDebugInfo } from "./debug-info";

const info: DebugInfo = {
	extensionVersion: "1.2.3",
	serverVersion: "1.2.3",
	serverState: "running",
	editorVersion: "1.99.3",
	editorHost: "desktop (desktop)",
	remote: undefined,
	platform: "linux 6.1 x64",
	nodeVersion: "20.19.0",
	language: "en",
	trusted: true,
	folders: 2,
	libraries: "peft 0.13.2 (requirements.txt); unknown: trl",
	activeDocument: { languageId: "python", scheme: "file", lines: 12 },
	settings: { "peftLint.ignore": ["PEFT010"] },
};

test("a running server", () => {
	expect(formatDebugInfo(info)).toBe(
		[
			"- PEFT Lint: 1.2.3",
			"- Server: running, 1.2.3",
			"- VS Code: 1.99.3, desktop (desktop), local, en",
			"- Platform: linux 6.1 x64, Node 20.19.0",
			"- Workspace: 2 folder(s), trusted",
			"- Active document: python, file, 12 lines",
			"- Libraries: peft 0.13.2 (requirements.txt); unknown: trl",
			"- Settings:",
			"",
			"```json",
			"{",
			'  "peftLint.ignore": [',
			'    "PEFT010"',
			"  ]",
			"}",
			"```",
			"",
		].join("\n"),
	);
});

test("nothing known", () => {
	const text = formatDebugInfo({
		...info,
		serverVersion: undefined,
		serverState: "failed",
		remote: "ssh-remote",
		trusted: false,
		activeDocument: undefined,
		libraries: undefined,
	});
	for (const line of [
		"- Server: failed\n",
		", ssh-remote, en",
		"restricted mode",
		"- Active document: none",
		"- Libraries: not asked",
	]) {
		expect(text).toContain(line);
	}
});
