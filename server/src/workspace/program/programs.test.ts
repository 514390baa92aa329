/** Which files make a program, and what is read for it. */
import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { ProgramModule } from "../../analysis/program";
import type { PythonParser } from "../../syntax/parser";
import { testParser } from "../../syntax/test-parser";
import { maxModuleText, maxProgramModules, maxProgramText } from "../limits";
import { idOf } from "./ids";
import { importsOf } from "./imports";
import type { LoadedProgram } from "./program";
import { createPrograms } from "./programs";
import { foldersOf } from "./territory";
import { pathOf, testDisk, uriOf } from "./test-disk";
import { concerning, meaning, type World, world } from "./test-world";

let parser: PythonParser;
beforeAll(async () => {
	parser = await testParser();
});

/** What each import of the text means, as paths; `-` for what is not handed out. */
function allMeanings(program: LoadedProgram, code: string): readonly string[] {
	return code
		.split("\n")
		.filter((line) => line !== "")
		.map((line) => meaning(program, line) ?? "-");
}

interface Concern {
	readonly files: Readonly<Record<string, string>>;
	readonly code: string;
	readonly handedOut: readonly string[];
	readonly concerns: boolean;
}

const concerns: Readonly<Record<string, Concern>> = {
	"neither it nor what it imports": {
		files: { "/ws/a.py": "import torch" },
		code: "import a",
		handedOut: ["-"],
		concerns: false,
	},
	"it alone": {
		files: { "/ws/a.py": "import torch" },
		code: "import a\nimport peft",
		handedOut: ["/ws/a.py", "-"],
		concerns: true,
	},
	"what it imports": { files: { "/ws/a.py": "import trl" }, code: "import a", handedOut: ["/ws/a.py"], concerns: true },
	"what that imports": {
		files: { "/ws/a.py": "import b", "/ws/b.py": "import c", "/ws/c.py": "import peft" },
		code: "import a",
		handedOut: ["/ws/a.py"],
		concerns: true,
	},
	"one of two": {
		files: { "/ws/a.py": "import peft", "/ws/b.py": "import torch" },
		code: "import a\nimport b",
		handedOut: ["/ws/a.py", "/ws/b.py"],
		concerns: true,
	},
	"round in a circle": {
		files: { "/ws/a.py": "import b", "/ws/b.py": "import a\nimport peft" },
		code: "import a\nimport b",
		handedOut: ["/ws/a.py", "/ws/b.py"],
		concerns: true,
	},
	"round in a circle, for nothing": {
		files: { "/ws/a.py": "import b", "/ws/b.py": "import a" },
		code: "import a\nimport b",
		handedOut: ["-", "-"],
		concerns: false,
	},
	"back to where it began": {
		files: { "/ws/a.py": "import train", "/ws/train.py": "" },
		code: "import a\nimport peft",
		handedOut: ["/ws/a.py", "-"],
		concerns: true,
	},
	"a package on the way": {
		files: { "/ws/a/__init__.py": "", "/ws/a/b.py": "import peft" },
		code: "import a.b\nimport a",
		handedOut: ["/ws/a/b.py", "/ws/a/__init__.py"],
		concerns: true,
	},
	"a folder on the way": {
		files: { "/ws/a/b.py": "import peft" },
		code: "import a.b\nimport a",
		handedOut: ["/ws/a/b.py", "/ws/a"],
		concerns: true,
	},
	"two that import a third, from a folder that neither knows": {
		files: { "/ws/p/a.py": "import lib.c", "/ws/q/b.py": "import lib.c", "/ws/lib/c.py": "import peft" },
		code: "import p.a\nimport q.b",
		handedOut: ["/ws/p/a.py", "/ws/q/b.py"],
		concerns: true,
	},
	"what a package exports": {
		files: { "/ws/a/__init__.py": "__all__ = ['b']", "/ws/a/b.py": "import peft" },
		code: "from a import *\nfrom a import b",
		handedOut: ["/ws/a/__init__.py", "/ws/a/b.py"],
		concerns: true,
	},
	"what a package imports": {
		files: { "/ws/a/__init__.py": "from .b import *", "/ws/a/b.py": "import peft" },
		code: "from a import f\nfrom a import b",
		handedOut: ["/ws/a/__init__.py", "/ws/a/b.py"],
		concerns: true,
	},
	"a word that holds a name": {
		files: { "/ws/a.py": "ctrl = peft_" },
		code: "import a",
		handedOut: ["-"],
		concerns: false,
	},
};

