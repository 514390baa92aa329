/** How findings are printed: for people, and for programs. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { buildProduct, cli, run } from "./support/cli";
import { CLEAN, project, WRAPPED_TWICE, WRONG_LOAD } from "./support/project";

const ESCAPE = String.fromCharCode(0x1b);

test("text: the line, the range, the timeline, the remedy", async () => {
	const folder = project({ "train.py": WRONG_LOAD });
	const { stdout } = await cli(["check"], { cwd: folder });
	expect(stdout).toMatchInlineSnapshot(`
		"train.py:6:9: error[PEFT001] \`PeftModel.from_pretrained\` loads the adapter onto \`model\`, which \`get_peft_model\` already wrapped: no checkpoint key will match and the trained weights are silently ignored.
		  |
		6 | model = PeftModel.from_pretrained(model, "adapter")
		  |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
		  = note: line 4: \`AutoModelForCausalLM.from_pretrained\` creates the model
		  = note: line 5: \`get_peft_model\` wraps the model
		  = note: line 6: \`PeftModel.from_pretrained\` loads onto the wrapper
		  = help: Load the adapter onto \`model\` and drop the wrap in line 5 (--fix --unsafe-fixes)

		Found 1 error (1 fixable with --fix --unsafe-fixes).
		"
	`);
});

test("JSON: the shape of Ruff's, with name, severity and timeline", async () => {
	const folder = project({ "train.py": WRONG_LOAD });
	const { stdout, stderr, code } = await cli(["check", "--output-format", "json"], { cwd: folder });
	const filename = join(folder, "train.py");
	expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
	expect(JSON.parse(stdout)).toEqual([
		{
			cell: null,
			code: "PEFT001",
			name: "load-onto-wrapped-model",
			severity: "error",
			message: expect.stringContaining("`model`"),
			filename,
			location: { row: 6, column: 9 },
			end_location: { row: 6, column: 52 },
			url: expect.stringMatching(/^https:\/\/.*\/PEFT001-load-onto-wrapped-model\.md$/),
			fix: {
				applicability: "unsafe",
				message: expect.stringContaining("line 5"),
				edits: [{ content: "", location: { row: 5, column: 1 }, end_location: { row: 6, column: 1 } }],
			},
			timeline: [
				{
					message: expect.any(String),
					cell: null,
					filename,
					location: { row: 4, column: 9 },
					end_location: { row: 4, column: 53 },
				},
				{
					message: expect.any(String),
					cell: null,
					filename,
					location: { row: 5, column: 9 },
					end_location: { row: 5, column: 44 },
				},
				{
					message: expect.any(String),
					cell: null,
					filename,
					location: { row: 6, column: 9 },
					end_location: { row: 6, column: 52 },
				},
			],
		},
	]);
});

function notebook(source: string): string {
	const cell = { cell_type: "code", execution_count: null, metadata: {}, outputs: [], source };
	return JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 });
}

const oneLiners: Readonly<Record<string, readonly string[]>> = {
	concise: [
		"train.py:6:9: PEFT001 error: `PeftModel.from_pretrained` loads",
		"twice.py:7:9: PEFT003 error [*]: ",
		"Found 2 errors",
	],
	github: [
		"::error file=train.py,line=6,endLine=6,col=9,endColumn=52,title=PEFT001 load-onto-wrapped-model::train.py:6:9: `PeftModel",
		"::error file=twice.py,line=7,endLine=7,col=9,endColumn=",
	],
};

for (const [format, starts] of Object.entries(oneLiners)) {
	test(`${format}: a line for each finding`, async () => {
		const folder = project({ "train.py": WRONG_LOAD, "twice.py": WRAPPED_TWICE });
		const { stdout, code } = await cli(["check", "--output-format", format], { cwd: folder });
		const lines = stdout.trimEnd().split("\n");
		expect(code).toBe(1);
		expect(lines.map((line, index) => line.slice(0, starts[index]?.length))).toEqual(starts);
	});
}

test("github: names and messages cannot end a command early", async () => {
	const folder = project({ "a,b:100%.py": WRONG_LOAD });
	const { stdout } = await cli(["check", "--output-format", "github"], { cwd: folder });
	expect(stdout).toMatch(/^::error file=a%2Cb%3A100%25\.py,line=6,/);
	expect(stdout).toContain("::a,b:100%25.py:6:9: ");
});

test("gitlab: a Code Quality report, whose fingerprints stay when lines come above", async () => {
	const report = async (source: string) => {
		const folder = project({ "train.py": source });
		return JSON.parse((await cli(["check", "--output-format", "gitlab"], { cwd: folder })).stdout);
	};
	const [issue] = await report(WRONG_LOAD);
	expect(issue).toEqual({
		description: expect.stringMatching(/^PEFT001: `PeftModel/),
		check_name: "load-onto-wrapped-model",
		fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
		severity: "major",
		location: {
			path: "train.py",
			positions: { begin: { line: 6, column: 9 }, end: { line: 6, column: 52 } },
		},
	});
	const [moved] = await report(`# one\n# two\n${WRONG_LOAD}`);
	expect(moved.location.positions.begin.line).toBe(8);
	expect(moved.fingerprint).toBe(issue.fingerprint);
	const last = WRONG_LOAD.trimEnd().split("\n").at(-1);
	const both = await report(`${WRONG_LOAD.trimEnd()}\n${last}\n`);
	expect(new Set(both.map((one: { fingerprint: string }) => one.fingerprint)).size).toBe(both.length);
	expect(await report(CLEAN)).toEqual([]);
});

test("SARIF: the rule, the place, the timeline as a code flow, the fix", async () => {
	const folder = project({ "träin 1.py": WRONG_LOAD });
	const { stdout, code } = await cli(["check", "--output-format", "sarif"], { cwd: folder });
	expect(code).toBe(1);
	const { version, runs } = JSON.parse(stdout);
	const [{ tool, results }] = runs;
	const [result] = results;
	expect([version, runs.length, results.length]).toEqual(["2.1.0", 1, 1]);
	expect(tool.driver.rules[result.ruleIndex]).toMatchObject({ id: "PEFT001", name: "load-onto-wrapped-model" });
	const artifactLocation = { uri: "tr%C3%A4in%201.py", uriBaseId: "%SRCROOT%" };
	const region = { startLine: 6, startColumn: 9, endLine: 6, endColumn: 52 };
	expect(result).toMatchObject({
		ruleId: "PEFT001",
		level: "error",
		message: { text: expect.stringContaining("`model`") },
		locations: [{ physicalLocation: { artifactLocation, region } }],
		partialFingerprints: { "peftLint/v1": expect.stringMatching(/^[0-9a-f]{64}$/) },
		fixes: [
			{
				description: { text: expect.stringContaining("line 5") },
				artifactChanges: [
					{
						artifactLocation,
						replacements: [
							{
								deletedRegion: { startLine: 5, startColumn: 1, endLine: 6, endColumn: 1 },
								insertedContent: { text: "" },
							},
						],
					},
				],
			},
		],
	});
	const steps = result.codeFlows[0].threadFlows[0].locations.map(
		(step: { location: { physicalLocation: { region: { startLine: number } } } }) =>
			step.location.physicalLocation.region.startLine,
	);
	expect(steps).toEqual([4, 5, 6]);
});

test("SARIF: a finding in a notebook names its cell, and no line of the JSON", async () => {
	const folder = project({ "a.ipynb": notebook(WRONG_LOAD) });
	const { stdout } = await cli(["check", "--output-format", "sarif"], { cwd: folder });
	const [result] = JSON.parse(stdout).runs[0].results;
	expect(result.locations).toEqual([
		{
			physicalLocation: { artifactLocation: { uri: "a.ipynb", uriBaseId: "%SRCROOT%" } },
			logicalLocations: [{ fullyQualifiedName: "cell 1, line 6" }],
		},
	]);
	expect(result.fixes).toBeUndefined();
});

test("--statistics: how often each rule spoke, instead of where", async () => {
	const folder = project({ "a.py": WRONG_LOAD, "b.py": WRONG_LOAD, "c.py": WRAPPED_TWICE });
	const { stdout, code } = await cli(["check", "--statistics"], { cwd: folder });
	expect(code).toBe(1);
	expect(stdout.split("\n").slice(0, 2)).toEqual(["2  PEFT001  load-onto-wrapped-model", "1  PEFT003  nested-wrap"]);
	expect((await cli(["check", "--statistics", "--output-format", "json"], { cwd: folder })).code).toBe(2);
});

const applicabilities: Readonly<Record<string, { readonly source: string; readonly fix: unknown }>> = {
	safe: { source: WRAPPED_TWICE, fix: { applicability: "safe" } },
	unsafe: { source: WRONG_LOAD, fix: { applicability: "unsafe" } },
};

for (const [name, { source, fix }] of Object.entries(applicabilities)) {
	test(`JSON: a fix is ${name}`, async () => {
		const { stdout } = await cli(["check", "--output-format=json"], { cwd: project({ "a.py": source }) });
		expect(JSON.parse(stdout)).toMatchObject([{ fix }]);
	});
}

test("JSON: one array, whatever else happens", async () => {
	const folder = project({ "a.py": WRONG_LOAD, "b.py": CLEAN, "c.py": WRAPPED_TWICE });
	const { stdout, stderr, code } = await cli(["check", "--output-format=json", "gone.py", "."], { cwd: folder });
	expect(JSON.parse(stdout)).toMatchObject([{ code: "PEFT001" }, { code: "PEFT003" }]);
	expect({ stderr, code }).toEqual({ stderr: "error: gone.py: no such file or directory\n", code: 2 });
});

test("JSON: nothing found is an empty array", async () => {
	const result = await cli(["check", "--output-format=json"], { cwd: project({ "a.py": CLEAN }) });
	expect(result).toMatchObject({ code: 0, stdout: "[]\n", stderr: "" });
});

test("JSON: standard input has its name", async () => {
	const cwd = project({});
	const options = { cwd, input: WRONG_LOAD };
	const nameless = await cli(["check", "-", "--output-format=json"], options);
	const named = await cli(["check", "-", "--output-format=json", "--stdin-filename=src/a.py"], options);
	expect(JSON.parse(nameless.stdout)).toMatchObject([{ filename: "<stdin>" }]);
	expect(JSON.parse(named.stdout)).toMatchObject([{ filename: join(cwd, "src/a.py") }]);
});

const CALL = 'PeftModel.from_pretrained(model, "a")';

/** What is printed for one load, given the line(s) it is written as. */
const snippets: Readonly<Record<string, { readonly load: string; readonly shown: readonly string[] }>> = {
	"wide characters": {
		load: 'model = PeftModel.from_pretrained(model, "適配器"); é = "日本"',
		shown: [
			'6 | model = PeftModel.from_pretrained(model, "適配器"); é = "日本"',
			`  |         ${"^".repeat(CALL.length - 1 + 3 * 2)}`,
		],
	},
	"wide characters in front": {
		load: `"日本語👩‍👩‍👧e\u0301🎉"; model = ${CALL}`,
		shown: [
			`6 | "日本語👩‍👩‍👧e\u0301🎉"; model = ${CALL}`,
			`  | ${" ".repeat(1 + 3 * 2 + 2 + 1 + 2 + '"; model = '.length)}${"^".repeat(CALL.length)}`,
		],
	},
	tabs: {
		load: `if 1:\n\tx = 1;\tmodel = ${CALL}`,
		shown: [`7 |     x = 1;  model = ${CALL}`, `  |                     ${"^".repeat(CALL.length)}`],
	},
	"several lines": {
		load: 'model = PeftModel.from_pretrained(\n    model,\n    "a",\n)',
		shown: [
			"6 | model = PeftModel.from_pretrained(",
			"  |         ^^^^^^^^^^^^^^^^^^^^^^^^^^",
			"7 |     model,",
			"  |     ^^^^^^",
			'8 |     "a",',
			"  |     ^^^^",
			"9 | )",
			"  | ^",
		],
	},
	"many lines": {
		load: `model = PeftModel.from_pretrained(\n    model,\n${"    # a comment\n".repeat(20)}    "a",\n)`,
		shown: [
			" 6 | model = PeftModel.from_pretrained(",
			"   |         ^^^^^^^^^^^^^^^^^^^^^^^^^^",
			" 7 |     model,",
			"   |     ^^^^^^",
			" 8 |     # a comment",
			"   |     ^^^^^^^^^^^",
			" 9 |     # a comment",
			"   |     ^^^^^^^^^^^",
			"10 |     # a comment",
			"   |     ^^^^^^^^^^^",
			"   ⋮",
		],
	},
	"control characters": {
		load: 'model = PeftModel.from_pretrained(model, "\u001b[31m\u0007\u202e")',
		shown: [
			'6 | model = PeftModel.from_pretrained(model, "␛[31m␇\ufffd")',
			`  |         ${"^".repeat(CALL.length - 1 + "␛[31m␇?".length)}`,
		],
	},
	"a line as long as a book": {
		load: `x = "${"🎉".repeat(50_000)}"; model = ${CALL}; y = "${"z".repeat(100_000)}"`,
		shown: [
			`6 | …${"🎉".repeat(25)}"; model = ${CALL}; y = "${"z".repeat(135)}…`,
			`  |  ${" ".repeat(25 * 2 + '"; model = '.length)}${"^".repeat(CALL.length)}`,
		],
	},
};

