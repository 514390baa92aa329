/** Which versions a project uses, as its files say: each kind of file, what counts where several speak, and bad ones. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { packageNames } from "../../rules/versions";
import { nodeDisk } from "../disk";
import type { Host } from "../host";
import { createVersionReader, type PackageVersions } from "./project";

/** Path → text, or bytes; a path that ends with a slash is a folder. */
type Files = Readonly<Record<string, string | Uint8Array>>;

let root: string;
let log: string[];

beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), "peft-lint-versions-"));
	log = [];
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const host: Host = { ...nodeDisk, log: (_level, message) => log.push(message) };

function write(files: Files): void {
	for (const [path, content] of Object.entries(files)) {
		const full = join(root, path);
		mkdirSync(path.endsWith("/") ? full : dirname(full), { recursive: true });
		if (!path.endsWith("/")) writeFileSync(full, content);
	}
}

function reader(folder = "") {
	const reader = createVersionReader(host);
	reader.setFolders([uriOf(folder)]);
	return { at: (path: string) => reader.of(uriOf(path)), forget: reader.forget };
}

function uriOf(path: string): string {
	return pathToFileURL(join(root, path)).href;
}

async function versionsAt(path: string, files: Files): Promise<string> {
	write(files);
	return said(await reader().at(path));
}

/** `peft 0.13.2 (uv.lock); trl >=0.9,<0.12 = 0.9..0.12 (pyproject.toml)` */
function said(versions: PackageVersions): string {
	const parts = packageNames.flatMap((name) => {
		const version = versions[name];
		if (version === undefined) return [];
		const { exact, min, max, text, source } = version;
		const bounds = exact === undefined && (min ?? max) !== undefined ? ` = ${min ?? ""}..${max ?? ""}` : "";
		return [`${name} ${text === "" ? "any" : text}${bounds} (${source.name})`];
	});
	return parts.join("; ");
}

const LOCK = (version: string) => `[[package]]\nname = "peft"\nversion = "${version}"\n`;