describe("all is handed out where something of it concerns PEFT", () => {
	test.each(Object.entries(concerns))("%s", async (_name, { files, code, handedOut, concerns: concerned }) => {
		const program = await world(parser, files, ["/ws"]).load("/ws/train.py", code);
		expect(allMeanings(program, code)).toEqual(handedOut);
		expect(program.concerns).toBe(concerned);
	});

	test("the file that is imported back is the one that is analysed", async () => {
		const { load } = world(parser, { "/ws/a.py": "import train\nimport peft", "/ws/train.py": "on disk" }, ["/ws"]);
		const program = await load("/ws/train.py", "import a  # now");
		const back = program.find(idOf(uriOf("/ws/a.py")), 0, "train");
		expect(back?.id).toBe(program.entry);
		expect(back?.text).toBe("import a  # now");
	});

	test("a submodule that somebody imports is known to all", async () => {
		const files = { "/ws/a/__init__.py": "import peft", "/ws/a/b.py": "import peft", "/ws/c.py": "import a.b, peft" };
		const { load } = world(parser, files, ["/ws"]);
		const alone = await load("/ws/train.py", "import a");
		expect(alone.submodule(idOf(uriOf("/ws/a/__init__.py")), "b")).toBeUndefined();
		const together = await load("/ws/train.py", "import a, c");
		expect(together.submodule(idOf(uriOf("/ws/a/__init__.py")), "b")?.id).toBe(uriOf("/ws/a/b.py"));
		expect(together.submodule(idOf(uriOf("/ws/c.py")), "b")).toBeUndefined();
	});

	test.each([
		["/ws/train.py", "import a.b", "a.b"],
		["/ws/src/a/train.py", "import a.b", "a.b"],
		["/ws/src/a/train.py", "from .b import f", "a.b"],
		["/ws/src/a/train.py", "from . import f", "a"],
		["/ws/x/train.py", "from .c import f", "x.c"],
	])("in %s, %s has a name", async (at, code, name) => {
		const paths = ["/ws/src/a/__init__.py", "/ws/src/a/b.py", "/ws/x/c.py"];
		const program = await world(parser, Object.fromEntries(paths.map((path) => [path, concerning])), ["/ws"]).load(
			at,
			code,
		);
		const [statement] = importsOf(code).statements;
		expect(program.find(program.entry, statement?.level ?? 0, statement?.path ?? "")?.dotted).toBe(name);
	});
});

