/** One text as a client shows it: its versions, its positions, and what the analysis says of it. */
import { TextDocument } from "vscode-languageserver-textdocument";
import type { Place } from "../analysis/graph";
import type { ModuleFacts } from "../syntax/facts";
import { NO_FACTS } from "../syntax/lower";
import type { PythonParser, SyntaxDocument, TextEdit } from "../syntax/parser";
import { type Analysed, createAnalysed, type Neighbours, nextRevision, pathOf } from "./analysed";
import { contain } from "./analysis";
import { applyChange, type TextChange } from "./changes";
import type { Host } from "./host";
import { maxTextLength } from "./limits";
import type { Location } from "./locations";
import { type PositionEncoding, type PositionMapper, positionMapper } from "./positions";
import type { Entry } from "./program/closure";
import { idOf } from "./program/ids";
import { type ModuleText, moduleTextOf } from "./program/module-text";

export interface Document extends Pick<Analysed, "analysis"> {
	readonly uri: string;
	/** The client's count; undefined for a file that was read from disk. */
	readonly version: number | undefined;
	/** Differs between any two texts that this server has seen. */
	readonly revision: number;
	readonly text: string;
	/** Speaks of the current text. */
	readonly positions: PositionMapper;
	/** Whether a place of the present analysis' graph is shown in this document. */
	covers(place: Place): boolean;
	/** Where a place of the present analysis' graph is shown, here or elsewhere; undefined for what is shown nowhere. */
	locate(place: Place): Location | undefined;
}

export interface OpenDocument extends Document, Pick<Analysed, "newProgram" | "dependsOn"> {
	/** What an analysis starts from; undefined for a text that is not known, too long or no Python. */
	entry(): Entry | undefined;
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

/** More edits than this without anyone asking for an analysis, and the text is parsed anew instead. */
const maxPendingEdits = 1_000;

export function createDocument(source: DocumentSource, tools: DocumentTools & Neighbours): OpenDocument {
	const { uri } = source;
	const { host, programs } = tools;
	const id = idOf(uri);
	const text = TextDocument.create(uri, source.languageId, source.version ?? 0, source.text);
	const positions = positionMapper(text, tools.encoding);
	const python = source.languageId === "python" || /\.pyw?$/.test(pathOf(uri));
	let version = source.version;
	let revision = nextRevision();
	let lost = false;
	let tooLong = false;
	let syntax: SyntaxDocument | undefined;
	let pending: TextEdit[] = [];
	let module: (ModuleText & { readonly revision: number }) | undefined;

	function forgetSyntax(): void {
		syntax?.dispose();
		syntax = undefined;
		pending = [];
	}

	function apply(change: TextChange): void {
		const edit = applyChange(text, positions, change);
		if (edit === undefined) {
			forgetSyntax();
			lost = false;
		} else if (syntax !== undefined) {
			pending.push(edit);
			if (pending.length > maxPendingEdits) forgetSyntax();
		}
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

	const { analysis, newProgram, dependsOn, locateOther } = createAnalysed(
		{
			uri,
			get revision() {
				return revision;
			},
			get text() {
				return text.getText();
			},
			cells: undefined,
			entry,
		},
		tools,
	);

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
		locate: (place) => (place.file === 0 ? { uri, version, range: positions.rangeOf(place) } : locateOther(place)),
		entry,
		newProgram,
		dependsOn,
		change(newVersion, changes) {
			version = newVersion;
			revision = nextRevision();
			for (const change of changes) apply(change);
			programs.touch();
		},
		lose() {
			lost = true;
			revision = nextRevision();
			forgetSyntax();
			programs.touch();
		},
		dispose() {
			forgetSyntax();
			programs.touch();
		},
	};
}
