/** What the suites share: opening a file of the workspace, and waiting for what the extension answers. */
import { join } from "node:path";
import * as vscode from "vscode";

/** Milliseconds. A cold server on a loaded machine is slow, not wrong. */
const patience = 30_000;

export interface OpenFile {
	readonly document: vscode.TextDocument;
	readonly editor: vscode.TextEditor;
}

/** Opens a file of the workspace folder in an editor, beside those that are open. */
export async function open(name: string): Promise<OpenFile> {
	const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
	if (folder === undefined) throw new Error("The suite needs a workspace folder.");
	const document = await vscode.workspace.openTextDocument(join(folder, name));
	return { document, editor: await vscode.window.showTextDocument(document, { preview: false }) };
}

/** Gives every file of the workspace its text back and closes all editors: each test begins with nothing open. */
export async function reset(): Promise<void> {
	const ours = vscode.workspace.textDocuments.filter(({ uri }) => vscode.workspace.getWorkspaceFolder(uri));
	for (const document of ours.filter(({ isDirty }) => isDirty)) await restore(document);
	await vscode.commands.executeCommand("workbench.action.closeAllEditors");
}

/** The text on disk is the one of the start: no test saves. (The command that reverts acts on whatever has the focus.) */
async function restore(document: vscode.TextDocument): Promise<void> {
	const bytes = await vscode.workspace.fs.readFile(document.uri);
	const edit = new vscode.WorkspaceEdit();
	const everything = new vscode.Range(0, 0, document.lineCount, 0);
	edit.replace(document.uri, everything, new TextDecoder().decode(bytes));
	await vscode.workspace.applyEdit(edit);
	// A save that a crashed server was to take part in may be given up.
	await until(
		`${document.uri} to be restored`,
		() => document.save(),
		(isSaved) => isSaved,
	);
}

/** Polls until `read` gives something that `accept` takes; the error of a timeout tells the last value. */
export async function until<T>(
	what: string,
	read: () => T | PromiseLike<T>,
	accept: (value: T) => boolean,
): Promise<T> {
	const end = Date.now() + patience;
	for (;;) {
		const value = await read();
		if (accept(value)) return value;
		if (Date.now() > end) throw new Error(`Waited in vain for ${what}; last seen: ${JSON.stringify(value)}`);
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}

/** The extension's findings on a document. */
export function findings(document: vscode.TextDocument): vscode.Diagnostic[] {
	return vscode.languages.getDiagnostics(document.uri).filter(({ source }) => source === "PEFT Lint");
}

export function codesOf(diagnostics: readonly vscode.Diagnostic[]): string[] {
	return diagnostics.map(({ code }) => String(typeof code === "object" ? code.value : code));
}

/** Waits until the findings have exactly these codes. */
export function untilCodes(document: vscode.TextDocument, codes: readonly string[]): Promise<vscode.Diagnostic[]> {
	const wanted = codes.join();
	return until(
		`findings [${wanted}]`,
		() => findings(document),
		(found) => codesOf(found).join() === wanted,
	);
}

/** The text of all hovers at a place. */
export async function hoverText(document: vscode.TextDocument, position: vscode.Position): Promise<string> {
	const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
		"vscode.executeHoverProvider",
		document.uri,
		position,
	);
	const contents = hovers.flatMap((hover) => hover.contents);
	return contents.map((content) => (typeof content === "string" ? content : content.value)).join("\n\n");
}

/** The code actions that the editor would offer at a range. */
export function codeActions(document: vscode.TextDocument, range: vscode.Range): Thenable<vscode.CodeAction[]> {
	return vscode.commands.executeCommand<vscode.CodeAction[]>(
		"vscode.executeCodeActionProvider",
		document.uri,
		range,
		undefined,
		// Resolve them: an edit may come only then.
		100,
	);
}

/** Applies a code action as the editor does: its edit, then its command. */
export async function apply(action: vscode.CodeAction): Promise<void> {
	if (action.edit !== undefined && !(await vscode.workspace.applyEdit(action.edit))) {
		throw new Error(`The edit of "${action.title}" was refused.`);
	}
	if (action.command !== undefined) {
		await vscode.commands.executeCommand(action.command.command, ...(action.command.arguments ?? []));
	}
}

/** Sets a setting of the workspace, and back to its default when the function that is returned is called. */
export async function setSetting(name: string, value: unknown): Promise<() => Thenable<void>> {
	const update = (next: unknown): Thenable<void> =>
		vscode.workspace.getConfiguration().update(name, next, vscode.ConfigurationTarget.Workspace);
	await update(value);
	return () => update(undefined);
}