describe("what is read", () => {
	const files = {
		"/ws/a.py": "import b\nimport peft",
		"/ws/b.py": "import numpy",
		"/ws/c.py": "",
		"/ws/x/d.py": "",
		"/ws/venv/numpy/__init__.py": "",
	};

	test.each([
		["nothing but libraries", "/ws/train.py", "import os, torch\nfrom peft import f", ["/ws"], ["/ws/"]],
		["no imports", "/ws/train.py", "x = 1", ["/ws"], []],
		["what is imported", "/ws/train.py", "import a", ["/ws"], ["/ws/", "/ws/a.py", "/ws/b.py"]],
		["missing", "/ws/x/train.py", "import nothing", ["/ws"], ["/ws/", "/ws/x/"]],
		["alone", "/ws/x/train.py", "import d, nothing", [], ["/ws/x/", "/ws/x/d.py"]],
		["alone in a virtual environment", "/ws/venv/lib/site-packages/train.py", "import d", [], []],
		["no file at all", "untitled", "import a", ["/ws"], []],
	])("%s", async (_name, at, code, folders, asked) => {
		const { disk, load } = world(parser, files, folders);
		await load(at, code);
		expect([...disk.asked()].sort()).toEqual(asked);
	});

	test("alone in a package, whether the folders above are packages", async () => {
		const { disk, load } = world(parser, { "/x/y/p/__init__.py": "", "/x/y/p/a.py": "import peft" }, []);
		await load("/x/y/p/train.py", "from p.a import f");
		expect(disk.asked()).toEqual(["/x/y/p/", "/x/y/__init__.py", "/x/y/p/a.py"]);
	});

	test("is read once, for all programs", async () => {
		const { disk, load } = world(parser, files, ["/ws"]);
		const first = await load("/ws/train.py", "import a");
		disk.asked();
		const second = await load("/ws/other.py", "import a, b");
		expect(disk.asked()).toEqual([]);
		const [one, other] = [first, second].map((program) => program.find(program.entry, 0, "a")?.facts());
		expect(one).toBe(other);
	});

	test("nothing, while the imports of a text stay the same; and its program is the same", async () => {
		const { disk, load } = world(parser, files, ["/ws"]);
		const { version } = await load("/ws/train.py", "import a\nx = 1");
		disk.asked();
		expect((await load("/ws/train.py", "# new\nimport a\nx = 2")).version).toBe(version);
		expect(disk.asked()).toEqual([]);
		expect((await load("/ws/train.py", "import c")).version).not.toBe(version);
		expect(disk.asked()).toEqual(["/ws/c.py"]);
	});

	test("a file that may have changed, and its folder; what has not is the same", async () => {
		const { disk, load, programs } = world(parser, files, ["/ws"]);
		const { version } = await load("/ws/train.py", "import a");
		disk.asked();
		programs.forget(idOf(uriOf("/ws/b.py")));
		expect((await load("/ws/train.py", "import a")).version).toBe(version);
		expect([...disk.asked()].sort()).toEqual(["/ws/", "/ws/b.py"]);
	});

	test("what changes where nothing concerns changes nothing", async () => {
		const { disk, load, programs } = world(parser, { "/ws/a.py": "import b", "/ws/b.py": "import torch" }, ["/ws"]);
		const { version } = await load("/ws/train.py", "import a");
		disk.write("/ws/b.py", "import numpy as np");
		programs.forget(idOf(uriOf("/ws/b.py")));
		expect((await load("/ws/train.py", "import a")).version).toBe(version);
		disk.write("/ws/b.py", "import peft");
		programs.forget(idOf(uriOf("/ws/b.py")));
		expect((await load("/ws/train.py", "import a")).version).not.toBe(version);
	});

	test("a file that comes first is found when its folder is looked at again", async () => {
		const { disk, load, programs } = world(parser, { "/ws/a.py": concerning }, ["/ws"]);
		const code = "import a";
		expect(meaning(await load("/ws/x/train.py", code), code)).toBe("/ws/a.py");
		disk.write("/ws/x/a.py", concerning);
		expect(meaning(await load("/ws/x/train.py", code), code)).toBe("/ws/a.py");
		programs.forgetAll("folders");
		expect(meaning(await load("/ws/x/train.py", code), code)).toBe("/ws/x/a.py");
		disk.remove("/ws/x/a.py");
		programs.forget(idOf(uriOf("/ws/x/a.py")));
		expect(meaning(await load("/ws/x/train.py", code), code)).toBe("/ws/a.py");
	});

	test("what changes while it is read is read again", async () => {
		const { disk, load, programs } = world(parser, { "/ws/a.py": "import torch" }, ["/ws"]);
		const loading = load("/ws/train.py", "import a");
		disk.write("/ws/a.py", concerning);
		programs.forget(idOf(uriOf("/ws/a.py")));
		expect(meaning(await loading, "import a")).toBe("/ws/a.py");
	});

	test("what is open counts, not the disk", async () => {
		const { disk, load, open, programs } = world(parser, { "/ws/a.py": "import torch" }, ["/ws"]);
		open.set("/ws/a.py", concerning);
		const program = await load("/ws/train.py", "import a");
		expect(program.find(program.entry, 0, "a")?.text).toBe(concerning);
		expect(disk.asked()).toEqual(["/ws/"]);
		open.delete("/ws/a.py");
		programs.touch();
		expect((await load("/ws/train.py", "import a")).find(program.entry, 0, "a")).toBeUndefined();
	});

	test("a file that cannot be decoded is as good as none", async () => {
		const disk = world(parser, {}, ["/ws"]);
		const latin = testDisk({ "/ws/a.py": concerning });
		const readFile = async () => Uint8Array.of(0x23, 0xe9);
		const programs = createPrograms({
			disk: { ...latin, readFile },
			parser,
			folders: () => foldersOf([uriOf("/ws")]),
			nameOf: pathOf,
			openText: () => undefined,
			onFault: () => undefined,
		});
		const entry = { id: uriOf("/ws/train.py"), module: disk.programs.moduleText("import a") };
		await programs.load(() => entry);
		expect(programs.of(entry)).toMatchObject({ complete: true, concerns: false });
	});
});

