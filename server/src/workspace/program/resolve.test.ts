/** What an import means. */
import { beforeAll, describe, expect, test } from "vitest";
import type { PythonParser } from "../../syntax/parser";
import { testParser } from "../../syntax/test-parser";
import { concerning, meaning, world } from "./test-world";

let parser: PythonParser;
beforeAll(async () => {
	parser = await testParser();
});

interface Meaning {
	/** Other files, each of which concerns. */
	readonly files: readonly string[];
	readonly at: string;
	readonly code: string;
	/** Undefined: none of the workspace. */
	readonly means: string | undefined;
	readonly folders?: readonly string[];
}

const meanings: Readonly<Record<string, Meaning>> = {
	"a file beside": { files: ["/ws/a.py"], at: "/ws/train.py", code: "import a", means: "/ws/a.py" },
	"a file beside, deep in the workspace": {
		files: ["/ws/x/y/a.py"],
		at: "/ws/x/y/train.py",
		code: "from a import f",
		means: "/ws/x/y/a.py",
	},
	"a package beside": {
		files: ["/ws/a/__init__.py", "/ws/a.py"],
		at: "/ws/train.py",
		code: "import a",
		means: "/ws/a/__init__.py",
	},
	"a submodule": {
		files: ["/ws/a/__init__.py", "/ws/a/b.py"],
		at: "/ws/train.py",
		code: "from a.b import f",
		means: "/ws/a/b.py",
	},
	"a submodule by name": {
		files: ["/ws/a/__init__.py", "/ws/a/b.py"],
		at: "/ws/train.py",
		code: "from a import b",
		means: "/ws/a/b.py",
	},
	"a package's own name": {
		files: ["/ws/a/__init__.py"],
		at: "/ws/train.py",
		code: "from a import b",
		means: "/ws/a/__init__.py",
	},
	"a folder without __init__.py": {
		files: ["/ws/a/b/c.py"],
		at: "/ws/train.py",
		code: "from a.b import c",
		means: "/ws/a/b/c.py",
	},
	"a file comes before a folder": {
		files: ["/ws/a/b.py", "/ws/a.py"],
		at: "/ws/train.py",
		code: "import a",
		means: "/ws/a.py",
	},
	"a folder that leads further than a file": {
		files: ["/ws/x/a.py", "/ws/a/b.py"],
		at: "/ws/x/train.py",
		code: "import a.b",
		means: "/ws/a/b.py",
	},
	"a file further out comes before a folder": {
		files: ["/ws/x/a/b.py", "/ws/a.py"],
		at: "/ws/x/train.py",
		code: "import a",
		means: "/ws/a.py",
	},
	"from the root": {
		files: ["/ws/a/b.py"],
		at: "/ws/scripts/sft/train.py",
		code: "from a.b import f",
		means: "/ws/a/b.py",
	},
	"the nearest folder wins": {
		files: ["/ws/a.py", "/ws/scripts/a.py"],
		at: "/ws/scripts/train.py",
		code: "import a",
		means: "/ws/scripts/a.py",
	},
	"src of the root": {
		files: ["/ws/src/pkg/__init__.py", "/ws/src/pkg/a.py"],
		at: "/ws/scripts/train.py",
		code: "from pkg.a import f",
		means: "/ws/src/pkg/a.py",
	},
	"inside of src": {
		files: ["/ws/src/pkg/__init__.py", "/ws/src/pkg/a.py", "/ws/src/pkg/x/__init__.py"],
		at: "/ws/src/pkg/x/b.py",
		code: "from pkg.a import f",
		means: "/ws/src/pkg/a.py",
	},
	"src by name": { files: ["/ws/src/a.py"], at: "/ws/train.py", code: "from src.a import f", means: "/ws/src/a.py" },
	"in a package, another folder's file comes before its own": {
		files: ["/ws/pkg/__init__.py", "/ws/pkg/utils.py", "/ws/utils.py"],
		at: "/ws/pkg/train.py",
		code: "import utils",
		means: "/ws/utils.py",
	},
	"in a package that is a script's folder all the same": {
		files: ["/ws/pkg/__init__.py", "/ws/pkg/utils.py"],
		at: "/ws/pkg/train.py",
		code: "import utils",
		means: "/ws/pkg/utils.py",
	},
	"not its own folder, where it has relative imports": {
		files: ["/ws/pkg/__init__.py", "/ws/pkg/vllm.py"],
		at: "/ws/pkg/train.py",
		code: "import vllm\nfrom . import a",
		means: undefined,
	},
	"the workspace is the package": {
		files: ["/ws/pkg/__init__.py", "/ws/pkg/a.py", "/ws/a.py"],
		at: "/ws/pkg/x/train.py",
		code: "from pkg.a import f",
		means: undefined,
		folders: ["/ws/pkg"],
	},
	"the workspace is the package, and the file in it": {
		files: ["/ws/pkg/__init__.py", "/ws/pkg/a.py"],
		at: "/ws/pkg/train.py",
		code: "from pkg.a import f",
		means: "/ws/pkg/a.py",
		folders: ["/ws/pkg"],
	},

	"a folder that is put on sys.path, from the file's own": {
		files: ["/ws/x/lib/a.py"],
		at: "/ws/x/y/train.py",
		code: "import a\nsys.path.append('../lib')",
		means: "/ws/x/lib/a.py",
	},
	"a folder that is put on sys.path, from the root": {
		files: ["/ws/lib/a.py"],
		at: "/ws/x/y/train.py",
		code: "import a\nsys.path.insert(0, './lib')",
		means: "/ws/lib/a.py",
	},
	"a folder outside that is put on sys.path": {
		files: ["/lib/a.py"],
		at: "/ws/train.py",
		code: "import a\nsys.path.append('../lib')",
		means: undefined,
	},
	"a virtual environment that is put on sys.path": {
		files: ["/ws/.venv/lib/a.py"],
		at: "/ws/train.py",
		code: "import a\nsys.path.append('.venv/lib')",
		means: undefined,
	},

	"relative, a sibling": {
		files: ["/ws/pkg/__init__.py", "/ws/pkg/a.py"],
		at: "/ws/pkg/train.py",
		code: "from .a import f",
		means: "/ws/pkg/a.py",
	},
	"relative, a sibling by name": {
		files: ["/ws/pkg/__init__.py", "/ws/pkg/a.py"],
		at: "/ws/pkg/train.py",
		code: "from . import a",
		means: "/ws/pkg/a.py",
	},
	"relative, the package": {
		files: ["/ws/pkg/__init__.py"],
		at: "/ws/pkg/train.py",
		code: "from . import f",
		means: "/ws/pkg/__init__.py",
	},
	"relative, further up": {
		files: ["/ws/pkg/__init__.py", "/ws/pkg/x/__init__.py", "/ws/pkg/y/a.py"],
		at: "/ws/pkg/x/train.py",
		code: "from ..y.a import f",
		means: "/ws/pkg/y/a.py",
	},
	"relative, from __init__.py": {
		files: ["/ws/pkg/a.py"],
		at: "/ws/pkg/__init__.py",
		code: "from .a import f",
		means: "/ws/pkg/a.py",
	},
	"relative, without __init__.py": {
		files: ["/ws/x/a.py"],
		at: "/ws/x/train.py",
		code: "from . import a",
		means: "/ws/x/a.py",
	},
	"relative, out of the workspace": {
		files: ["/a.py", "/ws/b.py"],
		at: "/ws/train.py",
		code: "from .. import a",
		means: undefined,
	},

	missing: { files: ["/ws/a.py"], at: "/ws/train.py", code: "import b", means: undefined },
	"missing below": { files: ["/ws/a.py"], at: "/ws/train.py", code: "import a.b", means: undefined },
	"no stub": { files: ["/ws/a.pyi"], at: "/ws/train.py", code: "import a", means: undefined },
	itself: { files: [], at: "/ws/a.py", code: "import a", means: undefined },
	"not itself but another": { files: ["/ws/a.py"], at: "/ws/x/a.py", code: "import a", means: "/ws/a.py" },
	"a folder above the workspace": { files: ["/a.py"], at: "/ws/train.py", code: "import a", means: undefined },
	"letters that a URI does not have": {
		files: ["/ws/größe 1/模型.py"],
		at: "/ws/größe 1/train.py",
		code: "import 模型",
		means: "/ws/größe 1/模型.py",
	},

	"a library comes before its checkout": {
		files: ["/ws/peft/__init__.py"],
		at: "/ws/train.py",
		code: "import peft",
		means: undefined,
	},
	"a library's submodule": {
		files: ["/ws/peft/__init__.py", "/ws/peft/tuners.py"],
		at: "/ws/train.py",
		code: "from peft.tuners import f",
		means: undefined,
	},
	"a library's checkout by its path": {
		files: ["/ws/src/peft/__init__.py"],
		at: "/ws/train.py",
		code: "from src.peft import f",
		means: undefined,
	},
	"in a library's checkout": {
		files: ["/ws/src/peft/__init__.py", "/ws/src/peft/a.py"],
		at: "/ws/src/peft/model.py",
		code: "from .a import f",
		means: undefined,
	},
	"a package of the person's with a library's name in it": {
		files: ["/ws/pkg/__init__.py", "/ws/pkg/peft/__init__.py", "/ws/pkg/peft/a.py"],
		at: "/ws/pkg/peft/train.py",
		code: "from .a import f",
		means: "/ws/pkg/peft/a.py",
	},
	"a file beside the script shadows a library": {
		files: ["/ws/trl.py"],
		at: "/ws/train.py",
		code: "from trl import SFTTrainer",
		means: "/ws/trl.py",
	},
	"a file of the root shadows none": {
		files: ["/ws/peft.py"],
		at: "/ws/scripts/train.py",
		code: "import peft",
		means: undefined,
	},
	"a file beside a module of a package shadows none": {
		files: ["/ws/pkg/__init__.py", "/ws/pkg/peft.py"],
		at: "/ws/pkg/train.py",
		code: "import peft",
		means: undefined,
	},
	"a library's submodule is not in a file": {
		files: ["/ws/peft.py"],
		at: "/ws/train.py",
		code: "from peft.tuners import f",
		means: undefined,
	},
	"a file of a library's name imports the library": {
		files: [],
		at: "/ws/peft.py",
		code: "import peft",
		means: undefined,
	},
	"a file of the package by its path": {
		files: ["/ws/models/peft.py"],
		at: "/ws/train.py",
		code: "from models.peft import f",
		means: "/ws/models/peft.py",
	},
	"the standard library comes before a folder": {
		files: ["/ws/logging/__init__.py"],
		at: "/ws/train.py",
		code: "import logging",
		means: undefined,
	},
	"a file beside the script shadows the standard library": {
		files: ["/ws/types.py"],
		at: "/ws/train.py",
		code: "import types",
		means: "/ws/types.py",
	},

	"a virtual environment": {
		files: ["/ws/venv/__init__.py", "/ws/venv/a.py"],
		at: "/ws/train.py",
		code: "from venv import a",
		means: undefined,
	},
	"site-packages that is open": {
		files: ["/ws/.venv/lib/site-packages/x/__init__.py", "/ws/.venv/lib/site-packages/x/a.py"],
		at: "/ws/.venv/lib/site-packages/x/b.py",
		code: "from .a import f",
		means: undefined,
	},
	"a workspace in a hidden folder": {
		files: ["/home/.work/ws/a.py"],
		at: "/home/.work/ws/train.py",
		code: "import a",
		means: "/home/.work/ws/a.py",
		folders: ["/home/.work/ws"],
	},

	"another folder of the workspace": {
		files: ["/other/a.py"],
		at: "/ws/train.py",
		code: "import a",
		means: "/other/a.py",
		folders: ["/ws", "/other"],
	},
	"src of another folder": {
		files: ["/other/src/a.py"],
		at: "/ws/train.py",
		code: "import a",
		means: "/other/src/a.py",
		folders: ["/ws", "/other"],
	},
	"one folder in another": {
		files: ["/ws/a.py"],
		at: "/ws/x/train.py",
		code: "import a",
		means: "/ws/a.py",
		folders: ["/ws/x", "/ws"],
	},
	"the root of all": { files: ["/a.py"], at: "/x/train.py", code: "import a", means: "/a.py", folders: ["/"] },

	"alone, a file beside": { files: ["/x/a.py"], at: "/x/train.py", code: "import a", means: "/x/a.py", folders: [] },
	"alone, a folder above": { files: ["/a.py"], at: "/x/train.py", code: "import a", means: undefined, folders: [] },
	"alone, its package": {
		files: ["/x/pkg/__init__.py", "/x/pkg/y/__init__.py", "/x/pkg/a.py"],
		at: "/x/pkg/y/train.py",
		code: "from pkg.a import f",
		means: "/x/pkg/a.py",
		folders: [],
	},
	"alone, up in its package": {
		files: ["/x/pkg/__init__.py", "/x/pkg/y/__init__.py", "/x/pkg/a.py"],
		at: "/x/pkg/y/train.py",
		code: "from ..a import f",
		means: "/x/pkg/a.py",
		folders: [],
	},
	"alone, beside its package": {
		files: ["/x/pkg/__init__.py", "/x/a.py"],
		at: "/x/pkg/train.py",
		code: "import a",
		means: undefined,
		folders: [],
	},
	"alone, outside of the workspace": {
		files: ["/ws/a.py"],
		at: "/x/train.py",
		code: "import a",
		means: undefined,
	},
	"alone in site-packages": {
		files: ["/usr/lib/site-packages/x/__init__.py", "/usr/lib/site-packages/x/a.py"],
		at: "/usr/lib/site-packages/x/b.py",
		code: "from .a import f",
		means: undefined,
		folders: [],
	},
};

