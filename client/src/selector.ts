import { type Uri, workspace } from "vscode";

/** On disk, not saved yet, and repositories opened without a clone. */
const wellKnownSchemes = ["file", "untitled", "vscode-vfs"];

/** Whether documents of the folder are served only because the folder is open (a file system of another extension). */
export function hasForeignScheme(folder: { readonly uri: Uri }): boolean {
	return !wellKnownSchemes.includes(folder.uri.scheme);
}

/**
 * The documents to check: Python in every place a person edits. Listing schemes leaves out what only shows code (the
 * left side of a diff, search previews), where a finding could be neither acted on nor suppressed.
 */
export function documentSelector(): { readonly scheme: string; readonly language: string }[] {
	const folderSchemes = (workspace.workspaceFolders ?? []).map((folder) => folder.uri.scheme);
	return [...new Set([...wellKnownSchemes, ...folderSchemes])].map((scheme) => ({ scheme, language: "python" }));
}