describe("requirements.txt", () => {
	test.each([
		["peft==0.13.2", "peft 0.13.2 (requirements.txt)"],
		["peft", "peft any (requirements.txt)"],
		["peft>=0.12,<0.15", "peft >=0.12,<0.15 = 0.12..0.15 (requirements.txt)"],
		["peft >= 0.12, != 0.13.1", "peft >=0.12,!=0.13.1 = 0.12.. (requirements.txt)"],
		["PEFT[quality] ~= 0.13.1  # adapters", "peft ~=0.13.1 = 0.13.1..0.14 (requirements.txt)"],
		["peft~=0.13", "peft ~=0.13 = 0.13..1 (requirements.txt)"],
		["peft (<=0.13.2)", "peft <=0.13.2 = ..0.13.2.1 (requirements.txt)"],
		["peft==0.13.*", "peft ==0.13.* = 0.13..0.14 (requirements.txt)"],
		["peft!=0.13.*", "peft any (requirements.txt)"],
		["peft===0.13.2", "peft 0.13.2 (requirements.txt)"],
		["peft>0.12", "peft >0.12 = 0.12.. (requirements.txt)"],
		["peft==0.14.1.dev0", "peft 0.14.1.dev0 (requirements.txt)"],
		["torch==2.1.0+cu118", "torch 2.1.0+cu118 (requirements.txt)"],
		["peft>=0.12 ; python_version >= '3.9'", "peft >=0.12 = 0.12.. (requirements.txt)"],
		["peft==0.13.2 --hash=sha256:aa \\\n    --hash=sha256:bb", "peft 0.13.2 (requirements.txt)"],
		["peft \\\n  ==0.13.2", "peft 0.13.2 (requirements.txt)"],
		["  # peft==0.1\npeft==0.13.2#no comment", "peft any (requirements.txt)"],
		["git+https://github.com/huggingface/peft.git@main", "peft any (requirements.txt)"],
		["git+https://user:secret@host/x/y@v1#egg=peft", "peft any (requirements.txt)"],
		["-e git+https://github.com/huggingface/peft#egg=peft", "peft any (requirements.txt)"],
		["peft @ git+https://github.com/huggingface/peft;v1", "peft any (requirements.txt)"],
		["peft @ file:///home/conda/work", "peft any (requirements.txt)"],
		["peft>=zero", "peft any (requirements.txt)"],
		["peft>=0.15,<0.12", "peft any (requirements.txt)"],
		["--index-url https://host/peft\n-f peft==1.0\n./peft\n/x/peft.whl", ""],
		["peft-tools==1.0\nmy-peft==2.0\npeft_lint==3", ""],
		["peft>=0.10\npeft<0.15", "peft >=0.10,<0.15 = 0.10..0.15 (requirements.txt)"],
		["peft==0.10.0\npeft==0.13.2", "peft 0.10.0 or 0.13.2 = 0.10.0..0.13.2.1 (requirements.txt)"],
		[
			"peft==0.10.0; python_version<'3.9'\npeft==0.14.0; python_version>='3.9'",
			"peft 0.10.0 or 0.14.0 = 0.10.0..0.14.0.1 (requirements.txt)",
		],
		[
			"peft\r\ntransformers==4.44.0\r\ntrl<0.12\r\naccelerate>=1\r\n",
			"peft any (requirements.txt); transformers 4.44.0 (requirements.txt); trl <0.12 = ..0.12 (requirements.txt); accelerate >=1 = 1.. (requirements.txt)",
		],
	])("%j", async (text, expected) => {
		expect(await versionsAt("train.py", { "requirements.txt": text })).toBe(expected);
		expect(log).toEqual([]);
	});

	test("in UTF-16, as PowerShell writes it", async () => {
		const bytes = Buffer.from("\ufeffpeft==0.13.2\r\n", "utf16le");
		expect(await versionsAt("train.py", { "requirements.txt": bytes })).toBe("peft 0.13.2 (requirements.txt)");
	});

	test.each([
		[
			"another file",
			{ "requirements.txt": "-r sub/more.txt", "sub/more.txt": "peft==0.13.2" },
			"peft 0.13.2 (more.txt)",
		],
		[
			"constraints",
			{ "requirements.txt": "-c constraints.txt\npeft", "constraints.txt": "peft==0.13.2" },
			"peft 0.13.2 (constraints.txt)",
		],
		[
			"a file that includes it back",
			{ "requirements.txt": "-r ./a.txt", "a.txt": "--requirement=requirements.txt\npeft==0.13.2" },
			"peft 0.13.2 (a.txt)",
		],
		[
			"nothing outside of the workspace",
			{ "requirements.txt": "-r ../../../etc/hostname\n-r /etc/passwd\n-r no.txt" },
			"",
		],
		[
			"what two say at once",
			{ "requirements.txt": "-c sub/constraints.txt\npeft>=0.10", "sub/constraints.txt": "peft<0.15" },
			"peft >=0.10,<0.15 = 0.10..0.15 (requirements.txt)",
		],
	])("includes %s", async (_, files, expected) => {
		expect(await versionsAt("train.py", files)).toBe(expected);
	});

	test.each<[string, Files, string]>([
		[
			"versions: any of them",
			{ "requirements-a.txt": "peft==0.10.0", "requirements_b.txt": "peft==0.13.2" },
			"peft 0.10.0 or 0.13.2 = 0.10.0..0.13.2.1 (requirements-a.txt)",
		],
		[
			"ranges: any of them",
			{ "requirements-a.txt": "peft>=0.10,<0.12", "requirements_b.txt": "peft>=0.13,<0.14" },
			"peft >=0.10,<0.12 or >=0.13,<0.14 = 0.10..0.14 (requirements-a.txt)",
		],
		[
			"ranges, one in the other",
			{ "requirements.txt": "peft>=0.10", "requirements_flux.txt": "peft>=0.11.1" },
			"peft >=0.10 = 0.10.. (requirements.txt)",
		],
		[
			"a version and a range that allows it",
			{ "requirements.txt": "peft>=0.10", "requirements-frozen.txt": "peft==0.13.2" },
			"peft 0.13.2 (requirements-frozen.txt)",
		],
		[
			"a version and a range that does not",
			{ "requirements.txt": "peft==0.7.0", "requirements_flux.txt": "peft>=0.11.1" },
			"peft 0.7.0 or >=0.11.1 = 0.7.0.. (requirements.txt)",
		],
		[
			"one without bounds adds nothing",
			{ "requirements-dev.txt": "peft", "requirements.txt": "peft<0.15" },
			"peft <0.15 = ..0.15 (requirements.txt)",
		],
	])("several with %s", async (_, files, expected) => {
		expect(await versionsAt("train.py", files)).toBe(expected);
	});
});

