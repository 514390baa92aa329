/** `npm run corpus`, on repositories made here: real git, the real command line. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { buildProduct, type CliResult, root, run, temporaryFolder } from "../cli/support/cli";
import { CLEAN, type Files, WRAPPED_TWICE, WRONG_LOAD } from "../cli/support/project";

const FINDING_COLUMNS = "repository	commit	path	line	code	severity	verdict	why";

interface Corpus {
	readonly folder: string;
	readonly clones: string;
	/** Of `owner/name`, which holds `FILES`. */
	readonly commit: string;
	/** The one before it: `old.py` alone. */
	readonly older: string;
}

interface Case {
	/** Rows, without the repository and the commit, as far as `corpus` knows them. */
	readonly findings?: readonly string[];
	readonly labels?: (corpus: Corpus) => readonly string[];
	readonly arrange?: (corpus: Corpus) => void;
	readonly args?: (corpus: Corpus) => readonly string[];
	readonly env?: (corpus: Corpus) => Readonly<Record<string, string>>;
	readonly code: number;
	readonly stdout: readonly (string | RegExp)[];
}

const FILES: Files = {
	"pkg/load.py": WRONG_LOAD,
	"pkg/fine.py": CLEAN,
	"twice.py": WRAPPED_TWICE,
	"notes.md": "no program",
};
const LOAD = "pkg/load.py	6	PEFT001	error	true	the wrapper is wrapped";
const TWICE = "twice.py	7	PEFT003	error	true	";
const label = ({ commit }: Corpus, path: string, code: string, verdict: string, line = ""): string =>
	`${path.replace(/\W/g, "-")}	owner/name@${commit}:${path}	${code}	${verdict}	${line}	because`;

