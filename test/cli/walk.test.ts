/** Which files a walk finds. Every file holds one finding, so what is reported is what was found. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { expect, test } from "vitest";
import { cli, mortal } from "./support/cli";
import { CLEAN, type Files, project, WRONG_LOAD } from "./support/project";

interface Case {
	/** Files with a finding. */
	readonly python: readonly string[];
	/** Other files: ignore rules. */
	readonly rules?: Files;
	/** Makes what plain files cannot say. */
	readonly prepare?: (folder: string) => void;
	readonly args?: readonly string[];
	/** Folder to run in. */
	readonly cwd?: string;
	readonly found: readonly string[];
	readonly code?: 0 | 1 | 2;
	readonly stderr?: string | RegExp;
	readonly asMortal?: boolean;
}

async function check({
	python,
	rules = {},
	prepare,
	args = [],
	cwd = ".",
	asMortal = false,
	found,
	...rest
}: Case): Promise<void> {
	const folder = project({ ...rules, ...Object.fromEntries(python.map((name) => [name, WRONG_LOAD])) });
	prepare?.(folder);
	const result = await cli(["check", "--output-format", "json", ...args], { cwd: join(folder, cwd), asMortal });
	const findings = JSON.parse(result.stdout) as readonly { readonly filename: string }[];
	const names = findings.map(({ filename }) => relative(folder, filename).split(sep).join("/"));
	expect(names).toEqual(found);
	const stderr = rest.stderr ?? (found.length === 0 ? /no Python files/ : "");
	expect(result.stderr).toEqual(typeof stderr === "string" ? stderr : expect.stringMatching(stderr));
	expect(result.code).toBe(rest.code ?? (found.length === 0 ? 0 : 1));
}

const git = (folder: string): void => void mkdirSync(join(folder, ".git"), { recursive: true });

