/** The npm package of the server, installed alone in an empty folder, on the oldest Node that it claims. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
	createProtocolConnection,
	StreamMessageReader,
	StreamMessageWriter,
} from "vscode-languageserver-protocol/node";
import { installNode, withoutNpmRun } from "../vscode/host/install.mts";
import { oldest } from "../vscode/host/versions.mts";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "peft-lint-pack-"));
const script = join(folder, "train.py");
const wrongLoad = readFileSync(join(root, "test/vscode/workspace/wrong_load.py"), "utf8");

let node: string;
let packed: readonly string[];
/** The environment of a person whose `node` is the oldest one. */
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
	node = await installNode(oldest.node);
	env = { ...withoutNpmRun(process.env), PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
	const [tarball] = JSON.parse(npm(["pack", join(root, "server"), "--json", "--pack-destination", folder]));
	packed = tarball.files.map((file: { path: string }) => file.path);
	writeFileSync(join(folder, "package.json"), '{ "private": true }');
	// Offline: the package brings everything along.
	npm(["install", "--offline", "--no-audit", "--no-fund", "--prefix", folder, join(folder, tarball.filename)]);
	mkdirSync(dirname(script), { recursive: true });
	writeFileSync(script, wrongLoad);
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function npm(args: readonly string[]): string {
	return execFileSync("npm", args, { cwd: folder, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

function peftLint(...args: readonly string[]): { code: number | null; stdout: string } {
	const { status, stdout } = spawnSync(join(folder, "node_modules/.bin/peft-lint"), args, {
		cwd: folder,
		env,
		encoding: "utf8",
	});
	return { code: status, stdout };
}

test("holds the bundles and the parser", () => {
	expect([...packed].sort()).toMatchInlineSnapshot(`
		[
		  "README.md",
		  "dist/cli.js",
		  "dist/main.js",
		  "dist/tree-sitter-python.wasm",
		  "dist/web-tree-sitter.wasm",
		  "package.json",
		]
	`);
});

test("tells its version", () => {
	const { version } = JSON.parse(readFileSync(join(root, "server/package.json"), "utf8"));
	const answer = peftLint("--version");
	expect(answer).toEqual({ code: 0, stdout: expect.stringContaining(version) });
});

test("checks a script", () => {
	const { code, stdout } = peftLint("check", "train.py", "--output-format", "json");
	expect(code).toBe(1);
	const findings: { code: string; location: { row: number } }[] = JSON.parse(stdout);
	expect(findings.map((finding) => [finding.code, finding.location.row])).toEqual([["PEFT001", 18]]);
});

test("serves an editor over stdio", async () => {
	const server = spawn(join(folder, "node_modules/.bin/peft-lint"), ["server", "--stdio"], { cwd: folder, env });
	const ended = new Promise((resolve) => server.once("exit", resolve));
	const connection = createProtocolConnection(
		new StreamMessageReader(server.stdout),
		new StreamMessageWriter(server.stdin),
	);
	connection.listen();
	const published = new Promise<{ diagnostics: { code: string }[] }>((resolve) => {
		connection.onNotification("textDocument/publishDiagnostics", resolve);
	});
	await connection.sendRequest("initialize", { processId: process.pid, rootUri: null, capabilities: {} });
	await connection.sendNotification("initialized", {});
	await connection.sendNotification("textDocument/didOpen", {
		textDocument: { uri: "file:///train.py", languageId: "python", version: 1, text: wrongLoad },
	});
	const { diagnostics } = await published;
	expect(diagnostics.map(({ code }) => code)).toEqual(["PEFT001"]);
	await connection.sendRequest("shutdown");
	await connection.sendNotification("exit");
	expect(await ended).toBe(0);
	connection.dispose();
});
