/** Runs the server in editors other than VS Code: in neovim, over stdio, on the built command line. */
import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../support/command.mts";
import { close } from "../support/counts.mts";
import { ensureProgram } from "../support/programs.mts";

const root = join(import.meta.dirname, "../..");
const workspace = join(root, "test/vscode/workspace");
const fileName = "resume.py";

interface Diagnostic {
	readonly code: string;
	readonly line: number;
	readonly column: number;
	readonly source: string;
}

/** What the script saw; see neovim.lua. An empty list of Lua may be an object in JSON. */
interface Seen {
	readonly opened: readonly Diagnostic[];
	readonly hover: string;
	readonly actions: readonly string[];
	readonly fixed: readonly Diagnostic[];
	readonly fixedLines: readonly string[];
	readonly undone: readonly Diagnostic[];
	readonly undoneLines: readonly string[];
}

const original = (await readFile(join(workspace, fileName), "utf8")).trimEnd().split("\n");
const seen = await driveNeovim();
const finding = { code: "PEFT001", line: 11, column: 8, source: "PEFT Lint" };

const checks: Readonly<Record<string, () => void>> = {
	"the wrong load is a diagnostic": () => assert.deepEqual(seen.opened, [finding]),
	"hover explains the call": () => assert.match(seen.hover, /from_pretrained/),
	"the fixes and the suppression are offered": () => {
		assert.match(seen.actions.at(0) ?? "", /base/);
		assert.match(seen.actions.at(-1) ?? "", /PEFT001/);
	},
	"the first fix silences it": () => {
		assert.equal(Object.keys(seen.fixed).length, 0);
		assert.ok(seen.fixedLines.includes("model = PeftModel.from_pretrained(base, ADAPTER)"));
	},
	"undo brings it back": () => {
		assert.deepEqual(seen.undone, [finding]);
		assert.deepEqual(seen.undoneLines, original);
	},
};

console.log("\nneovim");
let passed = 0;
for (const [name, check] of Object.entries(checks)) {
	try {
		check();
		passed++;
		console.log(`    ✔ ${name}`);
	} catch (error) {
		console.log(`    ✖ ${name}\n${error instanceof Error ? error.message : error}`);
	}
}
close({ passed, failed: Object.keys(checks).length - passed });

async function driveNeovim(): Promise<Seen> {
	const neovim = await ensureProgram("nvim", "neovim");
	const folder = await mkdtemp(join(tmpdir(), "peft-lint-editor-"));
	try {
		await cp(workspace, folder, { recursive: true });
		const output = join(folder, "seen.json");
		const env = {
			...process.env,
			NODE: process.execPath,
			SERVER: join(root, "server/dist/cli.js"),
			FILE: fileName,
			OUTPUT: output,
		};
		const script = join(import.meta.dirname, "neovim.lua");
		await run(neovim, ["--headless", "-u", "NONE", "-n", "-c", `luafile ${script}`], {
			cwd: folder,
			env,
			timeout: 120_000,
		});
		return JSON.parse(await readFile(output, "utf8"));
	} finally {
		await rm(folder, { recursive: true, force: true, maxRetries: 5 });
	}
}
