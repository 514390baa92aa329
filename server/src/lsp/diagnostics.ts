/** Findings as diagnostics: pulled by clients that can, pushed to the others. */
import {
	type Connection,
	type Diagnostic,
	DiagnosticSeverity,
	type DocumentDiagnosticParams,
	type DocumentDiagnosticReport,
	DocumentDiagnosticReportKind,
	DocumentDiagnosticRequest,
} from "vscode-languageserver";
import { ruleByCode } from "../rules/registry";
import type { Finding, Severity } from "../rules/rule";
import { ruleUrl } from "../rules/url";
import type { Document } from "../workspace/document";
import type { OpenNotebook } from "../workspace/notebook/open-notebook";
import { type Asked, askLatest, property, settle } from "./requests";
import type { GetSession, Session } from "./session";

/** The `source` of every diagnostic. */
export const diagnosticSource = "PEFT Lint";

/** What a diagnostic carries back to the server in a code action request. */
export interface DiagnosticData {
	readonly code: string;
	readonly name: string;
	/** Index of the event in the model graph of that version. */
	readonly event: number;
	/** The document's version; null for a file that is not open. */
	readonly version: number | null;
	/** The rule has fixes; whether one fits this finding is only computed when code actions are asked for. */
	readonly fixable: boolean;
}

export interface DiagnosticsFeature {
	/** The text changed: a pushing server has something to say. */
	changed(uri: string): void;
	closed(uri: string): void;
	/** What is said of a cell depends on all of them. */
	cellsChanged(notebook: OpenNotebook): void;
	/** Files on disk changed: some of what was said may be wrong. */
	programsChanged(): void;
	/** Every answer so far may be wrong: settings changed. */
	refresh(): void;
}

const severities: Readonly<Record<Severity, DiagnosticSeverity>> = {
	error: DiagnosticSeverity.Error,
	warning: DiagnosticSeverity.Warning,
	information: DiagnosticSeverity.Information,
	hint: DiagnosticSeverity.Hint,
};

export function registerDiagnostics(connection: Connection, session: GetSession): DiagnosticsFeature {
	let settingsGeneration = 0;
	const push = createPush(session);
	const askToPull = createRefresh(session);
	const told = createMemory();

	/** Speaks of those open documents anew that import what changed, and of no others. */
	async function follow(changed?: string): Promise<void> {
		const { client, documents } = session();
		const outdated = await documents.outdated(changed);
		if (!client.pullsDiagnostics) for (const document of outdated) push.schedule(document.uri);
		else if (outdated.length > 0) askToPull();
	}

	/** A client pulls the cell that changed; of others it learns only when asked to pull them, the one with the cursor too. */
	const followCells = createOncePerNotebook(async (notebook) => {
		const { client, documents, settings, versions } = session();
		const [first] = notebook.all();
		if (first === undefined || !client.refreshesDiagnostics) return;
		await untilQuiet(session, first.uri);
		const asked = { settings: await settings.of(notebook.uri), versions: await versions.of(notebook.uri) };
		await documents.ready(first.uri);
		if (documents.notebook(notebook.uri) !== notebook || !asked.settings.enable) return;
		const isNews = notebook.all().some((document) => {
			return told.differs(document.uri, diagnosticsOf({ session: session(), document, ...asked }));
		});
		if (isNews) askToPull();
	});

	connection.onRequest(DocumentDiagnosticRequest.type, (params: DocumentDiagnosticParams, token) =>
		askLatest<DocumentDiagnosticReport>(session(), params, token, full([]), (asked) => {
			const { document } = asked;
			// A file on disk has no version that could tell whether it changed.
			if (document.version === undefined) return full(diagnosticsOf(asked));
			const resultId = `${document.analysis().id}.${settingsGeneration}`;
			if (property(params, "previousResultId") === resultId) {
				return { kind: DocumentDiagnosticReportKind.Unchanged, resultId };
			}
			const items = diagnosticsOf(asked);
			if (session().documents.notebookOf(document.uri) !== undefined) told.remember(document.uri, items);
			return full(items, resultId);
		}),
	);

	return {
		changed(uri) {
			if (!session().client.pullsDiagnostics) push.schedule(uri);
			void follow(uri);
		},
		closed(uri) {
			if (!session().client.pullsDiagnostics) push.clear(uri);
			told.forget(uri);
			void follow(uri);
		},
		cellsChanged(notebook) {
			if (session().client.pullsDiagnostics) followCells(notebook);
			else for (const cell of notebook.all()) push.schedule(cell.uri);
		},
		programsChanged: () => void follow(),
		refresh() {
			settingsGeneration++;
			const { client, documents } = session();
			if (!client.pullsDiagnostics) {
				for (const document of documents.all()) push.schedule(document.uri);
			} else {
				askToPull();
			}
		},
	};
}