describe("pyproject.toml", () => {
	test.each([
		[
			'[project]\ndependencies = ["peft>=0.12,<0.15", "torch"]',
			"peft >=0.12,<0.15 = 0.12..0.15 (pyproject.toml); torch any (pyproject.toml)",
		],
		['[project.optional-dependencies]\ntrain = ["peft==0.13.2"]', "peft 0.13.2 (pyproject.toml)"],
		['[dependency-groups]\ndev = [{ include-group = "x" }, "peft==0.13.2"]', "peft 0.13.2 (pyproject.toml)"],
		[
			'[project]\ndependencies = ["peft"]\n[dependency-groups]\ntrain = ["peft>=0.13"]',
			"peft >=0.13 = 0.13.. (pyproject.toml)",
		],
		['[tool.poetry.dependencies]\npeft = "^0.13.2"', "peft ^0.13.2 = 0.13.2..0.14 (pyproject.toml)"],
		['[tool.poetry.dependencies]\ntransformers = "^4.40"', "transformers ^4.40 = 4.40..5 (pyproject.toml)"],
		['[tool.poetry.dependencies]\npeft = "~0.13.2"', "peft ~0.13.2 = 0.13.2..0.14 (pyproject.toml)"],
		['[tool.poetry.dependencies]\ntransformers = "~4"', "transformers ~4 = 4..5 (pyproject.toml)"],
		['[tool.poetry.dependencies]\npeft = "0.13.2"', "peft 0.13.2 (pyproject.toml)"],
		['[tool.poetry.dependencies]\npeft = "0.13.*"', "peft 0.13.* = 0.13..0.14 (pyproject.toml)"],
		['[tool.poetry.dependencies]\npeft = "*"', "peft any (pyproject.toml)"],
		['[tool.poetry.dependencies]\npeft = ">=0.12 <0.15"', "peft >=0.12<0.15 = 0.12..0.15 (pyproject.toml)"],
		['[tool.poetry.dependencies]\npeft = "^0.10 || ^0.13"', "peft ^0.10||^0.13 = 0.10..0.14 (pyproject.toml)"],
		['[tool.poetry.dependencies]\npeft = { version = "0.13.2", extras = ["x"] }', "peft 0.13.2 (pyproject.toml)"],
		['[tool.poetry.dependencies]\npeft = { git = "https://host/peft" }', "peft any (pyproject.toml)"],
		[
			'[tool.poetry.dependencies]\npeft = [{ version = "0.10.0", python = "<3.9" }, { version = "0.13.2", python = ">=3.9" }]',
			"peft 0.10.0 or 0.13.2 = 0.10.0..0.13.2.1 (pyproject.toml)",
		],
		['[tool.poetry.group.train.dependencies]\npeft = "0.13.2"', "peft 0.13.2 (pyproject.toml)"],
		['[tool.poetry.dev-dependencies]\npeft = "0.13.2"', "peft 0.13.2 (pyproject.toml)"],
		['[tool.pdm.dev-dependencies]\ntrain = ["peft==0.13.2", "-e file:///x#egg=y"]', "peft 0.13.2 (pyproject.toml)"],
		['[tool.uv]\ndev-dependencies = ["peft==0.13.2"]', "peft 0.13.2 (pyproject.toml)"],
		[
			'[project]\ndependencies = ["peft==0.13.2"]\n[tool.uv.sources]\npeft = { git = "https://host/x" }',
			"peft any (pyproject.toml)",
		],
		[
			'[project]\ndependencies = ["torch==2.4.0"]\n[tool.uv.sources]\ntorch = { index = "cpu" }',
			"torch 2.4.0 (pyproject.toml)",
		],
		['[project]\nname = "peft"\nversion = "0.21.0"', ""],
		['[project]\ndependencies = "peft"\noptional-dependencies = 3\n[tool]\npoetry = "peft"', ""],
	])("%j", async (text, expected) => {
		expect(await versionsAt("train.py", { "pyproject.toml": text })).toBe(expected);
		expect(log).toEqual([]);
	});
});