const cases: Readonly<Record<string, Case>> = {
	"sorted, folders among files": {
		python: ["b.py", "a/z.py", "a/a.py", "c/c.py"],
		found: ["a/a.py", "a/z.py", "b.py", "c/c.py"],
	},
	"*.py and *.pyw, no stubs": {
		python: ["a.py", "b.pyw", "c.pyi", "d.txt", "e.PY", "f.pyc", "py"],
		found: ["a.py", "b.pyw", "e.PY"],
	},
	"folders that hold nobody's code": {
		python: [
			".git/hooks/a.py",
			".venv/lib/a.py",
			"venv/a.py",
			"node_modules/x/a.py",
			"pkg/__pycache__/a.py",
			"build/a.py",
			"dist/a.py",
			".tox/a.py",
			".mypy_cache/a.py",
			"env/lib/python3.12/site-packages/peft/a.py",
			"pkg/builds/a.py",
		],
		found: ["pkg/builds/a.py"],
	},
	"such a folder, named": { python: ["build/a.py"], args: ["build"], found: ["build/a.py"] },

	".gitignore": { python: ["a.py", "b.py", "out/c.py"], rules: { ".gitignore": "b.py\nout/\n" }, found: ["a.py"] },
	".gitignore with CR LF and a BOM": {
		python: ["a.py", "b.py"],
		rules: { ".gitignore": "\ufeffb.py\r\n\r\n" },
		found: ["a.py"],
	},
	"a pattern for a folder is none for a file": {
		python: ["out.py", "a.py"],
		rules: { ".gitignore": "out.py/\n" },
		found: ["a.py", "out.py"],
	},
	"an anchored pattern": { python: ["a.py", "sub/a.py"], rules: { ".gitignore": "/a.py\n" }, found: ["sub/a.py"] },
	"a nested .gitignore": {
		python: ["a.py", "sub/a.py", "sub/b.py"],
		rules: { "sub/.gitignore": "a.py\n" },
		found: ["a.py", "sub/b.py"],
	},
	"a nested .gitignore takes back": {
		python: ["a.py", "sub/a.py"],
		rules: { ".gitignore": "*.py\n", "sub/.gitignore": "!a.py\n" },
		found: ["sub/a.py"],
	},
	"a taken-back file below an ignored folder stays out": {
		python: ["out/a.py", "b.py"],
		rules: { ".gitignore": "out/\n!out/a.py\n" },
		found: ["b.py"],
	},
	"comments, negation, escapes, double stars": {
		python: ["#a.py", "!b.py", "c.py", "keep.py", "x/y/z/d.py"],
		rules: { ".gitignore": "# c.py\n*.py\n!keep.py\n!c.py\n!\\#a.py\n!x\nx/**/d.py\n" },
		found: ["#a.py", "c.py", "keep.py"],
	},
	"broken patterns harm nobody": {
		python: ["a.py", "b.py"],
		rules: { ".gitignore": "[\n\\\n[z-a]\n***\\\nb.py\n" },
		found: ["a.py"],
	},
	"rules of the repository around": {
		python: ["sub/a.py", "sub/b.py", "sub/deep/c.py"],
		rules: { ".gitignore": "b.py\n", "sub/.gitignore": "/deep/c.py\n" },
		prepare: git,
		cwd: "sub",
		found: ["sub/a.py"],
	},
	"no rules from around where there is no repository": {
		python: ["sub/a.py"],
		rules: { ".gitignore": "a.py\n" },
		cwd: "sub",
		found: ["sub/a.py"],
	},
	"an ignored folder, named": {
		python: ["out/a.py"],
		rules: { ".gitignore": "out/\n" },
		prepare: git,
		args: ["out"],
		found: ["out/a.py"],
	},
	"an ignored file, named": { python: ["a.py"], rules: { ".gitignore": "a.py\n" }, args: ["a.py"], found: ["a.py"] },
	"a repository inside starts afresh": {
		python: ["inner/a.py", "b.py"],
		rules: { ".gitignore": "a.py\nb.py\n" },
		prepare: (folder) => git(join(folder, "inner")),
		found: ["inner/a.py"],
	},
	".git/info/exclude": {
		python: ["a.py", "b.py"],
		rules: { ".git/info/exclude": "b.py\n" },
		found: ["a.py"],
	},
	"the user's own rules": {
		python: ["repo/a.py", "repo/b.py"],
		rules: { "repo/.git/HEAD": "", "repo/.config/git/ignore": "b.py\n" },
		cwd: "repo",
		found: ["repo/a.py"],
	},
	"the user's own rules, elsewhere": {
		python: ["a.py", "b.py"],
		rules: { ".gitconfig": '[core]\n\tautocrlf = input\n\texcludesFile = "~/my ignores"\n', "my ignores": "b.py\n" },
		prepare: git,
		found: ["a.py"],
	},

	"--exclude": {
		python: ["a.py", "b.py", "sub/b.py", "sub/c.py"],
		args: ["--exclude", "b.py"],
		found: ["a.py", "sub/c.py"],
	},
	"--exclude a folder, a glob": {
		python: ["a.py", "sub/b.py", "x_test.py", "sub2/x_test.py"],
		args: ["--exclude", "sub/,*_test.py"],
		found: ["a.py"],
	},
	"--exclude is relative to where it is said": {
		python: ["pkg/a.py", "pkg/old/a.py"],
		args: ["--exclude=/pkg/old", "pkg"],
		found: ["pkg/a.py"],
	},
	"--exclude for a folder elsewhere": {
		python: ["here/x", "there/a.py", "there/b.py"],
		cwd: "here",
		args: ["--exclude=b.py", "../there"],
		found: ["there/a.py"],
	},
	"--exclude has the last word": {
		python: ["a.py", "b.py"],
		rules: { ".gitignore": "!b.py\n" },
		args: ["--exclude=b.py"],
		found: ["a.py"],
	},

	"a loop of links": {
		python: ["sub/a.py"],
		prepare(folder) {
			symlinkSync("..", join(folder, "sub/up"));
			symlinkSync(".", join(folder, "here"));
		},
		found: ["sub/a.py"],
	},
	"links to themselves, to nothing, to a folder": {
		python: ["a.py", "sub/b.py"],
		prepare(folder) {
			symlinkSync("self.py", join(folder, "self.py"));
			symlinkSync("nowhere.py", join(folder, "gone.py"));
			symlinkSync("sub", join(folder, "folder.py"));
		},
		found: ["a.py", "sub/b.py"],
	},
	"a link to a file outside": {
		python: ["real.txt", "sub/b.py"],
		prepare: (folder) => symlinkSync("../real.txt", join(folder, "sub/link.py")),
		cwd: "sub",
		found: ["sub/b.py", "sub/link.py"],
	},
	"a link to a file that is there as well": {
		python: ["a.py"],
		prepare: (folder) => symlinkSync("a.py", join(folder, "b.py")),
		found: ["a.py"],
	},
	"a link to itself, named": {
		python: ["a.py"],
		prepare: (folder) => symlinkSync("self.py", join(folder, "self.py")),
		args: ["self.py", "a.py"],
		found: ["a.py"],
		code: 2,
		stderr: "error: self.py: too many levels of symbolic links\n",
	},
	"a folder behind a link, named": {
		python: ["real/a.py"],
		prepare: (folder) => symlinkSync("real", join(folder, "link")),
		args: ["link"],
		found: ["link/a.py"],
	},
	"a very deep folder": {
		python: [`${"d/".repeat(500)}a.py`],
		found: [`${"d/".repeat(500)}a.py`],
	},
};

