import { expect, test } from "vitest";
import { en } from "./en";
import { fill, textsFor } from "./index";
import { zhCn } from "./zh-cn";

const placesIn = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
const emphasisIn = (text: string) => text.split("**").length - 1;

test("both languages fill in the same, and emphasise in pairs", () => {
	for (const [id, text] of Object.entries(en)) {
		const translated = zhCn[id as keyof typeof en];
		expect(placesIn(translated), id).toEqual(placesIn(text));
		expect([emphasisIn(text) % 2, emphasisIn(translated) % 2], id).toEqual([0, 0]);
	}
});

test.each([
	["zh-cn", zhCn],
	["zh-CN", zhCn],
	["zh_CN", zhCn],
	["zh", zhCn],
	["zh-Hans-CN", zhCn],
	["zh-tw", en],
	["zh-hant", en],
	["en-gb", en],
	["", en],
	[undefined, en],
])("locale %s", (locale, table) => {
	expect(textsFor(locale)).toBe(table);
});

test("what is filled in is not filled in again", () => {
	expect(fill("{a} {b} {c}", { a: "{b}", b: "$&" })).toBe("{b} $& {c}");
});
