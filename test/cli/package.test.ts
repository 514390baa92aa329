/** The npm package, alone in an empty folder: on Node 20 where the machine has it. */
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import {
	createMessageConnection,
	type InitializeResult,
	StreamMessageReader,
	StreamMessageWriter,
} from "vscode-languageserver-protocol/node";
import { buildProduct, root, run, temporaryFolder } from "./support/cli";
import { project, WRONG_LOAD } from "./support/project";

let installed: string;
const node = oldestNode();

/** The oldest Node that what ships must run on, else the one that runs this. */
function oldestNode(): string {
	const found = (process.env.PATH ?? "")
		.split(delimiter)
		.filter((folder) => !folder.includes("node_modules"))
		.map((folder) => join(folder, process.platform === "win32" ? "node.exe" : "node"))
		.filter((file) => existsSync(file))
		.find((file) => spawnSync(file, ["--version"]).stdout.toString().startsWith("v20."));
	return found ?? process.execPath;
}

function npm(args: readonly string[], cwd: string): string {
	const result = spawnSync("npm", args, { cwd, shell: process.platform === "win32", encoding: "utf8" });
	if (result.status !== 0) throw new Error(`npm ${args.join(" ")}: ${result.stderr}`);
	return result.stdout;
}

beforeAll(() => {
	const source = join(buildProduct(), "server");
	for (const file of ["package.json", "README.md", "LICENSE"])
		copyFileSync(join(root, "server", file), join(source, file));
	installed = temporaryFolder();
	const [packed] = JSON.parse(npm(["pack", "--json", "--pack-destination", installed], source)) as [
		{ filename: string },
	];
	npm(["install", "--offline", "--no-audit", "--no-fund", "--prefix", installed, `./${packed.filename}`], installed);
}, 180_000);

const program = (): string => join(installed, "node_modules/peft-lint/dist/cli.js");

test("holds what runs, and depends on nothing", () => {
	expect(readdirSync(join(installed, "node_modules")).filter((name) => !name.startsWith("."))).toEqual(["peft-lint"]);
	const files = readdirSync(join(installed, "node_modules/peft-lint"), { recursive: true }).map(String).sort();
	expect(files).toEqual([
		"LICENSE",
		"README.md",
		"dist",
		"dist/THIRD_PARTY_NOTICES.txt",
		"dist/cli.js",
		"dist/main.js",
		"dist/tree-sitter-python.wasm",
		"dist/web-tree-sitter.wasm",
		"package.json",
	]);
	expect(existsSync(join(installed, "node_modules/.bin/peft-lint"))).toBe(true);
});

test("peft-lint check", async () => {
	const cwd = project({ "a.py": WRONG_LOAD });
	const result = await run(node, [program(), "check", "--output-format=json"], { cwd });
	expect(result).toMatchObject({ code: 1, stderr: "" });
	expect(JSON.parse(result.stdout)).toMatchObject([{ code: "PEFT001", location: { row: 6, column: 9 } }]);
});

test("the installed command itself", async () => {
	const command = join(installed, "node_modules/.bin", process.platform === "win32" ? "peft-lint.cmd" : "peft-lint");
	const cwd = project({ "a.py": WRONG_LOAD });
	mkdirSync(join(cwd, "home"));
	expect(await run(command, ["check", "a.py"], { cwd })).toMatchObject({ code: 1, stderr: "" });
});

for (const args of [["server", "--stdio"], ["server"]]) {
	test(`peft-lint ${args.join(" ")}`, async () => {
		const child = spawn(node, [program(), ...args], { cwd: installed });
		const exit = new Promise((resolve) => child.once("exit", resolve));
		const connection = createMessageConnection(
			new StreamMessageReader(child.stdout),
			new StreamMessageWriter(child.stdin),
		);
		connection.listen();
		const answer = await connection.sendRequest<InitializeResult>("initialize", {
			processId: process.pid,
			rootUri: null,
			capabilities: {},
		});
		expect(answer.serverInfo?.name).toBe("PEFT Lint");
		await connection.sendNotification("initialized", {});
		await connection.sendRequest("shutdown");
		await connection.sendNotification("exit");
		expect(await exit).toBe(0);
		connection.dispose();
	});
}
