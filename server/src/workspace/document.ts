/** One text as a client shows it: its versions, its positions, and what the analysis says of it. */
import { TextDocument } from "vscode-languageserver-textdocument";
import { analyze } from "../analysis/analyze";
import type { Place } from "../analysis/graph";
import type { ModuleFacts } from "../syntax/facts";
import { NO_FACTS } from "../syntax/lower";
import type { PythonParser, SyntaxDocument, TextEdit } from "../syntax/parser";
import { type Analysis, analysisOf, contain, silence } from "./analysis";
import type { Host } from "./host";
import { maxTextLength } from "./limits";
import { type Location, otherFiles } from "./locations";
import { type PositionEncoding, type PositionMapper, type PositionRange, positionMapper } from "./positions";
import type { Entry } from "./program/closure";
import { idOf } from "./program/ids";
import { type ModuleText, moduleTextOf } from "./program/module-text";
import type { LoadedProgram } from "./program/program";
import type { Programs } from "./program/programs";

export interface Document {
	readonly uri: string;
	/** The client's count; undefined for a file that was read from disk. */
	readonly version: number | undefined;
	/** Differs between any two texts that this server has seen. */
	readonly revision: number;
	readonly text: string;
	/** Speaks of the current text. */
	readonly positions: PositionMapper;
	/**
	 * Computed once for a text and a program, when first asked for. What was not read of the program, see
	 * `Documents.ready`, is as good as not there. Never throws.
	 */
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
	/** What an analysis starts from; undefined for a text that is not known, too long or no Python. */
	entry(): Entry | undefined;
	/** An analysis was asked for, and the next one would be of another program: a file that it imports has changed. */
	isOutdated(): boolean;
	/** The file is one of the program that was analysed last. */
	dependsOn(id: string): boolean;
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

/** What a document has to do with others. */
export interface Neighbours {
	/** The open document with this file's id. */
	openAt(id: string): Document | undefined;
	readonly programs: Programs;
}

/** More edits than this without anyone asking for an analysis, and the text is parsed anew instead. */
const maxPendingEdits = 1_000;

let revisions = 0;

export function createDocument(source: DocumentSource, tools: DocumentTools & Neighbours): OpenDocument {
	const { uri } = source;
	const { host, programs } = tools;
	const id = idOf(uri);
	const text = TextDocument.create(uri, source.languageId, source.version ?? 0, source.text);
	const positions = positionMapper(text, tools.encoding);
	const python = source.languageId === "python" || /\.pyw?$/.test(pathOf(uri));
	let version = source.version;
	let revision = ++revisions;
	let lost = false;
	let tooLong = false;
	let syntax: SyntaxDocument | undefined;
	let pending: TextEdit[] = [];
	let module: (ModuleText & { readonly revision: number }) | undefined;
	let known: Known | undefined;
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
			host.log("info", `${uri} is not checked: it has ${size} characters, more than ${maxTextLength}.`);
		}
		if (tooLong) forgetSyntax();
		return tooLong;
	}

	function logOnce(message: string): void {
		if (logged.has(message)) return;
		logged.add(message);
		host.log("debug", `${uri}: ${message}`);
	}

	function lower(): ModuleFacts {
		// What is not edited needs no tree.
		if (version === undefined) return programs.moduleText(text.getText()).facts();
		const facts = contain(host, `${uri} could not be parsed`, () => {
			syntax ??= tools.parser.open(text.getText());
			if (pending.length > 0) syntax.edit(pending);
			pending = [];
			return syntax.facts();
		});
		if (facts === undefined) contain(host, `${uri} could not be closed`, forgetSyntax);
		return facts ?? NO_FACTS;
	}

	function entry(): Entry | undefined {
		if (!python || lost || isTooLong()) return undefined;
		if (module?.revision !== revision) {
			const [content, at] = [text.getText(), revision];
			// Who asks for facts of an earlier text is given those.
			const facts = () => (at === revision ? lower() : programs.moduleText(content).facts());
			module = { ...moduleTextOf(content, facts, module), revision };
		}
		return { id, module };
	}

	function analyse(program: LoadedProgram, { text: content, facts }: ModuleText): Analysis {
		const analysis = contain(host, `The analysis of ${uri} failed`, () => {
			const { comments } = facts();
			const graph = analyze({ name: nameOf(uri), text: content, facts: facts(), program });
			for (const note of graph.notes) logOnce(note.message);
			for (const note of program.notes) logOnce(note);
			return analysisOf(graph, comments, uri, host);
		});
		return analysis ?? silence(nameOf(uri), content);
	}

	function analysis(): Analysis {
		if (known?.revision === revision && known.age === programs.age) return known.analysis;
		const asked = entry();
		const program = asked && programs.of(asked);
		const same = known?.revision === revision && known.program?.version === program?.version;
		const found = same && known ? known.analysis : asked && program && analyse(program, asked.module);
		known = { revision, age: programs.age, program, analysis: found ?? silence(nameOf(uri), text.getText()) };
		return known.analysis;
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
		entry,
		isOutdated() {
			if (known === undefined || known.age === programs.age) return false;
			const asked = entry();
			const program = asked && programs.of(asked);
			return known.program?.version !== program?.version || program?.complete === false;
		},
		dependsOn: (other) => known?.program?.has(other) === true,
		change(newVersion, changes) {
			version = newVersion;
			revision = ++revisions;
			for (const change of changes) {
				if (change.range === undefined) replace(change.text);
				else splice(change.range, change.text);
			}
			programs.touch();
		},
		lose() {
			lost = true;
			revision = ++revisions;
			forgetSyntax();
			programs.touch();
		},
		dispose() {
			forgetSyntax();
			programs.touch();
		},
	};
}

/** An analysis, and what it is of. */
interface Known {
	readonly revision: number;
	/** That of the programs when it was last found to be right. */
	readonly age: number;
	readonly program: LoadedProgram | undefined;
	readonly analysis: Analysis;
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
