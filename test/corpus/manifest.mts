/** The corpus: which public repositories are read, and what is known of some of their files. */
import { readFileSync } from "node:fs";

/** One revision of a public repository. */
export interface Revision {
	/** `owner/name` on GitHub. */
	readonly repository: string;
	/** 40 hexadecimal digits: nothing shorter can be fetched. */
	readonly commit: string;
}

/** Read whole: every finding in it is in the list of findings. */
export interface Repository extends Revision {
	readonly why: string;
}

/**
 * `yes`: the misuse is there. `no`: it only looks so, and a finding is a false alarm. `hint`: worth a hint at most.
 * `unclear`: people who read it do not agree.
 */
export type LabelVerdict = "yes" | "no" | "hint" | "unclear";

/** What a person found out about one rule in one file. */
export interface Label {
	readonly id: string;
	/** Undefined for a file that has no public address; it is called by its id in a folder of the person's. */
	readonly source: (Revision & { readonly path: string }) | undefined;
	readonly code: string;
	readonly verdict: LabelVerdict;
	/** Lines that are equally right, as the command line counts: `12`, or `cell 3:12` in a notebook. Empty: not known. */
	readonly lines: readonly string[];
	readonly why: string;
}

/** One reported line of the list of findings. */
export interface ListedFinding extends Revision {
	readonly path: string;
	readonly line: string;
	readonly code: string;
	readonly severity: string;
	/** What a person who read it says: `true`, `false`, or `unread`. */
	readonly verdict: string;
	readonly why: string;
}

export const findingColumns = ["repository", "commit", "path", "line", "code", "severity", "verdict", "why"] as const;

/** Throws with the file and the line where a table is not well-formed. */
export function readRepositories(file: string): Repository[] {
	return readTable(file, ["repository", "commit", "why"]);
}

/** Throws with the file and the line where a table is not well-formed. */
export function readLabels(file: string): Label[] {
	const rows = readTable(file, ["id", "source", "code", "verdict", "line", "why"]);
	return rows.map(({ id, source, code, verdict, line, why }) => {
		if (!isLabelVerdict(verdict)) throw new Error(`${file}: ${id}: "${verdict}" is no verdict`);
		return { id, source: parseSource(source), code, verdict, lines: line === "" ? [] : line.split("|"), why };
	});
}

/** Throws with the file and the line where a table is not well-formed. */
export function readFindings(file: string): ListedFinding[] {
	return readTable(file, findingColumns);
}

/** A table of tab-separated values, its columns named in the first line. */
export function renderTable<Column extends string>(
	columns: readonly Column[],
	rows: readonly Readonly<Record<Column, string>>[],
): string {
	const lines = rows.map((row) => columns.map((column) => row[column].replace(/[\t\r\n]+/g, " ")).join("\t"));
	return `${[columns.join("\t"), ...lines].join("\n")}\n`;
}

function readTable<Column extends string>(file: string, columns: readonly Column[]): Record<Column, string>[] {
	const [header = "", ...lines] = readFileSync(file, "utf8").split(/\r?\n/);
	const names = header.split("\t");
	const missing = columns.find((column) => !names.includes(column));
	if (missing !== undefined) throw new Error(`${file}: there is no column "${missing}"`);
	return lines.flatMap((line, index) => {
		if (line === "") return [];
		const cells = line.split("\t");
		if (cells.length !== names.length) {
			throw new Error(`${file}:${index + 2}: ${cells.length} cells, and ${names.length} columns`);
		}
		const row = Object.fromEntries(columns.map((column) => [column, cells[names.indexOf(column)]]));
		return [row as Record<Column, string>];
	});
}

/** `owner/name@commit:path`; anything else names no public file. */
function parseSource(source: string): Label["source"] {
	const match = /^(?<repository>[\w.-]+\/[\w.-]+)@(?<commit>[0-9a-f]{40}):(?<path>.+)$/.exec(source);
	const { repository, commit, path } = match?.groups ?? {};
	return repository && commit && path ? { repository, commit, path } : undefined;
}

function isLabelVerdict(word: string): word is LabelVerdict {
	return ["yes", "no", "hint", "unclear"].includes(word);
}
