import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { PythonParser } from "../syntax/parser";
import { testParser } from "../syntax/test-parser";
import type { TextChange } from "./changes";
import { createDocuments } from "./documents";
import type { Host } from "./host";
import { maxTextLength } from "./limits";
import type { PositionEncoding } from "./positions";

let parser: PythonParser;
beforeAll(async () => {
	parser = await testParser();
});

const uri = "file:///train.py";

function workspace(encoding: PositionEncoding = "utf-16", files: Readonly<Record<string, Uint8Array>> = {}) {
	const logged: string[] = [];
	const host: Host = {
		readFile: (wanted) => Promise.resolve(files[wanted]),
		listDirectory: () => Promise.resolve(undefined),
		log: (level, message) => logged.push(`${level}: ${message}`),
	};
	return { documents: createDocuments({ parser, host, encoding }), logged };
}

function open(text: string, encoding?: PositionEncoding) {
	return workspace(encoding).documents.open({ uri, languageId: "python", version: 1, text });
}

/** `line:character-line:character` */
function at(range: string, text: string): TextChange {
	const [start, end] = range.split("-").map((position) => {
		const [line = 0, character = 0] = position.split(":").map(Number);
		return { line, character };
	});
	if (start === undefined) throw new Error(`no range: ${range}`);
	return { range: { start, end: end ?? start }, text };
}

describe("changes are applied in order, each to what the one before left", () => {
	const rows: readonly (readonly [string, string, readonly TextChange[], string])[] = [
		["insert", "ab", [at("0:1", "X")], "aXb"],
		["two at one place", "ab", [at("0:1", "X"), at("0:2", "Y")], "aXYb"],
		["the second in the first's text", "a", [at("0:1", "\nb\nc"), at("2:0-2:1", "d")], "a\nb\nd"],
		["several cursors, last first", "a\nb\n", [at("1:1", ";"), at("0:1", ";")], "a;\nb;\n"],
		["delete over lines", "a\nb\nc", [at("0:1-2:0", "")], "ac"],
		["reversed range", "abc", [at("0:2-0:1", "X")], "aXc"],
		["CR LF is one end", "a\r\nb", [at("0:1-1:0", " ")], "a b"],
		["an insertion splits CR LF", "a\r\nb", [at("0:1", "x\r"), at("1:0", "y")], "ax\ry\r\nb"],
		["clamped end of line", "a\nb", [at("0:9", "X")], "aX\nb"],
		["clamped end of text", "a\nb", [at("9:9", "X")], "a\nbX"],
		["clamped lines", "a", [at("7:0-9:0", "\nb\nc"), at("2:1", "!")], "a\nb\nc!"],
		["whole text", "a", [{ text: "b\nc" }, at("1:0", "x")], "b\nxc"],
		["half an emoji", "🤗", [at("0:0-0:1", "")], "\udd17"],
		["byte-order mark", "\ufeffa", [at("0:0-0:1", "")], "a"],
		["nothing", "a", [], "a"],
	];
	test.each(rows)("%s", (_name, text, changes, result) => {
		const document = open(text);
		document.change(2, changes);
		expect(document.text).toBe(result);
		expect(document.version).toBe(2);
	});
});

/** The position of an offset by other means than the server's. */
function positionIn(text: string, offset: number, encoding: PositionEncoding) {
	const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
	const prefix = lines.at(-1) ?? "";
	const lengths = { "utf-8": Buffer.byteLength(prefix), "utf-16": prefix.length, "utf-32": [...prefix].length };
	return { line: lines.length - 1, character: lengths[encoding] };
}

const pieces = fc.constantFrom(
	"from peft import get_peft_model, PeftModel\n",
	"from transformers import AutoModelForCausalLM\r\n",
	"base = AutoModelForCausalLM.from_pretrained('🤗/x')\n",
	"model = get_peft_model(base, cfg)\n",
	"model = PeftModel.from_pretrained(model, 'é')\n",
	"if flag:\n\t",
	"    ",
	"# peft-lint: ignore\n",
	"'''",
	"(",
	")",
	"\r",
	"\n",
	"中",
	"\ufeff",
	"\0",
);
const texts = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(""));
const splice = fc.record({ from: fc.nat(), to: fc.nat(), text: texts });
/** Notifications, of several changes each. */
const scripts = fc.array(fc.array(splice, { minLength: 1, maxLength: 4 }), { maxLength: 5 });