const cases: Readonly<Record<string, Case>> = {
	"all as it was": {
		findings: [LOAD, TWICE],
		code: 0,
		stdout: [
			/^owner\/name +3 +\d+\.\d +2 +2\n/m,
			"\n0 new, 0 gone\n1 of 1 revisions checked, 0 false alarms, 0 crashes\n",
		],
	},
	"a new finding": {
		findings: [LOAD],
		code: 1,
		stdout: [
			/^\+ owner\/name twice\.py:7 PEFT003 error\n {4}https:\/\/github\.com\/owner\/name\/blob\/\w{40}\/twice\.py#L7$/m,
			"1 new, 0 gone",
		],
	},
	"a finding that is gone": {
		findings: [LOAD, TWICE, "pkg/fine.py	3	PEFT002	error	false	"],
		code: 1,
		stdout: [/^- owner\/name pkg\/fine\.py:3 PEFT002 error$/m, "0 new, 1 gone"],
	},
	"another severity is another finding": {
		findings: [LOAD.replace("error", "warning"), TWICE],
		code: 1,
		stdout: ["1 new, 1 gone"],
	},
	"labels that are met": {
		findings: [LOAD, TWICE],
		labels: (corpus) => [
			label(corpus, "pkg/load.py", "PEFT001", "yes", "5|6"),
			label(corpus, "pkg/fine.py", "PEFT001", "no"),
			label(corpus, "twice.py", "PEFT003", "unclear"),
			label(corpus, "pkg/load.py", "PEFT999", "yes"),
		],
		code: 0,
		stdout: [
			"PEFT001: found 1/1 = 1.000, right line 1/1, false alarms 0/1\n",
			"PEFT003: found 0/0, right line 0/0, false alarms 0/0\n",
			"PEFT999: found 0/0, right line 0/0, false alarms 0/0, 1 without a rule\n",
		],
	},
	"a miss and another line are told": {
		findings: [LOAD, TWICE],
		labels: (corpus) => [
			label(corpus, "pkg/load.py", "PEFT001", "yes", "5"),
			label(corpus, "pkg/fine.py", "PEFT001", "yes", "4"),
		],
		code: 0,
		stdout: [
			/^MISSED {6}PEFT001 pkg-fine-py at 4: because\n {4}https:.*\/pkg\/fine\.py#L4$/m,
			/^OTHER LINE {2}PEFT001 pkg-load-py at 5, reported at 6: because$/m,
			"all: found 1/2 = 0.500, right line 0/1, false alarms 0/0\n",
		],
	},
	"a false alarm": {
		findings: [LOAD, TWICE],
		labels: (corpus) => [label(corpus, "pkg/load.py", "PEFT001", "no")],
		code: 1,
		stdout: [/^FALSE ALARM PEFT001 pkg-load-py, reported at 6: because$/m, "1 false alarms, 0 crashes"],
	},
	"a label on an older revision": {
		findings: [LOAD, TWICE],
		labels: ({ older }) => [`old	owner/name@${older}:old.py	PEFT001	yes	6	because`],
		code: 1,
		stdout: ["found 1/1", /^\+ owner\/name old\.py:6 PEFT001 error$/m],
	},
	"the labelled files alone": {
		labels: (corpus) => [label(corpus, "pkg/load.py", "PEFT001", "yes", "6")],
		args: () => ["--labels-only"],
		code: 0,
		stdout: [/^owner\/name +1 +\d+\.\d +1 /m, "found 1/1"],
	},
	"labels of files without a public address": {
		findings: [LOAD, TWICE],
		arrange: ({ folder }) => {
			write(join(folder, "files"), { "one.py": WRONG_LOAD, "two/pkg/run.py": WRAPPED_TWICE });
			const rows = [
				"one	a note	PEFT001	yes	6	because",
				"two		PEFT003	yes		because",
				"three		PEFT001	no		because",
			];
			writeFileSync(join(folder, "more.tsv"), table("id	source	code	verdict	line	why", rows));
		},
		args: ({ folder }) => ["--labels", join(folder, "more.tsv"), "--files", join(folder, "files")],
		code: 0,
		stdout: [
			/^SKIPPED {5}PEFT001 three: the file is not here$/m,
			"all: found 2/2 = 1.000, right line 1/1, false alarms 0/0, 1 absent\n",
		],
	},
	"a bare clone": {
		findings: [LOAD, TWICE],
		arrange: ({ clones }) => {
			mkdirSync(join(clones, "owner+name"));
			renameSync(join(clones, "owner/name/.git"), join(clones, "owner+name/repo"));
		},
		code: 0,
		stdout: ["1 of 1 revisions checked"],
	},
	"a missing clone is fetched": {
		findings: [LOAD, TWICE],
		arrange: moveToRemote,
		env: remote,
		code: 0,
		stdout: [/^owner\/name +3 /m, "1 of 1 revisions checked"],
	},
	"what cannot be fetched is skipped": {
		findings: [LOAD, TWICE],
		labels: (corpus) => [label(corpus, "pkg/load.py", "PEFT001", "yes", "6")],
		arrange: ({ clones }) => renameSync(join(clones, "owner"), join(clones, "elsewhere")),
		env: remote,
		code: 0,
		stdout: [
			/^owner\/name\n {2}SKIPPED \w{12} is not here: \S/m,
			/^SKIPPED {5}PEFT001 pkg-load-py: the file is not here$/m,
			"0 new, 0 gone\n0 of 1 revisions checked",
		],
	},
	"another repository": { args: () => ["--only", "other/name"], code: 0, stdout: ["0 of 0 revisions checked"] },
	"a command line that dies": {
		arrange: ({ folder }) =>
			writeFileSync(
				join(folder, "cli.js"),
				'if (process.argv[2] === "rules") console.log("[]"); else process.exit(70);',
			),
		args: ({ folder }) => ["--cli", join(folder, "cli.js")],
		code: 1,
		stdout: [/crash/i],
	},
};

test.each(Object.entries(cases))("%s", async (_, { findings = [], labels, arrange, args, env, code, stdout }) => {
	const corpus = makeCorpus();
	writeTables(corpus, findings, labels?.(corpus) ?? []);
	arrange?.(corpus);
	const result = await runCorpus(corpus, args?.(corpus) ?? [], env?.(corpus));
	expect(result).toMatchObject({ code, stderr: "" });
	for (const expected of stdout) {
		expect(result.stdout).toEqual(
			typeof expected === "string" ? expect.stringContaining(expected) : expect.stringMatching(expected),
		);
	}
});

test("--update writes the list, and keeps what people said of findings that stay", async () => {
	const corpus = makeCorpus();
	writeTables(corpus, [LOAD, "pkg/fine.py	3	PEFT002	error	false	"], []);
	expect(await runCorpus(corpus, ["--update"])).toMatchObject({ code: 0 });
	const rows = [LOAD, TWICE.replace("true", "unread")].map((row) => `owner/name	${corpus.commit}	${row}`);
	expect(readFileSync(join(corpus.folder, "findings.tsv"), "utf8")).toBe(table(FINDING_COLUMNS, rows));
	expect(await runCorpus(corpus, [])).toMatchObject({ code: 0 });
});

