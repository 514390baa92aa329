/** What is analysed as one, a text or the cells of a notebook, and what is said of its present state. */
import { analyze } from "../analysis/analyze";
import type { Place } from "../analysis/graph";
import type { Span } from "../syntax/facts";
import { type Analysis, analysisOf, contain, silence } from "./analysis";
import type { Host } from "./host";
import { type Location, otherFiles, type Shown } from "./locations";
import type { PositionEncoding } from "./positions";
import type { Entry } from "./program/closure";
import type { LoadedProgram } from "./program/program";
import type { Programs } from "./program/programs";

let revisions = 0;

/** A number that no text of this server has had. */
export function nextRevision(): number {
	return ++revisions;
}

/** The state that an analysis is asked for. */
export interface Subject {
	readonly uri: string;
	/** See `nextRevision`. */
	readonly revision: number;
	readonly text: string;
	/** See `AnalysisInput.cells`. */
	readonly cells: readonly Span[] | undefined;
	/** What an analysis starts from; undefined for a text that is not known, too long or no Python. */
	entry(): Entry | undefined;
}

export interface Analysed {
	/**
	 * Computed once for a text and a program, when first asked for. What was not read of the program, see
	 * `Documents.ready`, is as good as not there. Never throws.
	 */
	analysis(): Analysis;
	/**
	 * The version of the program that the next analysis would be of, where that is another one than the last analysis was
	 * of: what it imports has changed.
	 */
	newProgram(): number | undefined;
	/** The file is one of the program that was analysed last. */
	dependsOn(id: string): boolean;
	/** Where a place of another file is shown. */
	locateOther(place: Place): Location | undefined;
}

/** What a document has to do with others. */
export interface Neighbours {
	/** The open document with this file's id. */
	openAt(id: string): Shown | undefined;
	readonly programs: Programs;
}

interface Tools extends Neighbours {
	readonly host: Host;
	readonly encoding: PositionEncoding;
}

/** `subject` is asked anew each time: its properties are those of the moment. */
export function createAnalysed(subject: Subject, { host, programs, openAt, encoding }: Tools): Analysed {
	const { uri } = subject;
	const name = nameOf(uri);
	const locate = otherFiles(openAt, encoding);
	const logged = new Set<string>();
	let known: Known | undefined;

	function logOnce(message: string): void {
		if (logged.has(message)) return;
		logged.add(message);
		host.log("debug", `${uri}: ${message}`);
	}

	function analyse(program: LoadedProgram, { module }: Entry): Analysis | undefined {
		return contain(host, `The analysis of ${uri} failed`, () => {
			const { text, cells } = subject;
			const facts = module.facts();
			const graph = analyze({ name, text, facts, program, ...(cells && { cells }) });
			for (const note of graph.notes) logOnce(note.message);
			for (const note of program.notes) logOnce(note);
			return analysisOf(graph, facts.comments, uri, host);
		});
	}

	function analysis(): Analysis {
		const { revision } = subject;
		if (known?.revision === revision && known.age === programs.age) return known.analysis;
		const asked = subject.entry();
		const program = asked && programs.of(asked);
		const same = known?.revision === revision && known.program?.version === program?.version;
		const found = same && known ? known.analysis : asked && program && analyse(program, asked);
		known = { revision, age: programs.age, program, analysis: found ?? silence(name, subject.text) };
		return known.analysis;
	}

	return {
		analysis,
		newProgram() {
			if (known === undefined || known.age === programs.age) return undefined;
			const asked = subject.entry();
			const version = asked && programs.of(asked).version;
			return version === known.program?.version ? undefined : version;
		},
		dependsOn: (other) => known?.program?.has(other) === true,
		locateOther(place) {
			const other = analysis().graph.sources[place.file];
			return other && locate(other, place);
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

/** Without query and fragment. */
export function pathOf(uri: string): string {
	return uri.replace(/[?#].*$/s, "");
}
