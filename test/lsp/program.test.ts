/** Files that import each other: what one says is seen in the others. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import type { ClientCapabilities, Diagnostic, PublishDiagnosticsParams } from "vscode-languageserver-protocol";
import { pulling, pushed } from "./support/clients";
import { type Document, open } from "./support/document";
import { rangeOf } from "./support/editor";
import { type Server, startServer } from "./support/server";

const wrapped = `from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM


def build(name):
    model = AutoModelForCausalLM.from_pretrained(name)
    return get_peft_model(model, LoraConfig())
`;

/** The same without the wrap. */
const plain = wrapped.replace("get_peft_model(model, LoraConfig())", "model");

const train = `from models import build
from peft import PeftModel

model = build("base")
model = PeftModel.from_pretrained(model, "adapter")
`;

const load = 'PeftModel.from_pretrained(model, "adapter")';

const folders: string[] = [];
afterEach(() => {
	for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

interface Project {
	readonly folder: string;
	uri(path: string): string;
	write(path: string, text: string): void;
}

function project(files: Readonly<Record<string, string>>): Project {
	const folder = mkdtempSync(join(tmpdir(), "peft-lint-program-"));
	folders.push(folder);
	const write = (path: string, text: string): void => {
		mkdirSync(dirname(join(folder, path)), { recursive: true });
		writeFileSync(join(folder, path), text);
	};
	for (const [path, text] of Object.entries(files)) write(path, text);
	return { folder, write, uri: (path) => pathToFileURL(join(folder, path)).href };
}

const watching = { didChangeWatchedFiles: { dynamicRegistration: true } };

/** With the workspace that the project is. */
function serve({ folder }: Project, capabilities: ClientCapabilities): Promise<Server> {
	const uri = pathToFileURL(folder).href;
	return startServer({ capabilities, workspaceFolders: [{ uri, name: "project" }] });
}

const codes = (diagnostics: readonly Diagnostic[]) => diagnostics.map(({ code }) => code);

function opened(server: Server, at: Project, path: string, text: string): Document {
	return open(server, text, at.uri(path));
}

describe("pulled", () => {
	test("a finding with its timeline through another file", async () => {
		const files = project({ "models.py": wrapped });
		const server = await serve(files, pulling);
		const [finding, ...others] = await opened(server, files, "train.py", train).pull();
		expect(others).toEqual([]);
		expect(finding).toMatchObject({ code: "PEFT001", range: rangeOf(train, load) });
		const there = files.uri("models.py");
		const places = finding?.relatedInformation?.map(({ location }) => location);
		expect(places).toContainEqual({ uri: there, range: rangeOf(wrapped, "get_peft_model(model, LoraConfig())") });
		expect(places?.at(-1)).toEqual({ uri: files.uri("train.py"), range: rangeOf(train, load) });
	});

	test("the server says that files depend on each other", async () => {
		const { initialized } = await serve(project({}), pulling);
		expect(initialized?.capabilities.diagnosticProvider).toMatchObject({ interFileDependencies: true });
	});

	test("a change in one open file is seen in the other, and asked for", async () => {
		const files = project({ "models.py": wrapped });
		const server = await serve(files, pulling);
		const user = opened(server, files, "train.py", train);
		const helper = opened(server, files, "models.py", wrapped);
		const first = await user.report();
		expect(await user.report(first.resultId)).toMatchObject({ kind: "unchanged" });
		helper.change(plain);
		await server.untilAsked("workspace/diagnostic/refresh");
		const second = await user.report(first.resultId);
		expect(second).toMatchObject({ kind: "full", items: [] });
		helper.change(wrapped);
		await server.untilAsked("workspace/diagnostic/refresh", 2);
		expect(await user.report(second.resultId)).toMatchObject({ items: [{ code: "PEFT001" }] });
		helper.change(`${wrapped}# no more\n`);
		const third = await user.report();
		helper.change("");
		expect(await user.report(third.resultId)).toMatchObject({ kind: "full", items: [] });
	});

	test("what is open counts, not what lies on disk, until it is closed", async () => {
		const files = project({ "models.py": plain });
		const server = await serve(files, pulling);
		const user = opened(server, files, "train.py", train);
		expect(await user.pull()).toEqual([]);
		const helper = opened(server, files, "models.py", wrapped);
		expect(codes(await user.pull())).toEqual(["PEFT001"]);
		helper.close();
		expect(await user.pull()).toEqual([]);
	});

	test("a file that nothing imports changes nobody's answer", async () => {
		const files = project({ "models.py": wrapped });
		const server = await serve(files, pulling);
		const user = opened(server, files, "train.py", train);
		const stranger = opened(server, files, "stranger.py", wrapped);
		const first = await user.report();
		stranger.change(plain);
		expect(await user.report(first.resultId)).toEqual({ kind: "unchanged", resultId: first.resultId });
	});

	test("of a file that is not open", async () => {
		const files = project({ "models.py": wrapped, "train.py": train });
		const server = await serve(files, pulling);
		const items = await server.request<{ items: Diagnostic[] }>("textDocument/diagnostic", {
			textDocument: { uri: files.uri("train.py") },
		});
		expect(codes(items.items)).toEqual(["PEFT001"]);
	});

	test("a hover names the other file", async () => {
		const files = project({ "models.py": wrapped });
		const server = await serve(files, pulling);
		const user = opened(server, files, "train.py", train);
		const value = await user.hoverText(rangeOf(train, "model,").start);
		expect(value).toContain(`[models.py, line 7](${files.uri("models.py")}#L7)`);
		expect(value).toContain("line 4");
	});

	test("fixes change the file that was asked about, and no other", async () => {
		const files = project({ "models.py": wrapped });
		const server = await serve(files, pulling);
		const user = opened(server, files, "train.py", train);
		const actions = await user.actions({ range: rangeOf(train, load) });
		expect(actions.length).toBeGreaterThan(0);
		for (const { edit } of actions) {
			const changes = edit?.documentChanges?.flatMap((change) =>
				"textDocument" in change ? [change.textDocument] : [],
			);
			expect(changes).toEqual([{ uri: user.uri, version: 1 }]);
		}
	});
});

describe("pushed", () => {
	test("to the open files that import what changed, and to no others", async () => {
		const files = project({ "models.py": wrapped });
		const server = await serve(files, pushed);
		const user = opened(server, files, "train.py", train);
		const stranger = opened(server, files, "stranger.py", "import peft\n");
		const helper = opened(server, files, "models.py", wrapped);
		expect(codes(await user.published())).toEqual(["PEFT001"]);
		await stranger.published();
		await helper.published();
		const before = countOf(server, stranger);
		helper.change(plain);
		await nextOf(server, user, (diagnostics) => diagnostics.length === 0);
		helper.change(wrapped);
		await nextOf(server, user, (diagnostics) => diagnostics.length > 0, 2);
		expect(countOf(server, stranger)).toBe(before);
	});

	test("through a file that is not open", async () => {
		const files = project({ "all.py": "from models import build\n", "models.py": plain });
		const server = await serve(files, pushed);
		const user = opened(server, files, "train.py", train.replace("from models", "from all"));
		const helper = opened(server, files, "models.py", plain);
		expect(await user.published()).toEqual([]);
		helper.change(wrapped);
		await nextOf(server, user, (diagnostics) => diagnostics.length > 0);
	});
});

function published(server: Server, { uri }: Document): readonly PublishDiagnosticsParams[] {
	return server
		.received<PublishDiagnosticsParams>("textDocument/publishDiagnostics")
		.filter((params) => params.uri === uri);
}

function countOf(server: Server, document: Document): number {
	return published(server, document).length;
}

/** Waits until so many publications for the document have been of this kind. */
async function nextOf(
	server: Server,
	document: Document,
	fits: (diagnostics: readonly Diagnostic[]) => boolean,
	times = 1,
): Promise<void> {
	await server.next<PublishDiagnosticsParams>(
		"textDocument/publishDiagnostics",
		() => published(server, document).filter(({ diagnostics }) => fits(diagnostics)).length >= times,
	);
}

describe("on disk", () => {
	const created = 1;
	const changed = 2;
	const deleted = 3;

	/** Tells a client that watches files. */
	function tell(server: Server, at: Project, path: string, type: number): void {
		server.notify("workspace/didChangeWatchedFiles", { changes: [{ uri: at.uri(path), type }] });
	}

	const capable = { ...pulling, workspace: { ...pulling.workspace, ...watching } };

	test("the client is asked to watch, once", async () => {
		const server = await serve(project({}), capable);
		await open(server, "").pull();
		const registrations = server
			.asked("client/registerCapability")
			.flatMap((params) => (params as { registrations: { method: string; registerOptions: unknown }[] }).registrations);
		const watched = registrations.filter(({ method }) => method === "workspace/didChangeWatchedFiles");
		expect(watched).toMatchObject([
			{ registerOptions: { watchers: expect.arrayContaining([{ globPattern: "**/*.py" }]) } },
		]);
	});

	test("a file appears, changes and vanishes", async () => {
		const files = project({});
		const server = await serve(files, capable);
		const user = opened(server, files, "train.py", train);
		const first = await user.report();
		expect(first).toMatchObject({ items: [] });

		files.write("models.py", wrapped);
		tell(server, files, "models.py", created);
		await server.untilAsked("workspace/diagnostic/refresh");
		const second = await user.report(first.resultId);
		expect(second).toMatchObject({ items: [{ code: "PEFT001" }] });

		files.write("models.py", plain);
		tell(server, files, "models.py", changed);
		const third = await user.report(second.resultId);
		expect(third).toMatchObject({ kind: "full", items: [] });

		files.write("models.py", wrapped);
		tell(server, files, "models.py", changed);
		expect(codes(await user.pull())).toEqual(["PEFT001"]);

		rmSync(join(files.folder, "models.py"));
		tell(server, files, "models.py", deleted);
		expect(await user.pull()).toEqual([]);
	});

	test("a changed file that nobody imports is not asked for", async () => {
		const files = project({ "models.py": wrapped });
		const server = await serve(files, capable);
		const user = opened(server, files, "train.py", train);
		const first = await user.report();
		files.write("other.py", wrapped);
		tell(server, files, "other.py", created);
		expect(await user.report(first.resultId)).toMatchObject({ kind: "unchanged" });
		expect(server.asked("workspace/diagnostic/refresh")).toEqual([]);
	});

	test("a folder that was renamed is missed when something is saved", async () => {
		const files = project({ "pkg/models.py": wrapped });
		const server = await serve(files, capable);
		const user = opened(server, files, "train.py", train.replace("models", "pkg.models"));
		expect(codes(await user.pull())).toEqual(["PEFT001"]);
		renameSync(join(files.folder, "pkg"), join(files.folder, "package"));
		server.notify("textDocument/didSave", { textDocument: { uri: user.uri } });
		expect(await user.pull()).toEqual([]);
	});

	test("for a client that watches nothing, when something is opened, closed or saved", async () => {
		const files = project({ "models.py": plain });
		const server = await serve(files, pulling);
		const user = opened(server, files, "train.py", train);
		expect(await user.pull()).toEqual([]);
		files.write("models.py", wrapped);
		server.notify("textDocument/didSave", { textDocument: { uri: user.uri } });
		expect(codes(await user.pull())).toEqual(["PEFT001"]);
		files.write("models.py", plain);
		const other = opened(server, files, "other.py", "");
		expect(await user.pull()).toEqual([]);
		files.write("models.py", wrapped);
		other.close();
		expect(codes(await user.pull())).toEqual(["PEFT001"]);
	});

	test("libraries that the project asks for are read anew", async () => {
		const files = project({});
		const server = await serve(files, capable);
		const user = opened(server, files, "train.py", train);
		const versions = () => server.request("peft-lint/versions", { textDocument: { uri: user.uri } });
		expect(await versions()).toContain("unknown: peft");
		files.write("requirements.txt", "peft==0.13.2\n");
		tell(server, files, "requirements.txt", created);
		expect(await versions()).toContain("peft 0.13.2");
	});
});

describe("folders of the workspace", () => {
	test("one comes and goes", async () => {
		const files = project({ "lib/models.py": wrapped, "app/train.py": "" });
		const server = await startServer({
			capabilities: pulling,
			workspaceFolders: [{ uri: files.uri("app"), name: "app" }],
		});
		const user = opened(server, files, "app/train.py", train);
		expect(await user.pull()).toEqual([]);
		const lib = { uri: files.uri("lib"), name: "lib" };
		server.notify("workspace/didChangeWorkspaceFolders", { event: { added: [lib], removed: [] } });
		expect(codes(await user.pull())).toEqual(["PEFT001"]);
		server.notify("workspace/didChangeWorkspaceFolders", { event: { added: [], removed: [lib] } });
		expect(await user.pull()).toEqual([]);
	});

	test("a client that knows only a root", async () => {
		const files = project({ "models.py": wrapped });
		const server = await startServer({ capabilities: pulling, rootUri: pathToFileURL(files.folder).href });
		const user = opened(server, files, "scripts/train.py", train);
		expect(codes(await user.pull())).toEqual(["PEFT001"]);
	});

	test("none: the file's own folder", async () => {
		const files = project({ "models.py": wrapped });
		const server = await startServer({ capabilities: pulling });
		expect(codes(await opened(server, files, "train.py", train).pull())).toEqual(["PEFT001"]);
		expect(await opened(server, files, "scripts/train.py", train).pull()).toEqual([]);
		expect(await open(server, train, "untitled:Untitled-1").pull()).toEqual([]);
	});
});