function full(items: Diagnostic[], resultId?: string): DocumentDiagnosticReport {
	return { kind: DocumentDiagnosticReportKind.Full, items, ...(resultId !== undefined && { resultId }) };
}

/** Asks the client to pull again, if it can be asked: one question at a time, and another if it may have come too late. */
function createRefresh(session: GetSession): () => void {
	let asking = false;
	let again = false;

	async function ask(): Promise<void> {
		const { client, connection, host } = session();
		if (!client.refreshesDiagnostics) return;
		asking = true;
		do {
			again = false;
			await connection.languages.diagnostics.refresh().catch(() => host.log("debug", "Refresh was refused."));
		} while (again);
		asking = false;
	}

	return () => {
		again = asking;
		if (!asking) void ask();
	};
}

/** What pulling clients were told of each cell. */
function createMemory() {
	const told = new Map<string, string>();
	/** Without what only the server reads. */
	const digest = (items: readonly Diagnostic[]): string =>
		JSON.stringify(items.map((item) => ({ ...item, data: null })));
	return {
		remember: (uri: string, items: readonly Diagnostic[]) => told.set(uri, digest(items)),
		differs: (uri: string, items: readonly Diagnostic[]) => told.has(uri) && told.get(uri) !== digest(items),
		forget: (uri: string) => told.delete(uri),
	};
}

/** While `work` waits for a notebook, nothing is gained by more of it. */
function createOncePerNotebook(work: (notebook: OpenNotebook) => Promise<void>): (notebook: OpenNotebook) => void {
	const waiting = new Set<OpenNotebook>();
	return (notebook) => {
		if (waiting.has(notebook)) return;
		waiting.add(notebook);
		void work(notebook).finally(() => waiting.delete(notebook));
	};
}

interface Push {
	schedule(uri: string): void;
	clear(uri: string): void;
}

/** One push at a time for each document, of its newest text. */
function createPush(session: GetSession): Push {
	const waiting = new Set<string>();

	async function push(uri: string): Promise<void> {
		await untilQuiet(session, uri);
		const file = session().documents.fileOf(uri);
		const settings = await session().settings.of(file);
		const versions = await session().versions.of(file);
		const document = await session().documents.ready(uri);
		waiting.delete(uri);
		// Closed meanwhile: what lies on disk is no answer.
		if (document?.version === undefined || session().documents.get(uri) !== document) return;
		const { client, connection, host } = session();
		const diagnostics = settings.enable ? diagnosticsOf({ session: session(), document, settings, versions }) : [];
		const version = client.showsVersions ? { version: document.version } : {};
		await connection
			.sendDiagnostics({ uri, diagnostics, ...version })
			.catch((error: unknown) => host.log("error", `Diagnostics of ${uri} could not be sent: ${String(error)}`));
	}

	return {
		schedule(uri) {
			if (waiting.has(uri)) return;
			waiting.add(uri);
			void push(uri);
		},
		clear(uri) {
			void session().connection.sendDiagnostics({ uri, diagnostics: [] });
		},
	};
}

/** Changes that have arrived while an analysis ran are all applied before the next one. */
async function untilQuiet(session: GetSession, uri: string): Promise<void> {
	const revision = () => session().documents.get(uri)?.revision;
	for (let seen: number | undefined = -1; seen !== revision(); ) {
		seen = revision();
		await settle();
	}
}

/** In order of place. Never throws. */
export function diagnosticsOf({ session, document, settings, versions }: Asked): Diagnostic[] {
	const findings = document.analysis().findings(settings.selection, versions);
	return findings
		.filter(({ place }) => document.covers(place))
		.map((finding) => diagnosticOf(session, document, finding));
}

export function diagnosticOf({ client }: Session, document: Document, finding: Finding): Diagnostic {
	const { positions } = document;
	return {
		range: positions.rangeOf(finding.place),
		severity: severities[finding.severity],
		code: finding.code,
		...(client.showsCodeLinks && { codeDescription: { href: ruleUrl(finding) } }),
		source: diagnosticSource,
		message: finding.message,
		...(client.showsRelated && { relatedInformation: timelineOf(document, finding) }),
		...(client.keepsData && { data: dataOf(document, finding) }),
	};
}

function timelineOf(document: Document, { timeline }: Finding) {
	return timeline.flatMap(({ place, message }) => {
		const found = document.locate(place);
		return found === undefined ? [] : [{ location: { uri: found.uri, range: found.range }, message }];
	});
}

function dataOf(document: Document, finding: Finding): DiagnosticData {
	return {
		code: finding.code,
		name: finding.name,
		event: finding.event,
		version: document.version ?? null,
		fixable: ruleByCode(finding.code)?.meta.fix !== "none",
	};
}