describe("other files", () => {
	test.each<[string, string, string]>([
		[
			"setup.cfg",
			"[metadata]\nname = peft\n[options]\ninstall_requires =\n  # old\n  peft>=0.12\n  torch\npackages = find:\n",
			"peft >=0.12 = 0.12..; torch any",
		],
		["setup.cfg", "[options.extras_require]\ntrain = peft==0.13.2\n[tool:x]\ny = trl==1\n", "peft 0.13.2"],
		[
			"Pipfile",
			'[packages]\npeft = "==0.13.2"\ntrl = "*"\n[dev-packages]\ntorch = { version = ">=2" }',
			"peft 0.13.2; trl any; torch >=2 = 2..",
		],
		[
			"environment.yml",
			"dependencies:\n  - python=3.11\n  - conda-forge::peft=0.13\n  - pytorch==2.4.0\n  - pip",
			"peft =0.13 = 0.13..0.14; torch 2.4.0",
		],
		[
			"environment.yaml",
			"dependencies:\n  - peft=0.13.2=pyhd8ed1ab_0\n  - trl >=0.9,<0.12",
			"peft =0.13.2 = 0.13.2..0.13.3; trl >=0.9,<0.12 = 0.9..0.12",
		],
		[
			"environment.yml",
			"dependencies:\n- pip:\n  - peft==0.13.2\n- trl 0.9.*\n- accelerate 0.30|1.0",
			"peft 0.13.2; trl 0.9.* = 0.9..0.10; accelerate 0.30|1.0 = 0.30..1.0.1",
		],
		["uv.lock", `version = 1\n${LOCK("0.13.2")}source = { registry = "x" }\n`, "peft 0.13.2"],
		["uv.lock", `${LOCK("0.13.2")}${LOCK("0.10.0")}`, "peft 0.13.2 or 0.10.0 = 0.10.0..0.13.2.1"],
		["poetry.lock", `${LOCK("0.13.2")}[metadata]\nlock-version = "2.0"\n`, "peft 0.13.2"],
		["pdm.lock", LOCK("0.13.2"), "peft 0.13.2"],
		["pylock.toml", '[[packages]]\nname = "peft"\nversion = "0.13.2"\n[[packages]]\nname = "trl"\n', "peft 0.13.2"],
		["pylock.train.toml", '[[packages]]\nname = "peft"\nversion = "0.13.2"\n', "peft 0.13.2"],
		[
			"Pipfile.lock",
			'{"_meta":{},"default":{"peft":{"version":"==0.13.2"}},"develop":{"trl":{"git":"x"}}}',
			"peft 0.13.2",
		],
		[
			"conda-lock.yml",
			"version: 1\nmetadata:\n  channels:\n  - url: peft\npackage:\n- name: peft\n  version: 0.13.2\n  dependencies:\n    trl: '>=1'\n- category: main\n  name: trl\n  version: 0.10\n  hash: {}\nother: 3\n",
			"peft 0.13.2; trl 0.10",
		],
	])("%s %j", async (name, text, expected) => {
		const found = await versionsAt("train.py", { [name]: text });
		expect(found.replaceAll(` (${name})`, "")).toBe(expected);
		expect(log).toEqual([]);
	});

	test.each([
		["venv/lib/python3.11/site-packages/peft-0.13.2.dist-info/", "peft 0.13.2 (venv)"],
		[".venv/Lib/site-packages/peft-0.13.2.dist-info/", "peft 0.13.2 (.venv)"],
		["env/lib/python3.12/site-packages/PEFT-0.14.1.dev0.dist-info/", "peft 0.14.1.dev0 (env)"],
		["other/lib/python3.12/site-packages/peft-0.13.2.dist-info/", ""],
		[".venv/lib/python3.11/site-packages/my_peft-0.13.2.dist-info/", ""],
		[".venv/lib/python3.11/site-packages/peft-x.dist-info/", ""],
		[".venv", ""],
	])("%s", async (path, expected) => {
		expect(await versionsAt("train.py", { [path]: "" })).toBe(expected);
	});
});

