/** One text as a client shows it: its versions, its positions, and what the analysis says of it. */
import { TextDocument } from "vscode-languageserver-textdocument";
import { analyze } from "../analysis/analyze";
import type { Place } from "../analysis/graph";
import type { PythonParser, SyntaxDocument, TextEdit } from "../syntax/parser";
import { type Analysis, analysisOf, contain, silence } from "./analysis";
import type { Host } from "./host";
import { maxTextLength } from "./limits";
import { type Location, otherFiles } from "./locations";
import { type PositionEncoding, type PositionMapper, type PositionRange, positionMapper } from "./positions";

export interface Document {
	readonly uri: string;
	/** The client's count; undefined for a file that was read from disk. */
	readonly version: number | undefined;
	/** Differs between any two texts that this server has seen. */
	readonly revision: number;
	readonly text: string;
	/** Speaks of the current text. */
	readonly positions: PositionMapper;
	/** Computed once for a revision, when first asked for. Never throws. */
	analysis(): Analysis;
	/** Whether a place of the present analysis' graph is shown in this document. */
	covers(place: Place): boolean;
	/** Where a place of the present analysis' graph is shown, here or elsewhere; undefined for what is shown nowhere. */
	locate(place: Place): Location | undefined;
}

/** Without a range it is the whole new text. */
export interface TextChange {
	readonly range?: PositionRange | undefined;
	readonly text: string;
}

export interface OpenDocument extends Document {
	/** Applies the changes in order, each to the text that the one before it left. */
	change(version: number, changes: readonly TextChange[]): void;
	/** The client's text is not known any more; silent until it sends the whole text. */
	lose(): void;
	dispose(): void;
}

export interface DocumentSource {
	readonly uri: string;
	readonly languageId: string;
	readonly version: number | undefined;
	readonly text: string;
}

export interface DocumentTools {
	readonly parser: PythonParser;
	readonly host: Host;
	readonly encoding: PositionEncoding;
}

/** A document as one of several that are open. */
interface Neighbours {
	/** The open document with this file's id. */
	openAt(id: string): Document | undefined;
}

/** More edits than this without anyone asking for an analysis, and the text is parsed anew instead. */
const maxPendingEdits = 1_000;

let revisions = 0;

export function createDocument(source: DocumentSource, tools: DocumentTools & Neighbours): OpenDocument {
	const { uri } = source;
	const text = TextDocument.create(uri, source.languageId, source.version ?? 0, source.text);
	const positions = positionMapper(text, tools.encoding);
	const python = source.languageId === "python" || /\.pyw?$/.test(pathOf(uri));
	let version = source.version;
	let revision = ++revisions;
	let lost = false;
	let tooLong = false;
	let syntax: SyntaxDocument | undefined;
	let pending: TextEdit[] = [];
	let known: Analysis | undefined;
	const logged = new Set<string>();
	const locateOther = otherFiles(tools.openAt, tools.encoding);

	function forgetSyntax(): void {
		syntax?.dispose();
		syntax = undefined;
		pending = [];
	}

	function replace(newText: string): void {
		TextDocument.update(text, [{ text: newText }], version ?? 0);
		forgetSyntax();
		lost = false;
	}

	function splice(range: PositionRange, inserted: string): void {
		const from = positions.offsetAt(range.start);
		const to = positions.offsetAt(range.end);
		const start = Math.min(from, to);
		const end = Math.max(from, to);
		const wellFormed = { start: text.positionAt(start), end: text.positionAt(end) };
		TextDocument.update(text, [{ range: wellFormed, text: inserted }], version ?? 0);
		if (syntax === undefined) return;
		pending.push({ start, end, text: inserted });
		if (pending.length > maxPendingEdits) forgetSyntax();
	}

	/** Says it once, until the text has been short again. */
	function isTooLong(): boolean {
		const before = tooLong;
		tooLong = text.getText().length > maxTextLength;
		if (tooLong && !before) {
			const size = text.getText().length;
			tools.host.log("info", `${uri} is not checked: it has ${size} characters, more than ${maxTextLength}.`);
		}
		return tooLong;
	}

	function logOnce(message: string): void {
		if (logged.has(message)) return;
		logged.add(message);
		tools.host.log("debug", `${uri}: ${message}`);
	}

	function analyse(): Analysis {
		const name = nameOf(uri);
		const content = text.getText();
		if (!python || lost) return silence(name, content);
		if (isTooLong()) {
			forgetSyntax();
			return silence(name, content);
		}
		const analysis = contain(tools.host, `The analysis of ${uri} failed`, () => {
			syntax ??= tools.parser.open(content);
			if (pending.length > 0) syntax.edit(pending);
			pending = [];
			const facts = syntax.facts();
			const graph = analyze({ name, text: content, facts });
			for (const note of graph.notes) logOnce(note.message);
			return analysisOf(graph, facts.comments, uri, tools.host);
		});
		if (analysis === undefined) contain(tools.host, `${uri} could not be closed`, forgetSyntax);
		return analysis ?? silence(name, content);
	}

	function analysis(): Analysis {
		known ??= analyse();
		return known;
	}

	return {
		uri,
		positions,
		get version() {
			return version;
		},
		get revision() {
			return revision;
		},
		get text() {
			return text.getText();
		},
		analysis,
		covers: ({ file }) => file === 0,
		locate(place) {
			if (place.file === 0) return { uri, version, range: positions.rangeOf(place) };
			const other = analysis().graph.sources[place.file];
			return other && locateOther(other, place);
		},
		change(newVersion, changes) {
			version = newVersion;
			revision = ++revisions;
			known = undefined;
			for (const change of changes) {
				if (change.range === undefined) replace(change.text);
				else splice(change.range, change.text);
			}
		},
		lose() {
			lost = true;
			revision = ++revisions;
			known = undefined;
			forgetSyntax();
		},
		dispose: forgetSyntax,
	};
}

/** What people call the file: the last part of its path. */
export function nameOf(uri: string): string {
	const last = pathOf(uri).split("/").at(-1) ?? "";
	try {
		return decodeURIComponent(last) || uri;
	} catch {
		return last;
	}
}

function pathOf(uri: string): string {
	return uri.replace(/[?#].*$/s, "");
}
