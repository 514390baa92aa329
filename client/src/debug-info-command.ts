import { arch, platform, release } from "node:os";
import { type Extension, env, l10n, type TextDocument, UIKind, version, window, workspace } from "vscode";
import { RequestType } from "vscode-languageclient/node";
import { type DebugInfo, formatDebugInfo } from "./debug-info";
import type { Server } from "./server";

const versionsRequest = new RequestType<{ textDocument: { uri: string } }, string, void>("peft-lint/versions");
/** Milliseconds that the server has to say what it knows. */
const answerTime = 2_000;

/** Puts what a bug report needs on the clipboard. */
export async function copyDebugInfo(extension: Extension<unknown>, server: Server): Promise<void> {
	const libraries = await librariesOf(server, window.activeTextEditor?.document);
	await env.clipboard.writeText(formatDebugInfo({ ...collect(extension, server), libraries }));
	void window.showInformationMessage(l10n.t("Debug information copied. Paste it into your report."));
}

function collect(extension: Extension<unknown>, server: Server): Omit<DebugInfo, "libraries"> {
	return {
		extensionVersion: String(extension.packageJSON.version),
		serverVersion: server.client?.initializeResult?.serverInfo?.version,
		serverState: server.state,
		editorVersion: version,
		editorHost: `${env.uiKind === UIKind.Web ? "web" : "desktop"} (${env.appHost})`,
		// The part before "+" names the kind; what follows names the person's machine.
		remote: env.remoteName?.split("+")[0],
		platform: `${platform()} ${release()} ${arch()}`,
		nodeVersion: process.versions.node,
		language: env.language,
		trusted: workspace.isTrusted,
		folders: workspace.workspaceFolders?.length ?? 0,
		activeDocument: describe(window.activeTextEditor?.document),
		settings: settingsOf(extension),
	};
}

/** A server that does not answer is what some reports are about. */
async function librariesOf({ client }: Server, document: TextDocument | undefined): Promise<string | undefined> {
	if (client === undefined || document === undefined) return undefined;
	const uri = client.code2ProtocolConverter.asUri(document.uri);
	const answer = client.sendRequest(versionsRequest, { textDocument: { uri } }).catch(() => undefined);
	const patience = new Promise<undefined>((resolve) => setTimeout(resolve, answerTime, undefined));
	return Promise.race([answer, patience]);
}

function describe(document: TextDocument | undefined): DebugInfo["activeDocument"] {
	if (document === undefined) return undefined;
	return { languageId: document.languageId, scheme: document.uri.scheme, lines: document.lineCount };
}

function settingsOf(extension: Extension<unknown>): Record<string, unknown> {
	const properties: object = extension.packageJSON.contributes.configuration.properties;
	const scope = window.activeTextEditor?.document;
	const configuration = workspace.getConfiguration(undefined, scope);
	return Object.fromEntries(Object.keys(properties).map((key) => [key, configuration.get(key)]));
}