describe("what an import means", () => {
	test.each(Object.entries(meanings))("%s", async (_name, { files, at, code, means, folders = ["/ws"] }) => {
		const { load } = world(parser, Object.fromEntries(files.map((path) => [path, concerning])), folders);
		expect(meaning(await load(at, code), code)).toBe(means);
	});
});

const checkouts: Readonly<
	Record<string, readonly [code: string, files: readonly string[], expected: readonly string[]]>
> = {
	"a package beside the script": ["from peft import LoraConfig", ["/ws/peft/__init__.py"], ["peft"]],
	"a package further up": ["import peft", ["/ws/peft/__init__.py", "/ws/jobs/x.py"], ["peft"]],
	"under src": ["import peft.utils", ["/ws/src/peft/__init__.py"], ["peft"]],
	"a whole repository": ["import peft", ["/ws/peft/src/peft/__init__.py"], ["peft"]],
	"a folder of data": ["import peft", ["/ws/peft/data.py"], []],
	"a library that is not imported": ["import torch", ["/ws/peft/__init__.py"], []],
	"no library": ["import tools", ["/ws/tools/__init__.py"], []],
};

describe("checkouts of libraries", () => {
	test.each(Object.entries(checkouts))("%s", async (_name, [code, files, expected]) => {
		const { load } = world(parser, Object.fromEntries(files.map((file) => [file, "import peft"])), ["/ws"]);
		expect((await load("/ws/jobs/train.py", `${code}\nimport peft_tools`)).checkouts).toEqual(expected);
	});
});
