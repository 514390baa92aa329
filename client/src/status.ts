import {
	type Disposable,
	Disposable as Disposables,
	type LanguageStatusItem,
	LanguageStatusSeverity,
	l10n,
	languages,
	window,
} from "vscode";
import { documentSelector } from "./selector";
import type { Server, ServerState } from "./server";

/** The `source` of the server's diagnostics. */
const diagnosticSource = "PEFT Lint";

/** Shows, beside the language of a Python file, whether the server is well and what it found in that file. */
export function registerStatus(server: Server): Disposable {
	const item = languages.createLanguageStatusItem("peftLint.status", documentSelector());
	item.name = "PEFT Lint";
	const update = (): void => show(item, server.state);
	update();
	return Disposables.from(
		item,
		server.onDidChangeState(() => {
			item.selector = documentSelector();
			update();
		}),
		languages.onDidChangeDiagnostics(update),
		window.onDidChangeActiveTextEditor(update),
	);
}

function show(item: LanguageStatusItem, state: ServerState): void {
	item.busy = state === "starting";
	item.severity = state === "failed" ? LanguageStatusSeverity.Error : LanguageStatusSeverity.Information;
	item.text = textOf(state);
	item.detail = "PEFT Lint";
	item.command =
		state === "failed"
			? { command: "peftLint.restart", title: l10n.t("Restart Server") }
			: { command: "peftLint.showLogs", title: l10n.t("Show Logs") };
}

function textOf(state: ServerState): string {
	switch (state) {
		case "starting":
			return l10n.t("Starting");
		case "running":
			return findingsText();
		case "stopped":
			return l10n.t("Stopped");
		case "failed":
			return l10n.t("The server does not run");
	}
}

function findingsText(): string {
	const uri = window.activeTextEditor?.document.uri;
	if (uri === undefined) return l10n.t("Ready");
	const count = languages.getDiagnostics(uri).filter(({ source }) => source === diagnosticSource).length;
	if (count === 0) return l10n.t("No findings");
	return count === 1 ? l10n.t("1 finding") : l10n.t("{0} findings", count);
}
