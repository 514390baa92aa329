/** Shows what the analysis knows of a file's models, as text, in a read-only document that follows the file. */
import { posix } from "node:path";
import {
	commands,
	Disposable,
	EventEmitter,
	l10n,
	type TextDocument,
	Uri,
	ViewColumn,
	window,
	workspace,
} from "vscode";
import { RequestType } from "vscode-languageclient/node";
import type { Server } from "./server";

const scheme = "peft-lint-graph";
/** Milliseconds without a keystroke before an open graph is drawn again. */
const refreshDelay = 400;

const modelGraphRequest = new RequestType<{ textDocument: { uri: string } }, string, void>("peft-lint/modelGraph");

export function registerModelGraph(server: Server): Disposable {
	const changed = new EventEmitter<Uri>();
	const refresh = debounceByKey(refreshDelay, (graph: Uri) => changed.fire(graph));
	const refreshOpenGraphs = (): void => {
		for (const graph of openGraphs()) changed.fire(graph);
	};
	return Disposable.from(
		changed,
		commands.registerCommand("peftLint.showModelGraph", async () => {
			const source = window.activeTextEditor?.document;
			if (source?.languageId !== "python") {
				void window.showInformationMessage(l10n.t("Open a Python file to see its model graph."));
				return;
			}
			await showBeside(source, changed);
		}),
		workspace.registerTextDocumentContentProvider(scheme, {
			onDidChange: changed.event,
			provideTextDocumentContent: (graph) => requestGraph(server, sourceOf(graph)),
		}),
		workspace.onDidChangeTextDocument(({ document }) => {
			for (const graph of openGraphs()) if (isOf(graph, document.uri)) refresh(graph);
		}),
		server.onDidChangeState((state) => {
			if (state === "running") refreshOpenGraphs();
		}),
	);
}

async function showBeside(source: TextDocument, changed: EventEmitter<Uri>): Promise<void> {
	const graph = graphOf(source.uri);
	if (isOpen(graph)) changed.fire(graph);
	const document = await workspace.openTextDocument(graph);
	await window.showTextDocument(document, { viewColumn: ViewColumn.Beside, preserveFocus: true, preview: true });
}

async function requestGraph(server: Server, source: Uri): Promise<string> {
	const { client } = server;
	if (client === undefined) return l10n.t("The PEFT Lint server does not run. See PEFT Lint: Show Logs.");
	const uri = client.code2ProtocolConverter.asUri(source);
	try {
		return await client.sendRequest(modelGraphRequest, { textDocument: { uri } });
	} catch (error) {
		client.warn("Asking for the model graph failed", error);
		return l10n.t("The model graph could not be made. See PEFT Lint: Show Logs.");
	}
}

/** The title says whose graph it is; the whole address of the file travels in the query. */
function graphOf(source: Uri): Uri {
	return Uri.from({
		scheme,
		path: `/${posix.basename(source.path)} (model graph)`,
		query: source.toString(),
	});
}

function sourceOf(graph: Uri): Uri {
	return Uri.parse(graph.query, true);
}

function openGraphs(): readonly Uri[] {
	return workspace.textDocuments.map(({ uri }) => uri).filter((uri) => uri.scheme === scheme);
}

/** The cells of a notebook differ in their fragment only, and each changes the graph of all. */
function isOf(graph: Uri, source: Uri): boolean {
	return sourceOf(graph).with({ fragment: "" }).toString() === source.with({ fragment: "" }).toString();
}

function isOpen(graph: Uri): boolean {
	const wanted = graph.toString();
	return workspace.textDocuments.some((document) => document.uri.toString() === wanted);
}

function debounceByKey(delay: number, act: (uri: Uri) => void): (uri: Uri) => void {
	const timers = new Map<string, NodeJS.Timeout>();
	return (uri) => {
		const key = uri.toString();
		clearTimeout(timers.get(key));
		timers.set(
			key,
			setTimeout(() => {
				timers.delete(key);
				act(uri);
			}, delay),
		);
	};
}
