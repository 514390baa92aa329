/** The texts that the client has open, and a way to look at one that it has not. */
import { nameOf } from "./analysed";
import { createDocument, type Document, type DocumentSource, type DocumentTools, type OpenDocument } from "./document";
import { decodeSource } from "./encoding";
import { createNotebook, type OpenNotebook } from "./notebook/open-notebook";
import { idOf } from "./program/ids";
import { createPrograms } from "./program/programs";
import { foldersOf } from "./program/territory";

export interface Documents {
	/** Opening what is open already replaces it. */
	open(source: DocumentSource): OpenDocument;
	/** A file's, or a cell's of an open notebook. */
	get(uri: string): OpenDocument | undefined;
	all(): readonly OpenDocument[];
	close(uri: string): void;
	/** Opening what is open already replaces it. It has no cells yet. */
	openNotebook(uri: string): OpenNotebook;
	notebook(uri: string): OpenNotebook | undefined;
	/** The one that a cell is of. */
	notebookOf(cell: string): OpenNotebook | undefined;
	/** The file that a person sees: the notebook of a cell, else itself. */
	fileOf(uri: string): string;
	closeNotebook(uri: string): void;
	/**
	 * A document whose analysis may be asked for: the open one, else the file as it lies on disk now. All that is read of
	 * its program has been read. Undefined when there is none that can be read as Python.
	 */
	ready(uri: string): Promise<Document | undefined>;
	/**
	 * Those whose last analysis is not that of the present program any more, each once until it changes again; if `changed`
	 * is given, other ones that import it. What is to be read for that has been read.
	 */
	outdated(changed?: string): Promise<readonly OpenDocument[]>;
	/** The folders of the workspace, by URI. Nothing outside of them is read for a file inside. */
	setFolders(uris: readonly string[]): void;
	/** A file may have changed, appeared or vanished on disk. */
	changedOnDisk(uri: string): void;
	/** Any folder may hold something else; or even any file. */
	changedAnywhere(what: "folders" | "files"): void;
}

export function createDocuments(tools: DocumentTools): Documents {
	const { host, parser } = tools;
	/** By the file's id. */
	const documents = new Map<string, OpenDocument>();
	const notebooks = new Map<string, OpenNotebook>();
	/** Versions of programs that `outdated` has told of. */
	const announced = new WeakMap<OpenDocument, number>();
	let folders: readonly string[] = [];
	const programs = createPrograms({
		disk: host,
		parser,
		folders: () => folders,
		nameOf,
		openText(id) {
			const document = documents.get(id);
			return document && (document.entry()?.module ?? null);
		},
		onFault(error) {
			const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
			host.log("error", `An imported file could not be parsed, and is not looked into. Please report this. ${detail}`);
		},
	});
	const neighbours = { openAt: (id: string) => documents.get(id), programs };
	const create = (source: DocumentSource) => createDocument(source, { ...tools, ...neighbours });

	function notebookOf(cell: string): OpenNotebook | undefined {
		return [...notebooks.values()].find((notebook) => notebook.cell(cell) !== undefined);
	}

	function get(uri: string): OpenDocument | undefined {
		return notebookOf(uri)?.cell(uri) ?? documents.get(idOf(uri));
	}

	function all(): readonly OpenDocument[] {
		return [...documents.values(), ...[...notebooks.values()].flatMap((notebook) => notebook.all())];
	}

	function close(uri: string): void {
		const id = idOf(uri);
		documents.get(id)?.dispose();
		documents.delete(id);
	}

	/** Of the file as it is now. */
	async function read(uri: string): Promise<Document | undefined> {
		const bytes = await host.readFile(uri);
		if (bytes === undefined) return undefined;
		const decoded = decodeSource(bytes);
		if (!decoded.ok) {
			host.log("info", `${uri} is not checked: ${decoded.reason}.`);
			return undefined;
		}
		const document = create({ uri, languageId: "", version: undefined, text: decoded.text });
		await load(document);
		return document;
	}

	async function ready(uri: string): Promise<Document | undefined> {
		const document = get(uri);
		if (document === undefined) return read(uri);
		await load(document);
		// Meanwhile it may have been closed, and even opened again.
		return get(uri) === document ? document : ready(uri);
	}

	/** True once for every program. */
	function isNews(document: OpenDocument): boolean {
		const version = document.newProgram();
		if (version === undefined || announced.get(document) === version) return false;
		announced.set(document, version);
		return true;
	}

	async function load(document: OpenDocument): Promise<void> {
		const entry = document.entry();
		if (entry !== undefined && !programs.of(entry).complete) await programs.load(document.entry);
	}

	return {
		open(source) {
			close(source.uri);
			const document = create(source);
			documents.set(idOf(source.uri), document);
			return document;
		},
		get,
		all,
		close,
		openNotebook(uri) {
			const notebook = createNotebook(uri, { ...tools, ...neighbours });
			notebooks.set(idOf(uri), notebook);
			programs.touch();
			return notebook;
		},
		notebook: (uri) => notebooks.get(idOf(uri)),
		notebookOf,
		fileOf: (uri) => notebookOf(uri)?.uri ?? uri,
		closeNotebook(uri) {
			notebooks.delete(idOf(uri));
			programs.touch();
		},
		ready,
		async outdated(changed) {
			const id = changed === undefined ? undefined : idOf(changed);
			const own = changed === undefined ? undefined : get(changed);
			const asked = all().filter((document) => id === undefined || (document !== own && document.dependsOn(id)));
			await Promise.all(asked.map(load));
			return asked.filter((document) => get(document.uri) === document && isNews(document));
		},
		setFolders(uris) {
			folders = foldersOf(uris);
			programs.touch();
		},
		changedOnDisk: (uri) => programs.forget(idOf(uri)),
		changedAnywhere: (what) => programs.forgetAll(what),
	};
}
