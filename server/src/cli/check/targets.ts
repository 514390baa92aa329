/** From the paths a person named to the texts that are to be checked, one at a time. */
import * as fs from "node:fs";
import * as path from "node:path";
import { decodeJson, decodeSource, type SourceEncoding } from "../../workspace/encoding";
import { MAX_SOURCE_BYTES, readRegularFile } from "../../workspace/files";
import { maxNotebookBytes, maxTextLength } from "../../workspace/limits";
import { joinCells } from "../../workspace/notebook/cells";
import { type Notebook, readNotebook } from "../../workspace/notebook/nbformat";
import { namesPeft } from "../../workspace/program/module-text";
import { walkPython } from "../../workspace/walk";
import type { Subject } from "../lint";
import { projectFolder } from "../project-folder";
import type { Code } from "./code";
import type { CheckOptions } from "./options";
import { readStandardInput } from "./stdin";

/** How people call standard input. */
export const STDIN = "-";
const STDIN_NAME = "<stdin>";

export type Target =
	| { readonly kind: "source"; readonly source: Source }
	/** The person asked for it and gets no answer. */
	| { readonly kind: "error"; readonly path: string; readonly reason: string }
	/** Left out for a reason that is worth a line. */
	| { readonly kind: "skipped"; readonly path: string; readonly reason: string }
	/** Left out, as it should be; told only when asked. */
	| { readonly kind: "passed-over"; readonly path: string; readonly reason: string };

export interface Source {
	/** Absolute, or the name of standard input. */
	readonly name: string;
	/** Undefined for standard input. */
	readonly file: { readonly path: string; readonly bytes: Buffer } | undefined;
	/** As it is stored: of a notebook, the JSON. */
	readonly text: string;
	readonly notebook: Notebook | undefined;
	readonly encoding: SourceEncoding;
	/** The folder whose files it may import; undefined for a text that is nowhere. */
	readonly project: string | undefined;
	/** A walk came across it: nobody asks for an answer about it if it has nothing to do with PEFT. */
	readonly met: boolean;
}

type Naming = Pick<CheckOptions, "stdinFilename" | "workingDirectory">;

/** Never throws; each file is answered for once, however often it is named. */
export async function* targetsOf(options: CheckOptions): AsyncGenerator<Target> {
	const seen = new Set<string>();
	const paths = options.paths.length === 0 ? ["."] : options.paths;
	for (const given of paths) {
		const targets = given === STDIN ? [await readStdin(options)] : targetsAt(given, options);
		for (const target of targets) {
			if (target.kind === "source" && isRepeated(target.source, seen)) continue;
			yield target;
		}
	}
}

/** The one text that a person names: a file, or `-`. */
export async function readNamed(given: string, options: Naming): Promise<Target> {
	return given === STDIN ? readStdin(options) : explicitFile(path.resolve(options.workingDirectory, given), options);
}

function* targetsAt(given: string, options: CheckOptions): Generator<Target> {
	const full = path.resolve(options.workingDirectory, given);
	if (!isDirectory(full)) return yield explicitFile(full, options);
	for (const entry of walkPython(full, { exclude: options.exclude, base: options.workingDirectory })) {
		if (entry.kind === "file") yield walkedFile(entry.path, projectFolder(entry.path, full, options.workingDirectory));
		else yield { kind: "error", path: entry.path, reason: entry.reason };
	}
}

/** A person who names a file gets an answer about it, whatever it is. */
function explicitFile(file: string, { workingDirectory }: Naming): Target {
	const read = readRegularFile(file, mostBytes(file));
	switch (read.kind) {
		case "read":
			return decoded(file, read.bytes, projectFolder(file, path.dirname(file), workingDirectory), false);
		case "missing":
			return { kind: "error", path: file, reason: "no such file or directory" };
		case "directory":
			return { kind: "error", path: file, reason: "it is a directory" };
		case "special":
			return { kind: "error", path: file, reason: "it is not a regular file (use - to read standard input)" };
		case "too-large":
			return { kind: "error", path: file, reason: tooLarge(read.size, mostBytes(file)) };
		case "unreadable":
			return { kind: "error", path: file, reason: read.reason };
	}
}

