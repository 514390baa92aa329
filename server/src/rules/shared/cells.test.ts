/** What may become of a fix in a notebook. */
import { describe, expect, test } from "vitest";
import type { ModelGraph } from "../../analysis/graph";
import type { Edit, Fix } from "../rule";
import { keepInCell } from "./cells";
import { cellsIn } from "./literate";

const graphOf = (text: string, cells: boolean): ModelGraph => ({
	sources: [{ name: "a.ipynb", id: "", text, cells: cells ? cellsIn(text) : undefined }],
	cores: [],
	events: [],
	reads: [],
	notes: [],
	checkouts: [],
});

/** Deletes `[…]` and puts `<…>` in, in the order of the text. */
function fixIn(marked: string): { readonly text: string; readonly fix: Fix } {
	const edits: Edit[] = [];
	let text = "";
	for (const [, kept = "", deleted = "", inserted = ""] of marked.matchAll(/([^[<]*)(?:\[(.*?)\])?(?:<(.*?)>)?/gs)) {
		text += kept;
		if (deleted + inserted !== "")
			edits.push({ file: 0, start: text.length, end: text.length + deleted.length, text: inserted });
		text += deleted;
	}
	return { text, fix: { title: "", applicability: "safe", preferred: true, edits } };
}

function outcome(marked: string, cells: boolean): string | undefined {
	const { text, fix } = fixIn(marked);
	const kept = keepInCell(fix, graphOf(text, cells));
	return kept?.edits.reduceRight(
		(left, { start, end, text: put }) => left.slice(0, start) + put + left.slice(end),
		text,
	);
}

describe("kept in its cell", () => {
	test.each([
		["a line", "a\n# %%\nb\n[c\n]d\n# %%\ne", "a\n# %%\nb\nd\n# %%\ne"],
		["the last line", "a\n# %%\nb\n[c\n]# %%\ne", "a\n# %%\nb\n# %%\ne"],
		["the last line, CR LF", "a\n# %%\r\nb\r\n[c\n]# %%\ne", "a\n# %%\r\nb\n# %%\ne"],
		["the last lines, one by one", "a\nb\n[c\n][d\n]# %%\ne", "a\nb\n\n# %%\ne"],
		["the last line of all", "a\n# %%\nb[\nc]", "a\n# %%\nb"],
		["a line is replaced", "a\n[b\n]<c\n># %%\ne", "a\nc\n# %%\ne"],
		["a part of a line", "a\n# %%\nb([c])", "a\n# %%\nb()"],
		["an insertion at the end", "a<\nb>\n# %%\nc", "a\nb\n# %%\nc"],
		["what is left is a magic", "!pip install x\n[a\n]# %%\nb", "!pip install x\n# %%\nb"],
	])("%s", (_name, marked, result) => {
		expect(outcome(marked, true)).toBe(result);
	});
});

describe("not offered", () => {
	test.each([
		["all of a cell", "a\n# %%\n[b\n]# %%\nc"],
		["all of the last cell", "a[\nb]".replace("b", "# %%\nb")],
		["all but a comment", "a\n# %%\n# b\n\n[c\n]# %%\nd"],
		["all but another language's", "a\n# %%\n[b]"],
		["two cells at once", "a[b\n# %%]\nc"],
		["two cells, one after the other", "a[b]\n# %%\nc[d]"],
		["two cells become one", "a[\n]<;># %%\nc"],
	])("%s", (_name, marked) => {
		expect(outcome(marked, true)).toBeUndefined();
		expect(outcome(marked, false)).toBeDefined();
	});
});

test("a script may lose everything", () => {
	expect(outcome("[a\n]", false)).toBe("");
});
