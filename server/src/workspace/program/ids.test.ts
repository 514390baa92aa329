import { describe, expect, test } from "vitest";
import { folderIdOf, idOf, parentOf } from "./ids";

describe("ids", () => {
	test.each([
		["file:///C:/a%20b/c.py", "file:///c:/a%20b/c.py"],
		["file:///c%3A/a b/c.py", "file:///c:/a%20b/c.py"],
		["FILE:///a/ü.py", "file:///a/%C3%BC.py"],
		["file:///a/%c3%bc.py", "file:///a/%C3%BC.py"],
		["file://server/share/a.py", "file://server/share/a.py"],
		["file:///a/b%23c%3Fd.py", "file:///a/b%23c%3Fd.py"],
		["file:///a/%zz.py", "file:///a/%25zz.py"],
		["vscode-notebook-cell:/a.ipynb#c1", "vscode-notebook-cell:/a.ipynb#c1"],
		["untitled:Untitled-1", "untitled:Untitled-1"],
	])("%s", (uri, id) => {
		expect(idOf(uri)).toBe(id);
		expect(idOf(id)).toBe(id);
	});

	test.each([
		["file:///a/b.py", "file:///a"],
		["file:///a", "file://"],
		["file://", undefined],
		["file://server/a.py", "file://server"],
		["file:///a/b.py?x=/y#/z", "file:///a"],
		["untitled:a/b", undefined],
	])("the folder of %s", (id, folder) => {
		expect(parentOf(id)).toBe(folder);
	});

	test.each([
		["file:///a/", "file:///a"],
		["file:///", "file://"],
		["file:///C:/", "file:///c:"],
	])("the folder %s", (uri, id) => {
		expect(folderIdOf(uri)).toBe(id);
	});
});