/** A walk meets much that is nobody's concern. */
function walkedFile(file: string, project: string): Target {
	const read = readRegularFile(file, mostBytes(file));
	switch (read.kind) {
		case "read":
			return concerned(decoded(file, read.bytes, project, true), read.bytes);
		case "missing":
			return vanished(file);
		case "directory":
		case "special":
			return { kind: "passed-over", path: file, reason: "it is not a regular file any more" };
		case "too-large":
			return { kind: "passed-over", path: file, reason: tooLarge(read.size, mostBytes(file)) };
		case "unreadable":
			return { kind: "error", path: file, reason: read.reason };
	}
}

function vanished(file: string): Target {
	// What the platform cannot spell it cannot open either.
	if (file.includes("\ufffd")) return { kind: "skipped", path: file, reason: "its name is not valid UTF-8" };
	return { kind: "passed-over", path: file, reason: "it vanished" };
}

/** What cannot be read is nobody's concern unless it names a library, as far as one can see. */
function concerned(target: Target, bytes: Buffer): Target {
	// UTF-16 spells names with zero bytes between.
	if (target.kind !== "error" || namesPeft(bytes.toString("latin1").replaceAll("\0", ""))) return target;
	return { kind: "passed-over", path: target.path, reason: "it names no PEFT library" };
}

function decoded(file: string, bytes: Buffer, project: string, met: boolean): Target {
	return toTarget(file, bytes, { file: { path: file, bytes }, project, met });
}

async function readStdin({ stdinFilename, workingDirectory }: Naming): Promise<Target> {
	const file = stdinFilename === undefined ? undefined : path.resolve(workingDirectory, stdinFilename);
	const project = file === undefined ? undefined : projectFolder(file, path.dirname(file), workingDirectory);
	const name = file ?? STDIN_NAME;
	const read = await readStandardInput();
	if (!read.ok) return { kind: "error", path: name, reason: read.reason };
	return toTarget(name, read.bytes, { file: undefined, project, met: false });
}

function toTarget(name: string, bytes: Buffer, rest: Pick<Source, "file" | "project" | "met">): Target {
	const decoded = isNotebook(name) ? decodeJson(bytes) : decodeSource(bytes);
	if (!decoded.ok) return { kind: "error", path: name, reason: decoded.reason };
	const { text, encoding } = decoded;
	const read = isNotebook(name) ? readCells(text) : undefined;
	if (read?.ok === false) return { kind: "error", path: name, reason: read.reason };
	return { kind: "source", source: { name, text, notebook: read?.notebook, encoding, ...rest } };
}

function readCells(json: string) {
	const read = readNotebook(json);
	if (!read.ok) return read;
	const size = read.notebook.cells.reduce((sum, { source }) => sum + source.length, 0);
	if (size <= maxTextLength) return read;
	return {
		ok: false,
		reason: `too large: its cells have ${size} characters, and ${maxTextLength} are the most`,
	} as const;
}

/** As the engine takes it. */
export function subjectOf(source: Source): Subject {
	const { name, project } = source;
	return { name, code: codeOf(source), file: project === undefined ? undefined : { path: name, project } };
}

export function codeOf({ text, notebook }: Source): Code {
	return notebook === undefined ? { text } : joinCells(notebook.cells.map((cell) => cell.source));
}

function isNotebook(name: string): boolean {
	return /\.ipynb$/i.test(name);
}

function mostBytes(name: string): number {
	return isNotebook(name) ? maxNotebookBytes : MAX_SOURCE_BYTES;
}

function isRepeated(source: Source, seen: Set<string>): boolean {
	const identity = source.file === undefined ? STDIN : realPath(source.file.path);
	if (seen.has(identity)) return true;
	seen.add(identity);
	return false;
}

function realPath(file: string): string {
	try {
		return fs.realpathSync.native(file);
	} catch {
		return file;
	}
}

function isDirectory(file: string): boolean {
	try {
		return fs.statSync(file).isDirectory();
	} catch {
		return false;
	}
}

function tooLarge(size: number, most: number): string {
	return `too large: ${size} bytes, and ${most} are the most that is checked`;
}
