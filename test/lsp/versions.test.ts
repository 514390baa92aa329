/** A workspace on disk that says which versions it uses: what a finding's hover and `peft-lint/versions` make of it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { pulling, pushed } from "./support/clients";
import { open } from "./support/document";
import { rangeOf } from "./support/editor";
import { head, load, misuse } from "./support/scripts";
import { sharedServer, startServer } from "./support/server";

let folder: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "peft lint-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text = ""): void {
	mkdirSync(dirname(join(folder, path)), { recursive: true });
	writeFileSync(join(folder, path), text);
}

function uriOf(path: string): string {
	return pathToFileURL(join(folder, path)).href;
}

/** The lines of the hover that speak of versions. */
async function saidAt(
	piece: string,
	options: Parameters<typeof sharedServer>[0] = {},
	text = misuse,
): Promise<readonly string[]> {
	const document = open(await sharedServer({ capabilities: pulling, ...options }), text, uriOf("train.py"));
	const hover = (await document.hoverText(rangeOf(text, piece).start)) ?? "";
	document.close();
	return hover.split("\n").filter((line) => /^peft |^- (before|from|\d)|^- [低\d]/.test(line));
}

const missing = "`Found missing adapter keys while loading the checkpoint…`";
const found = "``Already found a `peft_config` attribute in the model…``";
const second = "`You are trying to modify a model with PEFT for a second time…`";

describe("the hover of a finding says what PEFT does", () => {
	test.each([
		["0.13.2", "no warning at all"],
		["0.14.0", `warns ${missing}`],
		["0.21.0", `warns ${found} and ${missing}`],
	])("in %s", async (version, expected) => {
		write("requirements.txt", `peft==${version}`);
		expect(await saidAt(load)).toEqual([
			`peft ${version} ([requirements.txt](${uriOf("requirements.txt")})): ${expected}`,
		]);
	});

	test("in the latest, where no file names a version", async () => {
		write("requirements.txt", "torch==2.4.0");
		expect(await saidAt(load)).toEqual([`peft 0.15 or later: warns ${found} and ${missing}`]);
	});

	test("in each that is possible", async () => {
		write("pyproject.toml", '[project]\ndependencies = ["peft>=0.13,<0.16"]');
		expect(await saidAt(load)).toEqual([
			`peft \\>=0.13,\\<0.16 ([pyproject.toml](${uriOf("pyproject.toml")})), by version:`,
			"- before 0.14: no warning at all",
			`- from 0.14, before 0.15: warns ${missing}`,
			`- 0.15 or later: warns ${found} and ${missing}`,
		]);
	});

	test("in the one that is installed", async () => {
		write(".venv/lib/python3.11/site-packages/peft-0.14.0.dist-info/METADATA");
		expect(await saidAt(load)).toEqual([`peft 0.14.0 (.venv): warns ${missing}`]);
	});

	test("also later, when the checkpoint is loaded", async () => {
		write("requirements.txt", "peft==0.15.2");
		const nested = `${head}first = get_peft_model(AutoModelForCausalLM.from_pretrained("tiny"), config)
second = get_peft_model(first, config)
`;
		expect(await saidAt("get_peft_model(first", {}, nested)).toEqual([
			`peft 0.15.2 ([requirements.txt](${uriOf("requirements.txt")})): warns ${second} and ${found}; when the checkpoint is loaded, warns ${missing}`,
		]);
	});

	test("in Chinese", async () => {
		write("requirements.txt", "peft==0.13.2");
		expect(await saidAt(load, { locale: "zh-cn" })).toEqual([
			`peft 0.13.2（[requirements.txt](${uriOf("requirements.txt")})）：没有任何警告`,
		]);
	});

	test("in plain text", async () => {
		write("requirements.txt", "peft<0.15");
		expect(await saidAt(load, { capabilities: pushed })).toEqual([
			"peft <0.15 (requirements.txt), by version:",
			"- before 0.14: no warning at all",
			"- from 0.14, before 0.15: warns Found missing adapter keys while loading the checkpoint…",
		]);
	});
});

describe("a workspace", () => {
	const capabilities = {
		...pulling,
		workspace: { ...pulling.workspace, didChangeWatchedFiles: { dynamicRegistration: true } },
	};

	async function startIn(path: string) {
		const workspaceFolders = [{ uri: uriOf(path), name: "work" }];
		const server = await startServer({ capabilities, workspaceFolders });
		const versions = (file: string) =>
			server.request<string>("peft-lint/versions", { textDocument: { uri: uriOf(file) } });
		return { server, versions };
	}

	test("its files up to its folder are asked, and none above", async () => {
		write("requirements.txt", "trl==0.9.6");
		write("work/pyproject.toml", '[project]\ndependencies = ["peft>=0.12"]');
		write("work/a/requirements.txt", "transformers==4.44.0");
		const { versions } = await startIn("work");
		expect(await versions("work/a/train.py")).toBe(
			"peft >=0.12 (pyproject.toml); transformers 4.44.0 (requirements.txt); unknown: trl, accelerate, torch",
		);
	});

	test("a change of such a file changes the answers, and the client is told to ask again", async () => {
		write("requirements.txt", "peft==0.13.2");
		const { server, versions } = await startIn("");
		const document = open(server, misuse, uriOf("a/train.py"));
		const hover = () => document.hoverText(rangeOf(misuse, load).start);
		expect(await hover()).toContain("no warning at all");
		write("requirements.txt", "peft==0.14.0");
		server.notify("workspace/didChangeWatchedFiles", { changes: [{ uri: uriOf("requirements.txt"), type: 2 }] });
		expect(await hover()).toContain(`warns ${missing}`);
		expect(await versions("a/train.py")).toMatch(/^peft 0\.14\.0 \(requirements\.txt\); /);
		await server.untilAsked("workspace/diagnostic/refresh");
	});

	test("a folder that is added counts", async () => {
		write("requirements.txt", "peft==0.13.2");
		const { server, versions } = await startIn("other");
		expect(await versions("a/train.py")).toBe("unknown: peft, transformers, trl, accelerate, torch");
		const added = [{ uri: uriOf(""), name: "more" }];
		server.notify("workspace/didChangeWorkspaceFolders", { event: { added, removed: [] } });
		expect(await versions("a/train.py")).toMatch(/^peft 0\.13\.2 /);
	});

	test("what cannot be read is one line of the log", async () => {
		write("pyproject.toml", '[project]\ndependencies = ["peft');
		const { server, versions } = await startIn("");
		expect(await versions("train.py")).toBe("unknown: peft, transformers, trl, accelerate, torch");
		await versions("train.py");
		const lines = server.received<{ message: string }>("window/logMessage");
		expect(lines.filter(({ message }) => message.includes("pyproject.toml is not asked for versions"))).toHaveLength(1);
	});
});
