/** Where places in the other files of a program are shown. */
import { TextDocument } from "vscode-languageserver-textdocument";
import type { SourceFile } from "../analysis/graph";
import type { Span } from "../syntax/facts";
import { type PositionEncoding, type PositionMapper, type PositionRange, positionMapper } from "./positions";

export interface Location {
	readonly uri: string;
	/** The client's count, where it has that very text open. */
	readonly version: number | undefined;
	readonly range: PositionRange;
}

/** What is needed of the document that shows a file. */
export interface Shown {
	readonly uri: string;
	readonly version: number | undefined;
	readonly text: string;
}

/** Positions are those of the text that was analysed, whatever has become of the file since. */
export function otherFiles(
	openAt: (id: string) => Shown | undefined,
	encoding: PositionEncoding,
): (source: SourceFile, span: Span) => Location | undefined {
	const mappers = new WeakMap<SourceFile, PositionMapper>();

	function positionsIn(source: SourceFile): PositionMapper {
		const known = mappers.get(source);
		if (known !== undefined) return known;
		const made = positionMapper(TextDocument.create(source.id, "python", 0, source.text), encoding);
		mappers.set(source, made);
		return made;
	}

	return (source, span) => {
		if (source.id === "") return undefined;
		const shown = openAt(source.id);
		const same = shown?.text === source.text;
		return {
			uri: shown?.uri ?? source.id,
			version: same ? shown?.version : undefined,
			range: positionsIn(source).rangeOf(span),
		};
	};
}