/** A boundary between characters, and not inside a line's end. */
function boundary(text: string, wanted: number): number {
	const offset = wanted % (text.length + 1);
	const inside = /[\ud800-\udbff]/.test(text[offset - 1] ?? "") && /[\udc00-\udfff]/.test(text[offset] ?? "");
	const insideEnd = text[offset - 1] === "\r" && text[offset] === "\n";
	return inside || insideEnd ? offset - 1 : offset;
}

test("after any edits, text and analysis are those of the text opened anew", () => {
	fc.assert(
		fc.property(texts, scripts, fc.constantFrom("utf-8", "utf-16", "utf-32"), (initial, script, encoding) => {
			const document = open(initial, encoding);
			let text = initial;
			script.forEach((splices, index) => {
				const changes = splices.map((wanted): TextChange => {
					const [start = 0, end = 0] = [boundary(text, wanted.from), boundary(text, wanted.to)].sort((a, b) => a - b);
					const range = { start: positionIn(text, start, encoding), end: positionIn(text, end, encoding) };
					text = text.slice(0, start) + wanted.text + text.slice(end);
					return { range, text: wanted.text };
				});
				document.change(index + 2, changes);
				expect(document.text).toBe(text);
				const fresh = open(text, encoding).analysis();
				expect(document.analysis().comments).toEqual(fresh.comments);
				expect(document.analysis().graph).toEqual(fresh.graph);
			});
		}),
		{ numRuns: 100 },
	);
});

describe("what is not checked is silent, and said once", () => {
	const long = "x".repeat(maxTextLength + 1);

	test("a text past the bound; shortened, it is checked again", () => {
		const { documents, logged } = workspace();
		const document = documents.open({ uri, languageId: "python", version: 1, text: `# a\n${long}` });
		expect(document.analysis().comments).toEqual([]);
		document.change(2, [at("0:0", "# b\n")]);
		expect(document.analysis().comments).toEqual([]);
		expect(logged).toEqual([expect.stringMatching(/^info: file:\/\/\/train.py is not checked/)]);
		document.change(3, [at("2:0-2:99999999", "")]);
		expect(document.analysis().comments.map(({ text }) => text)).toEqual(["# b", "# a"]);
	});

	test("a text the client lost, until it sends the whole", () => {
		const document = open("# a");
		document.lose();
		document.change(2, [at("0:0", "#")]);
		expect(document.analysis().comments).toEqual([]);
		document.change(3, [{ text: "# b" }]);
		expect(document.analysis().comments.map(({ text }) => text)).toEqual(["# b"]);
	});

	test.each([
		["python", "untitled:Untitled-1", 1],
		["", "file:///a/train.py", 1],
		["", "file:///a/train.py?version=1#cell", 1],
		["markdown", "file:///a/notes.md", 0],
	])("language %j at %s", (languageId, address, comments) => {
		const document = workspace().documents.open({ uri: address, languageId, version: 1, text: "# a" });
		expect(document.analysis().comments).toHaveLength(comments);
	});
});

test("trees are freed when documents close, are replaced, or are read from disk", async () => {
	const before = parser.liveTrees;
	const { documents } = workspace("utf-16", { "file:///closed.py": new TextEncoder().encode("# a") });
	documents.open({ uri, languageId: "python", version: 1, text: "a" }).analysis();
	documents.open({ uri, languageId: "python", version: 1, text: "b" }).analysis();
	expect(documents.get(uri)?.text).toBe("b");
	await documents.ready("file:///closed.py");
	expect(parser.liveTrees).toBe(before + 1);
	documents.close(uri);
	documents.close(uri);
	expect(parser.liveTrees).toBe(before);
});

describe("a file that is not open", () => {
	const files = {
		"file:///plain.py": new TextEncoder().encode("# a\n"),
		"file:///bom.py": Uint8Array.of(0xef, 0xbb, 0xbf, 0x23, 0x61),
		"file:///latin1.py": Uint8Array.of(0x23, 0xe9),
	};
	test.each([
		["file:///plain.py", "# a\n"],
		["file:///bom.py", "#a"],
		["file:///latin1.py", undefined],
		["file:///none.py", undefined],
	])("%s", async (address, text) => {
		const document = await workspace("utf-16", files).documents.ready(address);
		expect(document?.text).toBe(text);
		expect(document?.version).toBeUndefined();
	});
});