test("nothing outside of a clone is read or written", async () => {
	const corpus = makeCorpus();
	const checkout = join(corpus.clones, "owner/name");
	write(corpus.folder, { "outside.py": WRONG_LOAD });
	symlinkSync(join(corpus.folder, "outside.py"), join(checkout, "link.py"));
	commit(checkout, "link");
	const { commit: _, ...rest } = corpus;
	const linked = { ...rest, commit: git(checkout, "rev-parse", "HEAD") };
	writeTables(linked, [LOAD, TWICE], []);
	expect(await runCorpus(linked, [])).toMatchObject({ code: 0, stderr: "" });
});

test("a table that is not well-formed is an error", async () => {
	const corpus = makeCorpus();
	writeTables(corpus, ["pkg/load.py	6"], []);
	expect(await runCorpus(corpus, [])).toMatchObject({
		code: 1,
		stderr: expect.stringContaining("findings.tsv:2: 4 cells"),
	});
});

test("the tables of the project are well-formed", () => {
	for (const name of ["repositories.tsv", "labels.tsv", "findings.tsv"]) {
		const [header = "", ...rows] = readFileSync(join(root, "test/corpus", name), "utf8")
			.split("\n")
			.slice(0, -1);
		const columns = header.split("\t").length;
		expect(rows.filter((row) => row.split("\t").length !== columns)).toEqual([]);
		expect(new Set(rows).size).toBe(rows.length);
	}
});

function makeCorpus(): Corpus {
	const folder = temporaryFolder();
	const clones = join(folder, "clones");
	const checkout = join(clones, "owner/name");
	write(checkout, { "old.py": WRONG_LOAD });
	git(checkout, "init", "--quiet");
	const older = commit(checkout, "older");
	git(checkout, "rm", "--quiet", "old.py");
	write(checkout, FILES);
	return { folder, clones, older, commit: commit(checkout, "newer") };
}

function writeTables({ folder, commit }: Corpus, findings: readonly string[], labels: readonly string[]): void {
	write(folder, {
		"repositories.tsv": table("repository	commit	why", [`owner/name	${commit}	a test`]),
		"labels.tsv": table("id	source	code	verdict	line	why", labels),
		"findings.tsv": table(
			FINDING_COLUMNS,
			findings.map((row) => `owner/name	${commit}	${row}`),
		),
	});
}

function table(header: string, rows: readonly string[]): string {
	return `${[header, ...rows].join("\n")}\n`;
}

function runCorpus(
	corpus: Corpus,
	args: readonly string[],
	env: Readonly<Record<string, string>> = {},
): Promise<CliResult> {
	const { folder, clones } = corpus;
	const script = join(root, "test/corpus/run.mts");
	const own = ["--manifest", folder, "--clones", clones, "--cli", join(buildProduct(), "server/dist/cli.js")];
	return run(process.execPath, [script, ...own, ...args], { cwd: folder, env: { NODE_OPTIONS: "", ...env } });
}

/** GitHub is a folder here. */
function remote({ folder }: Corpus): Record<string, string> {
	return {
		GIT_CONFIG_COUNT: "1",
		GIT_CONFIG_KEY_0: `url.file://${join(folder, "remote")}/.insteadOf`,
		GIT_CONFIG_VALUE_0: "https://github.com/",
	};
}

function moveToRemote({ folder, clones }: Corpus): void {
	mkdirSync(join(folder, "remote"));
	renameSync(join(clones, "owner"), join(folder, "remote/owner"));
	git(join(folder, "remote/owner/name"), "config", "uploadpack.allowAnySHA1InWant", "true");
	git(join(folder, "remote/owner/name"), "config", "uploadpack.allowFilter", "true");
}

function write(folder: string, files: Files): void {
	for (const [name, content] of Object.entries(files)) {
		mkdirSync(dirname(join(folder, name)), { recursive: true });
		writeFileSync(join(folder, name), content);
	}
}

function commit(checkout: string, message: string): string {
	git(checkout, "add", "--all");
	git(checkout, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", message);
	return git(checkout, "rev-parse", "HEAD");
}

function git(cwd: string, ...args: readonly string[]): string {
	return execFileSync("git", [...args], { cwd, encoding: "utf8" }).trim();
}
