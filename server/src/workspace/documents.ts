/** The texts that the client has open, and a way to look at one that it has not. */
import { createDocument, type Document, type DocumentSource, type DocumentTools, type OpenDocument } from "./document";
import { decodeSource } from "./encoding";

export interface Documents {
	/** Opening what is open already replaces it. */
	open(source: DocumentSource): OpenDocument;
	get(uri: string): OpenDocument | undefined;
	all(): readonly OpenDocument[];
	close(uri: string): void;
	/**
	 * A document whose analysis may be asked for: the open one, else the file as it lies on disk now. What it imports has
	 * been read. Undefined when there is none that can be read as Python.
	 */
	ready(uri: string): Promise<Document | undefined>;
}

export function createDocuments(tools: DocumentTools): Documents {
	const documents = new Map<string, OpenDocument>();
	const openAt = (id: string) => documents.get(id);
	const create = (source: DocumentSource) => createDocument(source, { ...tools, openAt });

	function close(uri: string): void {
		documents.get(uri)?.dispose();
		documents.delete(uri);
	}

	/** Of the file as it is now. */
	async function read(uri: string): Promise<Document | undefined> {
		const bytes = await tools.host.readFile(uri);
		if (bytes === undefined) return undefined;
		const decoded = decodeSource(bytes);
		if (!decoded.ok) {
			tools.host.log("info", `${uri} is not checked: ${decoded.reason}.`);
			return undefined;
		}
		const document = create({ uri, languageId: "", version: undefined, text: decoded.text });
		document.analysis();
		document.dispose();
		return document;
	}

	return {
		open(source) {
			close(source.uri);
			const document = create(source);
			documents.set(source.uri, document);
			return document;
		},
		get: (uri) => documents.get(uri),
		all: () => [...documents.values()],
		close,
		ready: async (uri) => documents.get(uri) ?? (await read(uri)),
	};
}