const forUnix: Readonly<Record<string, Case>> = {
	"a FIFO is never opened": {
		python: ["a.py"],
		prepare: (folder) => void execFileSync("mkfifo", [join(folder, "pipe.py")]),
		found: ["a.py"],
	},
	"a FIFO, named": {
		python: ["a.py"],
		prepare: (folder) => void execFileSync("mkfifo", [join(folder, "pipe.py")]),
		args: ["pipe.py", "a.py"],
		found: ["a.py"],
		code: 2,
		stderr: "error: pipe.py: it is not a regular file (use - to read standard input)\n",
	},
	"a link to a device": {
		python: ["a.py"],
		prepare: (folder) => symlinkSync("/dev/zero", join(folder, "zero.py")),
		found: ["a.py"],
	},
	"a device, named": {
		python: ["a.py"],
		args: ["/dev/zero", "a.py"],
		found: ["a.py"],
		code: 2,
		stderr: "error: /dev/zero: it is not a regular file (use - to read standard input)\n",
	},
	"a name that is not UTF-8": {
		python: ["a.py"],
		prepare: (folder) => void execFileSync("sh", ["-c", `cp a.py "$(printf 'b\\351.py')"`], { cwd: folder }),
		found: ["a.py"],
		stderr: "warning: b\ufffd.py: its name is not valid UTF-8; skipped\n",
	},
};

const forMortals: Readonly<Record<string, Case>> = {
	"an unreadable file, and the others": {
		python: ["a.py", "b.py", "c.py"],
		prepare: (folder) => chmodSync(join(folder, "b.py"), 0),
		found: ["a.py", "c.py"],
		code: 2,
		stderr: "error: b.py: permission denied\n",
	},
	"an unreadable folder, and the others": {
		python: ["a.py", "sub/b.py", "z.py"],
		prepare: (folder) => chmodSync(join(folder, "sub"), 0),
		found: ["a.py", "z.py"],
		code: 2,
		stderr: "error: sub: permission denied\n",
	},
};

for (const [name, one] of Object.entries(cases)) test(name, () => check(one));
for (const [name, one] of Object.entries(forUnix)) test.skipIf(process.platform === "win32")(name, () => check(one));
for (const [name, one] of Object.entries(forMortals)) {
	test.skipIf(mortal === undefined)(name, () => check({ ...one, asMortal: true }));
}

test("a file that names no PEFT library may be in any encoding", async () => {
	const folder = project({ "a.py": Buffer.from("x = '\xe9'\n", "latin1"), "b.py": CLEAN });
	expect(await cli(["check"], { cwd: folder })).toMatchObject({ code: 0, stderr: "" });
});
