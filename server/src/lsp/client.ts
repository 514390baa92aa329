/** What the client can do, as far as this server cares, read once from `initialize`. */
import type { InitializeParams } from "vscode-languageserver";
import { chooseEncoding, type PositionEncoding } from "../workspace/positions";
import { type Markup, markdown, plaintext } from "./markup";

export interface Client {
	readonly encoding: PositionEncoding;
	readonly pullsDiagnostics: boolean;
	readonly refreshesDiagnostics: boolean;
	readonly showsVersions: boolean;
	readonly showsRelated: boolean;
	readonly showsCodeLinks: boolean;
	readonly keepsData: boolean;
	readonly answersConfiguration: boolean;
	readonly registersConfiguration: boolean;
	readonly hasFolders: boolean;
	readonly watchesFiles: boolean;
	readonly takesCodeActions: boolean;
	readonly showsPreferred: boolean;
	readonly takesVersionedEdits: boolean;
	readonly hover: Markup;
}

export function clientOf({ capabilities }: InitializeParams): Client {
	const { textDocument = {}, workspace = {} } = capabilities;
	// A client that pulls says what it shows in either place: LSP 3.18 moved it.
	const pull = textDocument.diagnostic;
	const push = textDocument.publishDiagnostics;
	return {
		encoding: chooseEncoding(capabilities.general?.positionEncodings),
		pullsDiagnostics: pull !== undefined,
		refreshesDiagnostics: workspace.diagnostics?.refreshSupport === true,
		showsVersions: push?.versionSupport === true,
		showsRelated: (pull?.relatedInformation ?? push?.relatedInformation) === true,
		showsCodeLinks: (pull?.codeDescriptionSupport ?? push?.codeDescriptionSupport) === true,
		keepsData: (pull?.dataSupport ?? push?.dataSupport) === true,
		answersConfiguration: workspace.configuration === true,
		registersConfiguration: workspace.didChangeConfiguration?.dynamicRegistration === true,
		hasFolders: workspace.workspaceFolders === true,
		watchesFiles: workspace.didChangeWatchedFiles?.dynamicRegistration === true,
		takesCodeActions: textDocument.codeAction?.codeActionLiteralSupport !== undefined,
		showsPreferred: textDocument.codeAction?.isPreferredSupport === true,
		takesVersionedEdits: workspace.workspaceEdit?.documentChanges === true,
		hover: textDocument.hover?.contentFormat?.[0] === "plaintext" ? plaintext : markdown,
	};
}