for (const [name, { load, shown }] of Object.entries(snippets)) {
	test(`text: ${name}`, async () => {
		const source = `${WRONG_LOAD.slice(0, WRONG_LOAD.lastIndexOf("model = "))}${load}\n`;
		const { stdout } = await cli(["check"], { cwd: project({ "a.py": source }) });
		const lines = stdout.split("\n");
		expect(lines.slice(2, 2 + shown.length)).toEqual(shown);
		expect(lines[2 + shown.length]).toMatch(/^ +(?:= note|\|$)/);
	});
}

const colours: Readonly<
	Record<
		string,
		{ readonly args?: readonly string[]; readonly env?: Readonly<Record<string, string>>; readonly colour: boolean }
	>
> = {
	"no terminal": { colour: false },
	"--color": { args: ["--color"], colour: true },
	"--no-color": { args: ["--no-color"], env: { FORCE_COLOR: "1" }, colour: false },
	FORCE_COLOR: { env: { FORCE_COLOR: "1" }, colour: true },
	"FORCE_COLOR=0": { env: { FORCE_COLOR: "0" }, colour: false },
	NO_COLOR: { env: { NO_COLOR: "1", FORCE_COLOR: "1" }, colour: false },
	"--color has the last word": { args: ["--color"], env: { NO_COLOR: "1" }, colour: true },
};

for (const [name, { args = [], env, colour }] of Object.entries(colours)) {
	test(`colour: ${name}`, async () => {
		const cwd = project({ "a.py": WRONG_LOAD });
		const { stdout, stderr } = await cli(["check", ".", "gone.py", ...args], {
			cwd,
			...(env !== undefined && { env }),
		});
		expect([stdout.includes(`${ESCAPE}[`), stderr.includes(`${ESCAPE}[`)]).toEqual([colour, colour]);
	});
}

test.skipIf(process.platform === "win32")("a reader that leaves early is no failure", async () => {
	const files = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`a${index}.py`, WRONG_LOAD]));
	const program = join(buildProduct(), "server/dist/cli.js");
	const pipeline = `"${process.execPath}" "${program}" check | head -n 1`;
	const result = await run("sh", ["-c", pipeline], { cwd: project(files) });
	expect(result).toMatchObject({ code: 0, stderr: "", stdout: expect.stringMatching(/^a0\.py:6:9: .*\n$/) });
});
