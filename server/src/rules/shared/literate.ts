/**
 * Literate tests: Markdown whose Python blocks say in marker comments what must be reported.
 *
 *     model = PeftModel.from_pretrained(model, "a")
 *     #       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ PEFT001 error: part of the message
 *
 * A marker stands under the line its finding starts on; its carets are the finding's columns there. For a finding that
 * starts in column 0 the `#` counts as the first caret (`#^^^`). Severity and message may be left out. Blocks with
 * `file="lib/helpers.py"` after `python` are files that the next block can import. A `python notebook` is the cells of a
 * notebook: lines that begin with `# %%` stand between two. `with="transformers<5 peft==0.13.2"` says what the project pins.
 */
import type { Span } from "../../syntax/facts";

export interface Literate {
	/** Put in front of every block; empty where the file has none. */
	readonly prelude: string;
	readonly blocks: readonly PythonBlock[];
}

export interface PythonBlock {
	/** Nearest heading, and the number of the block's first line. */
	readonly name: string;
	/** Headings above it, outermost first. */
	readonly headings: readonly string[];
	/** As written, markers included; ends with a line break. */
	readonly written: string;
	/** Without markers. */
	readonly code: string;
	readonly markers: readonly Marker[];
	/** The texts that fixes of the block's first finding must give. */
	readonly fixes: readonly ExpectedFix[];
	readonly isNotebook: boolean;
	/** What its project pins: `transformers<5`, of the shapes `name==version`, `name>=version`, `name<version`. */
	readonly pins: readonly string[];
	/** Files beside it, by path. */
	readonly files: ReadonlyMap<string, string>;
	/** Where `written` stands in the Markdown. */
	readonly start: number;
}

export interface ExpectedFix {
	/** Part of the fix's title, backticks left out: an info string may hold none. */
	readonly title: string;
	readonly code: string;
	readonly start: number;
}

/** Columns count UTF-16 code units from 0; `line` counts the lines of the code from 0. */
export interface Marker {
	readonly line: number;
	readonly start: number;
	readonly end: number;
	readonly code: string;
	readonly severity: string | undefined;
	readonly message: string | undefined;
}

interface Fence {
	readonly info: string;
	readonly text: string;
	readonly start: number;
	readonly line: number;
	readonly headings: readonly string[];
}

const MARKER = /^#(\s*)(\^*)\s*(PEFT\d{3})(?:\s+(error|warning|information|hint))?(?::\s*(.*))?$/;

export function readLiterate(markdown: string): Literate {
	const fences = readFences(markdown).filter((fence) => /^python\b/.test(fence.info));
	const blocks: PythonBlock[] = [];
	let files = new Map<string, string>();
	for (const fence of fences) {
		if (fence.info.includes("`")) throw new Error(`line ${fence.line}: a backtick in the first line of a block`);
		const path = /^python file="(.*)"$/.exec(fence.info)?.[1];
		const title = /^python fix="(.*)"$/.exec(fence.info)?.[1];
		if (title !== undefined) {
			const last = blocks.pop();
			if (last === undefined) throw new Error(`line ${fence.line}: a fix without a block in front of it`);
			blocks.push({ ...last, fixes: [...last.fixes, { title, code: fence.text, start: fence.start }] });
		} else if (path !== undefined) files.set(path, fence.text);
		else if (fence.info !== "python prelude") {
			const [found, notebook, pins] = /^python( notebook)?(?: with="(.*)")?$/.exec(fence.info) ?? [];
			if (found === undefined) throw new Error(`line ${fence.line}: unknown block "${fence.info}"`);
			const isNotebook = notebook !== undefined;
			blocks.push({ ...readBlock(fence), isNotebook, pins: pins?.split(" ") ?? [], files });
			files = new Map();
		}
	}
	return { prelude: fences.find((fence) => fence.info === "python prelude")?.text ?? "", blocks };
}

/** The cells of a notebook's text; what stands in front of the first `# %%` is one as well. */
export function cellsIn(text: string): readonly Span[] {
	const separators = [...text.matchAll(/(?:^|\n)# %%.*(?:\n|$)/g)].map(({ index, 0: { length } }) => [
		index,
		index + length,
	]);
	const starts = [0, ...separators.map(([, end = 0]) => end)];
	return starts.map((start, at) => ({ start, end: Math.max(start, separators[at]?.[0] ?? text.length) }));
}

function readBlock(fence: Fence): Omit<PythonBlock, "files" | "isNotebook" | "pins"> {
	const code: string[] = [];
	const markers: Marker[] = [];
	for (const line of fence.text.split("\n")) {
		const marker = readMarker(line, code.length - 1);
		if (marker === undefined) code.push(line);
		else markers.push(marker);
	}
	const name = `${fence.headings.at(-1) ?? "top"} (line ${fence.line})`;
	return {
		name,
		headings: fence.headings,
		written: fence.text,
		code: code.join("\n"),
		markers,
		fixes: [],
		start: fence.start,
	};
}

function readMarker(text: string, line: number): Marker | undefined {
	const match = MARKER.exec(text);
	if (match === null) return undefined;
	const [, gap = "", carets = "", code = "", severity, message] = match;
	const start = gap === "" ? 0 : 1 + gap.length;
	return { line, start, end: 1 + gap.length + carets.length, code, severity, message };
}

/** A marker as a line of its own. */
export function renderMarker({ start, end, code, severity, message }: Marker): string {
	const carets = start === 0 ? `#${"^".repeat(end - 1)}` : `#${" ".repeat(start - 1)}${"^".repeat(end - start)}`;
	return `${carets} ${code}${severity === undefined ? "" : ` ${severity}`}${message === undefined ? "" : `: ${message}`}`;
}

/** The code with its markers put in, each under its line, in order. */
export function renderBlock(code: string, markers: readonly Marker[]): string {
	return code
		.split("\n")
		.flatMap((text, line) => [text, ...markers.filter((marker) => marker.line === line).map(renderMarker)])
		.join("\n");
}

/** Fenced blocks with their info string, in order. */
function readFences(markdown: string): readonly Fence[] {
	const fences: Fence[] = [];
	let headings: string[] = [];
	let open: { info: string; start: number; line: number } | undefined;
	let offset = 0;
	for (const [index, text] of markdown.split("\n").entries()) {
		const next = offset + text.length + 1;
		const heading = /^(#+)\s+(.*)$/.exec(text);
		if (open === undefined && heading !== null)
			headings = [...headings.slice(0, (heading[1]?.length ?? 1) - 1), heading[2] ?? ""];
		else if (open === undefined && text.startsWith("```"))
			open = { info: text.slice(3).trim(), start: next, line: index + 2 };
		else if (open !== undefined && text === "```") {
			fences.push({ ...open, text: markdown.slice(open.start, offset), headings });
			open = undefined;
		}
		offset = next;
	}
	if (open !== undefined) throw new Error(`line ${open.line}: the block is never closed`);
	return fences;
}
