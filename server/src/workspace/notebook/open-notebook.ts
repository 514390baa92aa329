/** A notebook as a client has it open: cells that come, go, move and change, and one analysis of them all. */
import { TextDocument } from "vscode-languageserver-textdocument";
import type { Place } from "../../analysis/graph";
import { NO_FACTS } from "../../syntax/lower";
import { createAnalysed, type Neighbours, nameOf, nextRevision } from "../analysed";
import { contain, silence } from "../analysis";
import { applyChange } from "../changes";
import type { DocumentSource, DocumentTools, OpenDocument } from "../document";
import { maxTextLength } from "../limits";
import { positionMapper } from "../positions";
import type { Entry } from "../program/closure";
import { idOf } from "../program/ids";
import type { ModuleText } from "../program/module-text";
import { cellAt, createCellParser, type JoinedCells, joinCells, moduleOfCells } from "./cells";

/** A cell in the order of its notebook. */
export interface CellReference {
	/** Of the document that holds its text. */
	readonly uri: string;
	/** False for text between the code. */
	readonly isCode: boolean;
}

/** Texts are opened, then the cells from `start` on replaced, then texts closed. */
export interface StructureChange {
	readonly start: number;
	readonly deleteCount: number;
	readonly cells: readonly CellReference[];
	readonly opened: readonly DocumentSource[];
	readonly closed: readonly string[];
}

export interface OpenNotebook {
	readonly uri: string;
	/** The document of a cell; undefined when the notebook has no text for it. */
	cell(uri: string): OpenDocument | undefined;
	/** The documents of all cells. */
	all(): readonly OpenDocument[];
	/** A change of cells that are not there loses the notebook. */
	restructure(change: StructureChange): void;
	/** Cells became code, or text between the code. */
	retype(cells: readonly CellReference[]): void;
	/** The client's cells are not known any more; silent until it is opened again. */
	lose(): void;
}

/** Where the cells are in the one program that they make. */
interface Layout extends JoinedCells {
	/** One for each of `cells`. */
	readonly documents: readonly CellDocument[];
	/** All texts are known, and not too long taken together. */
	readonly isKnown: boolean;
}

interface CellDocument extends OpenDocument {
	readonly isPython: boolean;
	readonly isLost: boolean;
}

export function createNotebook(uri: string, tools: DocumentTools & Neighbours): OpenNotebook {
	const { host, parser, programs, encoding } = tools;
	const id = idOf(uri);
	const parseCells = createCellParser(parser);
	/** By the id of their URI. */
	const known = new Map<string, CellDocument>();
	let order: readonly CellReference[] = [];
	let lost = false;
	let tooLong = false;
	let revision = nextRevision();
	let layout: Layout | undefined;
	let module: (ModuleText & { readonly revision: number }) | undefined;

	function changed(): void {
		revision = nextRevision();
		layout = undefined;
		programs.touch();
	}

	function lose(): void {
		host.log("error", `A change of ${uri} cannot be understood. It is not checked until it is opened again.`);
		lost = true;
		changed();
	}

	function layOut(): Layout {
		const code = order.filter(({ isCode }) => isCode).map((cell) => known.get(idOf(cell.uri)));
		// What is there twice counts where it is first.
		const texts = [...new Set(code)].filter((cell) => cell !== undefined);
		const documents = texts.filter(({ isPython }) => isPython);
		const joined = joinCells(documents.map(({ text }) => text));
		const isKnown = !lost && !code.includes(undefined) && !documents.some(({ isLost }) => isLost);
		return { ...joined, documents, isKnown: isKnown && !isTooLong(joined.text) };
	}

	function current(): Layout {
		layout ??= layOut();
		return layout;
	}

	/** Says it once, until the text has been short again. */
	function isTooLong({ length }: string): boolean {
		const before = tooLong;
		tooLong = length > maxTextLength;
		if (tooLong && !before) {
			host.log("info", `${uri} is not checked: it has ${length} characters, more than ${maxTextLength}.`);
		}
		return tooLong;
	}

	function entry(): Entry | undefined {
		const here = current();
		if (!here.isKnown) return undefined;
		if (module?.revision !== revision) {
			const facts = () => contain(host, `${uri} could not be parsed`, () => parseCells(here)) ?? NO_FACTS;
			module = { ...moduleOfCells(here, facts, module), revision };
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
				return current().text;
			},
			get cells() {
				return current().cells;
			},
			entry,
		},
		tools,
	);

	function documentAt({ file, start }: Place): CellDocument | undefined {
		return file === 0 ? current().documents[cellAt(current().cells, start)] : undefined;
	}

	function createCell(source: DocumentSource): CellDocument {
		const text = TextDocument.create(source.uri, source.languageId, source.version ?? 0, source.text);
		const own = positionMapper(text, encoding);
		let version = source.version;
		let isLost = false;
		const index = (): number => current().documents.indexOf(cell);
		/** Of the cell in the joined text. */
		const base = (): number => current().cells[index()]?.start ?? 0;
		const cell: CellDocument = {
			uri: source.uri,
			isPython: source.languageId === "python",
			positions: {
				offsetAt: (position) => base() + own.offsetAt(position),
				positionAt: (offset) => own.positionAt(offset - base()),
				rangeOf: ({ start, end }) => own.rangeOf({ start: start - base(), end: end - base() }),
			},
			get isLost() {
				return isLost;
			},
			get version() {
				return version;
			},
			get revision() {
				return revision;
			},
			get text() {
				return text.getText();
			},
			analysis: () => (index() < 0 ? silence(nameOf(uri), text.getText()) : analysis()),
			covers: (place) => documentAt(place) === cell,
			locate(place) {
				if (place.file !== 0) return locateOther(place);
				const there = documentAt(place);
				return there && { uri: there.uri, version: there.version, range: there.positions.rangeOf(place) };
			},
			entry: () => (index() < 0 ? undefined : entry()),
			newProgram,
			dependsOn,
			change(newVersion, changes) {
				version = newVersion;
				for (const change of changes) {
					applyChange(text, own, change);
					if (change.range === undefined) isLost = false;
				}
				changed();
			},
			lose() {
				isLost = true;
				changed();
			},
			dispose() {},
		};
		return cell;
	}

	return {
		uri,
		cell: (cellUri) => known.get(idOf(cellUri)),
		all: () => [...known.values()],
		restructure({ start, deleteCount, cells, opened, closed }) {
			for (const source of opened) known.set(idOf(source.uri), createCell(source));
			if (start + deleteCount > order.length) lose();
			order = order.toSpliced(start, deleteCount, ...cells);
			const left = new Set(order.map((cell) => idOf(cell.uri)));
			for (const gone of closed.map(idOf)) if (!left.has(gone)) known.delete(gone);
			changed();
		},
		retype(cells) {
			const types = new Map(cells.map((cell) => [idOf(cell.uri), cell] as const));
			order = order.map((cell) => types.get(idOf(cell.uri)) ?? cell);
			changed();
		},
		lose,
	};
}