describe("past each bound, silence and a note", () => {
	test("more files than a program may have", async () => {
		const names = Array.from({ length: maxProgramModules + 5 }, (_, index) => `a${index}`);
		const { load } = world(parser, Object.fromEntries(names.map((name) => [`/ws/${name}.py`, concerning])), ["/ws"]);
		const program = await load("/ws/train.py", names.map((name) => `import ${name}`).join("\n"));
		expect(program.complete).toBe(true);
		expect(program.notes).toHaveLength(1);
		expect(program.find(program.entry, 0, "a0")).toBeDefined();
		expect(program.find(program.entry, 0, names.at(-1) ?? "")).toBeUndefined();
	});

	test.each([
		["a file too long", [maxModuleText + 1, 0], ["-", "/ws/a1.py"]],
		["as long as may be", [maxModuleText - 20, 0], ["/ws/a0.py", "/ws/a1.py"]],
		[
			"more text than a program may have",
			Array.from({ length: maxProgramText / maxModuleText + 1 }, () => maxModuleText - 100),
			[...Array.from({ length: maxProgramText / maxModuleText }, (_, index) => `/ws/a${index}.py`), "-"],
		],
	])("%s", async (_name, lengths, handedOut) => {
		const files = lengths.map((length, index) => [`/ws/a${index}.py`, `import peft\n#${"x".repeat(length)}`]);
		const code = lengths.map((_, index) => `import a${index}`).join("\n");
		const program = await world(parser, Object.fromEntries(files), ["/ws"]).load("/ws/train.py", code);
		expect(allMeanings(program, code)).toEqual(handedOut);
		expect(program.complete).toBe(true);
		expect(program.notes).toHaveLength(handedOut.includes("-") ? 1 : 0);
	});

	test("a chain as long as a program may be", async () => {
		const names = Array.from({ length: maxProgramModules - 1 }, (_, index) => `a${index}`);
		const files = names.map((name, index) => [`/ws/${name}.py`, `import a${index + 1}\n`]);
		const { load } = world(parser, { ...Object.fromEntries(files), [`/ws/a${names.length}.py`]: concerning }, ["/ws"]);
		expect((await load("/ws/train.py", "import a0")).complete).toBe(true);
	});
});

describe("whatever happened before", () => {
	const paths = [
		"/ws/a.py",
		"/ws/b.py",
		"/ws/p/__init__.py",
		"/ws/p/c.py",
		"/ws/p/q/d.py",
		"/ws/src/e.py",
		"/ws/x/a.py",
	];
	const lines = [
		"import a",
		"import b, e",
		"from p import c",
		"from p.c import *",
		"import p.q.d",
		"from . import c, a",
		"from ..c import f",
		"from .q.d import f",
		"__all__ = ['c']",
	];
	const texts = fc
		.tuple(fc.array(fc.constantFrom(...lines), { maxLength: 2 }), fc.boolean())
		.map(([some, concerns]) => [...some, ...(concerns ? ["import peft"] : [])].join("\n"));
	const events = fc.record({
		kind: fc.constantFrom("write", "write", "write unseen", "remove", "open", "close"),
		path: fc.constantFrom(...paths),
		text: texts,
	});
	/** Every file, as it is in the beginning. */
	const worlds = fc
		.tuple(...paths.map(() => texts))
		.map((all) => Object.fromEntries(paths.map((path, index) => [path, all[index] ?? ""])));
	const entries = fc.constantFrom("/ws/train.py", "/ws/x/train.py", "/ws/p/train.py");

	function apply(
		{ kind, path, text }: { readonly kind: string; readonly path: string; readonly text: string },
		to: World,
	) {
		if (kind.startsWith("write")) to.disk.write(path, text);
		if (kind === "remove") to.disk.remove(path);
		if (kind === "open") to.open.set(path, text);
		if (kind === "close") to.open.delete(path);
		if (kind === "write" || kind === "remove") to.programs.forget(idOf(uriOf(path)));
		else if (kind === "write unseen") to.programs.forgetAll("files");
		else to.programs.touch();
	}

	/** All that could be asked, with its answer. */
	function answers(program: LoadedProgram): readonly string[] {
		const { statements } = importsOf(lines.join("\n"));
		return [program.entry, ...[...paths, "/ws/p", "/ws/p/q"].map(uriOf)].flatMap((from) => [
			...statements.map(({ level, path }) => shown(`${from} ${level} ${path}`, program.find(from, level, path))),
			...["a", "c", "q", "d", "e"].map((name) => shown(`${from} ${name}`, program.submodule(from, name))),
		]);
	}

	function shown(question: string, module: ProgramModule | undefined): string {
		return `${question}: ${module?.id} ${module?.dotted} ${module?.text}`;
	}

	test("a program is that of the files as they are, and of another version if it answers otherwise", async () => {
		await fc.assert(
			fc.asyncProperty(worlds, fc.array(events, { maxLength: 8 }), entries, texts, async (files, steps, at, code) => {
				const old = world(parser, files, ["/ws"]);
				const versions = new Map<number, readonly string[]>();
				for (const [index, event] of steps.entries()) {
					apply(event, old);
					const fresh = world(parser, files, ["/ws"]);
					for (const happened of steps.slice(0, index + 1)) apply(happened, fresh);
					const program = await old.load(at, code);
					const found = answers(program);
					expect(found).toEqual(answers(await fresh.load(at, code)));
					expect(versions.get(program.version) ?? found).toEqual(found);
					versions.set(program.version, found);
				}
			}),
			{ numRuns: 500 },
		);
	});
});
