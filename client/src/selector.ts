import { type DocumentFilter, type Uri, workspace } from "vscode";
import type { DocumentSelector } from "vscode-languageclient";

/** On disk, not saved yet, and repositories opened without a clone. */
const wellKnownSchemes = ["file", "untitled", "vscode-vfs"];

/** Whether documents of the folder are served only because the folder is open (a file system of another extension). */
export function hasForeignScheme(folder: { readonly uri: Uri }): boolean {
	return !wellKnownSchemes.includes(folder.uri.scheme);
}

const language = "python";
const notebookType = "jupyter-notebook";

/**
 * The documents to check: Python in every place a person edits, in notebooks cell by cell. Listing schemes leaves out what
 * only shows code (the left side of a diff, search previews), where a finding could be neither acted on nor suppressed.
 */
export function documentSelector(): DocumentFilter[] {
	return servedSchemes().flatMap((scheme) => [
		{ scheme, language },
		{ scheme, language, notebookType },
	]);
}

/** The same in the protocol's words. */
export function protocolSelector(): DocumentSelector {
	return servedSchemes().flatMap((scheme) => [
		{ scheme, language },
		{ notebook: { scheme, notebookType }, language },
	]);
}

function servedSchemes(): readonly string[] {
	const folderSchemes = (workspace.workspaceFolders ?? []).map((folder) => folder.uri.scheme);
	return [...new Set([...wellKnownSchemes, ...folderSchemes])];
}
