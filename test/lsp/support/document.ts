/** A document that a client has open, and what it can ask about it. */
import type {
	CodeAction,
	Diagnostic,
	DocumentDiagnosticReport,
	Hover,
	MarkupContent,
	Position,
	PublishDiagnosticsParams,
	Range,
	TextDocumentContentChangeEvent,
} from "vscode-languageserver-protocol";
import type { Server } from "./server";

export interface ActionRequest {
	readonly range: Range;
	readonly only?: readonly string[];
	readonly diagnostics?: readonly Diagnostic[];
}

export interface Document {
	readonly uri: string;
	/** Of the last text sent. */
	readonly version: number;
	/** Changes, or the whole new text, as one notification with the next version. */
	change(changes: readonly TextDocumentContentChangeEvent[] | string): void;
	close(): void;
	report(previousResultId?: string): Promise<DocumentDiagnosticReport>;
	/** Diagnostics by pull. */
	pull(): Promise<readonly Diagnostic[]>;
	/** Diagnostics that were pushed for the present version. */
	published(): Promise<readonly Diagnostic[]>;
	hover(position: Position): Promise<Hover | null>;
	/** The text of a hover; undefined without one. */
	hoverText(position: Position): Promise<string | undefined>;
	actions(request: ActionRequest): Promise<CodeAction[]>;
}

let opened = 0;

/** Opens a text, under an address of its own unless one is given. */
export function open(server: Server, text: string, address?: string, firstVersion = 1): Document {
	opened++;
	const document = at(server, address ?? `file:///work%20space/${opened}/train.py`, firstVersion);
	server.notify("textDocument/didOpen", {
		textDocument: { uri: document.uri, languageId: "python", version: firstVersion, text },
	});
	return document;
}

/** A document that was not opened here. */
export function at(server: Server, uri: string, firstVersion = 1): Document {
	const textDocument = { uri };
	let version = firstVersion;
	const report = (previousResultId?: string): Promise<DocumentDiagnosticReport> =>
		server.request("textDocument/diagnostic", {
			textDocument,
			...(previousResultId !== undefined && { previousResultId }),
		});
	const hover = (position: Position): Promise<Hover | null> =>
		server.request("textDocument/hover", { textDocument, position });

	return {
		uri,
		get version() {
			return version;
		},
		change(changes) {
			version++;
			const contentChanges = typeof changes === "string" ? [{ text: changes }] : changes;
			server.notify("textDocument/didChange", { textDocument: { uri, version }, contentChanges });
		},
		close: () => server.notify("textDocument/didClose", { textDocument }),
		report,
		async pull() {
			const answer = await report();
			if (answer.kind !== "full") throw new Error("A full report was expected.");
			return answer.items;
		},
		async published() {
			const wanted = version;
			const fits = (params: PublishDiagnosticsParams) => params.uri === uri && params.version === wanted;
			return (await server.next("textDocument/publishDiagnostics", fits)).diagnostics;
		},
		hover,
		async hoverText(position) {
			const answer = await hover(position);
			return answer === null ? undefined : (answer.contents as MarkupContent).value;
		},
		actions: ({ range, only, diagnostics = [] }) =>
			server.request("textDocument/codeAction", {
				textDocument,
				range,
				context: { diagnostics, ...(only !== undefined && { only }) },
			}),
	};
}
