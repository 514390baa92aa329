/** What real clients say they can do, as far as it matters here. */
import type { ClientCapabilities } from "vscode-languageserver-protocol";

const publishDiagnostics = {
	relatedInformation: true,
	versionSupport: true,
	codeDescriptionSupport: true,
	dataSupport: true,
} as const;

const codeAction = {
	isPreferredSupport: true,
	codeActionLiteralSupport: { codeActionKind: { valueSet: ["", "quickfix", "source", "source.fixAll"] } },
};

/** Like VS Code. */
export const pulling: ClientCapabilities = {
	general: { positionEncodings: ["utf-16"] },
	textDocument: {
		publishDiagnostics,
		diagnostic: { dynamicRegistration: true, relatedDocumentSupport: true },
		codeAction,
		hover: { contentFormat: ["markdown", "plaintext"] },
	},
	workspace: {
		workspaceEdit: { documentChanges: true },
		configuration: true,
		didChangeConfiguration: { dynamicRegistration: true },
		workspaceFolders: true,
		diagnostics: { refreshSupport: true },
	},
};

/** Waits for diagnostics, takes plain edits, pushes its settings. */
export const pushed: ClientCapabilities = {
	textDocument: { publishDiagnostics, codeAction, hover: { contentFormat: ["plaintext"] } },
};

/** Knows nothing that the protocol has learned since its first version. */
export const bare: ClientCapabilities = {};