describe("where several speak", () => {
	const VENV = (version: string) => `.venv/lib/python3.11/site-packages/peft-${version}.dist-info/`;

	test.each<[string, Files, string]>([
		[
			"what is installed, before all",
			{ [VENV("0.14.0")]: "", "uv.lock": LOCK("0.13.2"), "requirements.txt": "peft==0.12.0" },
			"peft 0.14.0 (.venv)",
		],
		["a lock before a pin", { "uv.lock": LOCK("0.13.2"), "requirements.txt": "peft==0.12.0" }, "peft 0.13.2 (uv.lock)"],
		[
			"a pin before a range",
			{ "pyproject.toml": '[project]\ndependencies = ["peft>=0.10"]', "requirements.txt": "peft==0.12.0" },
			"peft 0.12.0 (requirements.txt)",
		],
		[
			"the nearer of two",
			{ "a/requirements.txt": "peft==0.12.0", "requirements.txt": "peft==0.13.2" },
			"peft 0.12.0 (requirements.txt)",
		],
		[
			"a near pin before what is installed farther up",
			{ "a/requirements.txt": "peft==0.12.0", [VENV("0.14.0")]: "" },
			"peft 0.12.0 (requirements.txt)",
		],
		[
			"a near range, made exact by a lock farther up",
			{ "a/pyproject.toml": '[project]\ndependencies=["peft>=0.12"]', "uv.lock": LOCK("0.13.2") },
			"peft 0.13.2 (uv.lock)",
		],
		[
			"a near range that the lock farther up is not in",
			{ "a/requirements.txt": "peft<0.12", "uv.lock": LOCK("0.13.2") },
			"peft <0.12 = ..0.12 (requirements.txt)",
		],
		[
			"a pin farther up tells nothing of a near range",
			{ "a/requirements.txt": "peft>=0.12", "requirements.txt": "peft==0.13.2" },
			"peft >=0.12 = 0.12.. (requirements.txt)",
		],
		[
			"each library on its own",
			{ "a/requirements.txt": "peft==0.12.0", "requirements.txt": "trl==0.9.6" },
			"peft 0.12.0 (requirements.txt); trl 0.9.6 (requirements.txt)",
		],
		[
			"a near one without bounds adds nothing",
			{ "a/requirements.txt": "peft\ntrl", "requirements.txt": "peft==0.13.2" },
			"peft 0.13.2 (requirements.txt); trl any (requirements.txt)",
		],
		["not what is beside", { "b/requirements.txt": "peft==0.12.0" }, ""],
		["not what is below", { "a/sub/requirements.txt": "peft==0.12.0" }, ""],
		["nothing at all", {}, ""],
	])("%s", async (_, files, expected) => {
		expect(await versionsAt("a/train.py", files)).toBe(expected);
	});

	test("nothing above the workspace", async () => {
		write({ "requirements.txt": "peft==0.12.0", "inner/a/train.py": "" });
		expect(said(await reader("inner").at("inner/a/train.py"))).toBe("");
	});

	test("of a file outside of the workspace, its own folder", async () => {
		write({ "requirements.txt": "peft==0.12.0", "other/requirements.txt": "trl==0.9.6" });
		expect(said(await reader("inner").at("other/train.py"))).toBe("trl 0.9.6 (requirements.txt)");
	});

	test("of what is no file, nothing", async () => {
		expect(await createVersionReader(host).of("untitled:Untitled-1")).toEqual({});
	});
});

describe("what is broken says nothing, and one line of the log why", () => {
	test.each([
		["pyproject.toml", '[project\ndependencies = ["peft==0.13.2"]'],
		["uv.lock", '[[package]]\nname = "peft\n'],
		["Pipfile.lock", '{ "default": { "peft": '],
		["environment.yml", "dependencies: [peft=0.13.2"],
		["environment.yml", `dependencies: [peft=0.13.2]\n${"# filler\n".repeat(20_000)}`],
		["pyproject.toml", `[project]\ndependencies = ["peft==0.13.2"]\n${"# filler\n".repeat(100_000)}`],
	])("%s %.40j", async (name, text) => {
		expect(await versionsAt("train.py", { [name]: text, "requirements.txt": "trl==0.9.6" })).toBe(
			"trl 0.9.6 (requirements.txt)",
		);
		expect(log).toEqual([expect.stringContaining(`${name} is not asked for versions: `)]);
	});

	test.each<[string, string | Uint8Array]>([
		["requirements.txt", new Uint8Array([0xff, 0x00, 0xfe, 0x70, 0x65])],
		["requirements.txt", "\0peft==0.13.2\0"],
		["uv.lock", "peft"],
		["Pipfile.lock", '["peft"]'],
		["Pipfile.lock", '"peft"'],
		["conda-lock.yml", "- name: peft\n  version: [1]\n- name: peft\n"],
		["environment.yml", "peft"],
		["environment.yml", "a: &a peft\ndependencies: 3"],
	])("%s %j does no harm", async (name, content) => {
		expect(await versionsAt("train.py", { [name]: content })).toBe("");
	});
});

test("files are read again after they changed, and only then", async () => {
	write({ "requirements.txt": "peft==0.12.0", "a/": "" });
	const { at, forget } = reader();
	const before = await at("train.py");
	write({ "requirements.txt": "peft==0.13.2" });
	expect(await at("train.py")).toBe(before);
	expect(said(await at("a/train.py"))).toBe("peft 0.12.0 (requirements.txt)");
	forget();
	expect(said(await at("train.py"))).toBe("peft 0.13.2 (requirements.txt)");
});
