/** What a bug report needs to know, without a path or a line of the person's code. */
export interface DebugInfo {
	readonly extensionVersion: string;
	readonly serverVersion: string | undefined;
	readonly serverState: string;
	readonly editorVersion: string;
	/** `desktop`, `web`, … and the kind of remote, if any. */
	readonly editorHost: string;
	readonly remote: string | undefined;
	readonly platform: string;
	readonly nodeVersion: string;
	readonly language: string;
	readonly trusted: boolean;
	readonly folders: number;
	/** Of the libraries that the active document's project uses, as the server says it. */
	readonly libraries: string | undefined;
	readonly activeDocument: { readonly languageId: string; readonly scheme: string; readonly lines: number } | undefined;
	readonly settings: Readonly<Record<string, unknown>>;
}

/** Markdown, to be pasted into an issue. */
export function formatDebugInfo(info: DebugInfo): string {
	const { activeDocument } = info;
	const rows: readonly (readonly [string, string])[] = [
		["PEFT Lint", info.extensionVersion],
		["Server", `${info.serverState}${info.serverVersion === undefined ? "" : `, ${info.serverVersion}`}`],
		["VS Code", `${info.editorVersion}, ${info.editorHost}, ${info.remote ?? "local"}, ${info.language}`],
		["Platform", `${info.platform}, Node ${info.nodeVersion}`],
		["Workspace", `${info.folders} folder(s), ${info.trusted ? "trusted" : "restricted mode"}`],
		[
			"Active document",
			activeDocument === undefined
				? "none"
				: `${activeDocument.languageId}, ${activeDocument.scheme}, ${activeDocument.lines} lines`,
		],
		["Libraries", info.libraries ?? "not asked"],
	];
	const list = rows.map(([name, value]) => `- ${name}: ${value}`);
	return [...list, "- Settings:", "", "```json", JSON.stringify(info.settings, undefined, 2), "```", ""].join("\n");
}
