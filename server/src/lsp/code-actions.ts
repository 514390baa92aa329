/** Fixes, suppression, checks to insert, and `source.fixAll.peft-lint`. Everything is computed from the current text when asked. */
import {
	type CodeAction,
	CodeActionKind,
	type CodeActionParams,
	CodeActionRequest,
	type Connection,
	type Diagnostic,
	type Range,
	type TextEdit,
	type WorkspaceEdit,
} from "vscode-languageserver";
import { assistsAt } from "../rules/assists";
import { fixesFor, suppressionEdit } from "../rules/engine";
import type { Edit, Finding, Fix } from "../rules/rule";
import type { Document } from "../workspace/document";
import { diagnosticSource } from "./diagnostics";
import { safeEdits } from "./fix-all";
import { type Asked, askDocument, invalidParams, positionIn, property } from "./requests";
import type { GetSession, Session } from "./session";
import { fill } from "./texts";

export const fixAllKind = `${CodeActionKind.SourceFixAll}.peft-lint`;

export function registerCodeActions(connection: Connection, session: GetSession): void {
	connection.onRequest(CodeActionRequest.type, (params: CodeActionParams, token) => {
		const range = property(params, "range");
		const start = positionIn(range, "start");
		const end = positionIn(range, "end");
		if (start === undefined || end === undefined) return invalidParams("range must have a start and an end");
		return askDocument<CodeAction[]>(session(), params, token, [], (asked) => {
			// What is not open cannot be edited by version.
			if (asked.document.version === undefined) return [];
			const wants = wantedKinds(property(params, "context"));
			const selected = findingsIn(asked, { start, end });
			// What is wrong is mended first; who asks for refactorings gets them all the same.
			const isAssisted =
				wants(CodeActionKind.RefactorRewrite) && (selected.length === 0 || !wants(CodeActionKind.QuickFix));
			return [
				...(wants(CodeActionKind.QuickFix) ? selected.flatMap((finding) => quickFixes(asked, finding, params)) : []),
				...(isAssisted ? assists(asked, { start, end }) : []),
				...(wants(fixAllKind) ? fixAll(asked) : []),
			];
		});
	});
}

/** A kind is wanted when it, or a kind above it, was asked for; without a wish, all are. */
function wantedKinds(context: unknown): (kind: string) => boolean {
	const only = property(context, "only");
	if (!Array.isArray(only)) return () => true;
	return (kind) => only.some((wanted) => wanted === "" || kind === wanted || kind.startsWith(`${String(wanted)}.`));
}

/** A cursor at either end of a finding is on it. */
function findingsIn({ document, settings, versions }: Asked, range: Range): readonly Finding[] {
	const start = document.positions.offsetAt(range.start);
	const end = document.positions.offsetAt(range.end);
	return document
		.analysis()
		.findings(settings.selection, versions)
		.filter(({ place }) => document.covers(place) && place.start <= end && start <= place.end);
}

function quickFixes({ session, document }: Asked, finding: Finding, params: CodeActionParams): CodeAction[] {
	const { graph, comments } = document.analysis();
	const diagnostics = diagnosticsFor(document, finding, params);
	const shared = { kind: CodeActionKind.QuickFix, ...(diagnostics.length > 0 && { diagnostics }) };
	const fixes = fixesFor(finding, graph)
		.filter((fix) => fix.edits.length > 0 && staysIn(fix))
		.map((fix) => ({
			...shared,
			title: fix.title,
			...(fix.preferred && session.client.showsPreferred && { isPreferred: true }),
			edit: workspaceEdit(session, document, fix.edits),
		}));
	const ignore = {
		...shared,
		title: fill(session.texts["action.ignore"], { code: finding.code }),
		edit: workspaceEdit(session, document, [suppressionEdit(finding, graph, comments)]),
	};
	return [...fixes, ignore];
}

/** Changes nothing but the file that was asked about. */
function staysIn(fix: Fix): boolean {
	return fix.edits.every((edit) => edit.file === 0);
}

/** The client's own objects for the finding, so that it can tie the action to them. */
function diagnosticsFor(document: Document, finding: Finding, params: CodeActionParams): Diagnostic[] {
	const sent = property(property(params, "context"), "diagnostics");
	if (!Array.isArray(sent)) return [];
	return sent.filter((diagnostic: Diagnostic) => {
		if (property(diagnostic, "source") !== diagnosticSource) return false;
		if (property(diagnostic, "code") !== finding.code) return false;
		const start = positionIn(property(diagnostic, "range"), "start");
		return start !== undefined && document.positions.offsetAt(start) === finding.place.start;
	});
}

/** Checks that can be inserted beside the call at the cursor. */
function assists({ session, document }: Asked, range: Range): CodeAction[] {
	const { graph } = document.analysis();
	const start = document.positions.offsetAt(range.start);
	const end = document.positions.offsetAt(range.end);
	return assistsAt(graph, start, end)
		.filter(({ edits }) => edits.every((edit) => document.covers(edit)))
		.map(({ id, model, edits }) => ({
			title: fill(session.texts[`action.${id}`], { model }),
			kind: CodeActionKind.RefactorRewrite,
			edit: workspaceEdit(session, document, edits),
		}));
}

function fixAll({ session, document, settings, versions }: Asked): CodeAction[] {
	const analysis = document.analysis();
	// Of a notebook, each cell asks for its own.
	const edits = safeEdits(analysis.findings(settings.selection, versions), analysis.graph).filter((edit) =>
		document.covers(edit),
	);
	if (edits.length === 0) return [];
	const title = session.texts["action.fixAll"];
	return [{ title, kind: fixAllKind, edit: workspaceEdit(session, document, edits) }];
}

/** Bound to the version it was computed for, where the client can be told: then it refuses the edit of another. */
function workspaceEdit({ client }: Session, document: Document, edits: readonly Edit[]): WorkspaceEdit {
	const changes = new Map<string, { readonly version: number | null; readonly edits: TextEdit[] }>();
	for (const edit of edits.filter(changesText)) {
		const found = document.locate(edit);
		if (found === undefined) continue;
		const { uri, version = null, range } = found;
		const known = changes.get(uri) ?? { version, edits: [] };
		known.edits.push({ range, newText: newText(document, edit) });
		changes.set(uri, known);
	}
	if (client.takesVersionedEdits) {
		return {
			documentChanges: [...changes].map(([uri, { version, edits }]) => ({ textDocument: { uri, version }, edits })),
		};
	}
	return { changes: Object.fromEntries([...changes].map(([uri, { edits }]) => [uri, edits])) };
}

function changesText({ start, end, text }: Edit): boolean {
	return end > start || text !== "";
}

/** New lines end as the text's own do. */
function newText({ text }: Document, edit: Edit): string {
	const ending = /\r\n|\r|\n/.exec(text)?.[0] ?? "\n";
	return edit.text.replace(/\r\n|\r|\n/g, ending);
}
