/** Files in every encoding that Python reads: right rows and columns, and after a fix the same bytes around it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cli } from "./support/cli";
import { project, WRAPPED_TWICE } from "./support/project";

interface Location {
	readonly row: number;
	readonly column: number;
}

const LAST_WRAP = "model = get_peft_model(model, config)\n";

/** A finding in its last line whose fix deletes that line. */
function script(head: string, ending = "\n", lead = ""): { readonly before: string; readonly after: string } {
	const kept = head + WRAPPED_TWICE.slice(0, -LAST_WRAP.length);
	const lines = (text: string): string => text.replaceAll("\n", ending);
	return { before: lines(kept + lead + LAST_WRAP), after: lines(kept + lead) };
}

const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");
const utf16be = (text: string): Buffer => Buffer.from(text, "utf16le").swap16();
const withMark = (mark: readonly number[], body: Buffer): Buffer => Buffer.concat([Buffer.from(mark), body]);
/** Text whose characters outside ASCII are given as bytes: `{中: [0xd6, 0xd0]}`. */
const withBytes =
	(bytes: Readonly<Record<string, readonly number[]>>) =>
	(text: string): Buffer =>
		Buffer.from([...text].flatMap((character) => bytes[character] ?? [character.charCodeAt(0)]));

interface Case {
	/** Text before WRAPPED_TWICE, whose finding is at 7:9. */
	readonly head?: string;
	readonly ending?: string;
	/** Stands in front of the finding in its line. */
	readonly lead?: string;
	readonly encode: (text: string) => Buffer;
	readonly at: Location;
	/** False where the fix is no longer safe, and so not applied. */
	readonly fixable?: boolean;
}

const utf8 = (text: string): Buffer => Buffer.from(text);

const cases: Readonly<Record<string, Case>> = {
	"UTF-8": { head: "# héllo wörld 日本 🎉\n", encode: utf8, at: { row: 8, column: 9 } },
	"UTF-8 with a mark": { encode: (text) => withMark([0xef, 0xbb, 0xbf], utf8(text)), at: { row: 7, column: 9 } },
	"UTF-8 with a cookie": { head: "# -*- coding: utf-8 -*-\n", encode: utf8, at: { row: 8, column: 9 } },
	"UTF-8 with Emacs' cookie": { head: "# -*- coding: UTF_8-unix -*-\n", encode: utf8, at: { row: 8, column: 9 } },
	"a mark and another cookie": {
		head: "# coding: latin-1\n# é\n",
		encode: (text) => withMark([0xef, 0xbb, 0xbf], utf8(text)),
		at: { row: 9, column: 9 },
	},
	"Latin-1": { head: "# coding: latin-1\n# é\x80\x9f\xff\n", encode: latin1, at: { row: 9, column: 9 } },
	"Latin-1 in the second line": {
		head: "#!/usr/bin/env python\n# vim: set fileencoding=iso-8859-1 :\nname = 'é'\n",
		encode: latin1,
		at: { row: 10, column: 9 },
	},
	"no cookie after code": {
		head: "import os\n# coding: klingon\n",
		encode: utf8,
		at: { row: 9, column: 9 },
	},
	"no cookie in the third line": { head: "#\n#\n# coding: klingon\n", encode: utf8, at: { row: 10, column: 9 } },
	"windows-1252": {
		head: "# coding: cp1252\n# “€”\n",
		encode: withBytes({ "“": [0x93], "€": [0x80], "”": [0x94] }),
		at: { row: 9, column: 9 },
	},
	GBK: {
		head: "# coding: gbk\n# 中文\n",
		encode: withBytes({ 中: [0xd6, 0xd0], 文: [0xce, 0xc4] }),
		at: { row: 9, column: 9 },
	},
	"Shift JIS": {
		head: "# coding: cp932\n# 表ｱ\n",
		encode: withBytes({ 表: [0x95, 0x5c], ｱ: [0xb1] }),
		at: { row: 9, column: 9 },
	},
	ASCII: { head: "# coding: ascii\n", encode: utf8, at: { row: 8, column: 9 } },
	"UTF-16 LE": {
		head: "# é🎉\n",
		encode: (text) => withMark([0xff, 0xfe], Buffer.from(text, "utf16le")),
		at: { row: 8, column: 9 },
	},
	"UTF-16 BE": { head: "# é🎉\n", encode: (text) => withMark([0xfe, 0xff], utf16be(text)), at: { row: 8, column: 9 } },

	"CR LF": { ending: "\r\n", encode: utf8, at: { row: 7, column: 9 } },
	CR: { ending: "\r", encode: utf8, at: { row: 7, column: 9 }, fixable: false },
	"form feeds end no line": { head: "x = 1\f\n\fy = 2\n\f\n", encode: utf8, at: { row: 10, column: 9 } },
	"U+2028 and U+0085 end no line": { head: "x = 'a\u2028b\u0085c\x0b'\n", encode: utf8, at: { row: 8, column: 9 } },
	"columns count characters": { lead: "s = '🎉é日'; ", encode: utf8, at: { row: 7, column: 20 }, fixable: false },
};

for (const [name, { head = "", ending, lead, encode, at, fixable = true }] of Object.entries(cases)) {
	test(name, async () => {
		const { before, after } = script(head, ending, lead);
		const folder = project({ "a.py": encode(before) });
		const checked = await cli(["check", "--output-format", "json"], { cwd: folder });
		expect(JSON.parse(checked.stdout)).toMatchObject([{ code: "PEFT003", location: at }]);
		expect(checked).toMatchObject({ code: 1, stderr: "" });

		const fixed = await cli(["check", "--fix"], { cwd: folder });
		expect(fixed).toMatchObject({ code: fixable ? 0 : 1, stderr: "" });
		expect(readFileSync(join(folder, "a.py"))).toEqual(encode(fixable ? after : before));
	});
}

const refused: Readonly<Record<string, { readonly bytes: Buffer; readonly message: string }>> = {
	"UTF-8 that is cut off": {
		bytes: Buffer.from("import peft\n# \xe6\x97", "latin1"),
		message: "invalid UTF-8 at byte 15",
	},
	"UTF-8 with half a surrogate pair": {
		bytes: Buffer.from("import peft\n# \xed\xa0\x80", "latin1"),
		message: "invalid UTF-8 at byte 15",
	},
	"UTF-8 by its mark": {
		bytes: Buffer.from("\xef\xbb\xbfimport peft # \xff", "latin1"),
		message: "invalid UTF-8 at byte 18",
	},
	"bytes that ASCII has not": {
		bytes: Buffer.from("# coding: ascii\nimport peft # é", "utf8"),
		message: "invalid ASCII (the declared encoding) at byte 31",
	},
	"bytes that GBK has not": {
		bytes: Buffer.from("# coding: gbk\nimport peft # \xff", "latin1"),
		message: "invalid gbk",
	},
	"UTF-16 that is cut off": {
		bytes: Buffer.from("\ufeffimport peft", "utf16le").subarray(0, -1),
		message: "invalid utf-16le",
	},
	"a cookie that contradicts itself": {
		bytes: Buffer.from("# coding: utf-16\nimport peft\n"),
		message: 'the declared encoding "utf-16" is not supported',
	},
};

for (const [name, { bytes, message }] of Object.entries(refused)) {
	test(`refused: ${name}`, async () => {
		const folder = project({ "a.py": bytes });
		for (const args of [["check"], ["check", "--fix"]]) {
			const result = await cli(args, { cwd: folder });
			expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining(`error: a.py: ${message}`) });
		}
		expect(readFileSync(join(folder, "a.py"))).toEqual(bytes);
	});
}
