/** Runs the VS Code server that holds the extension host and serves the workbench. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { InstalledHost } from "./install.mts";

export interface HostFolders {
	/** Removed with everything in it by `removeFolders`. */
	readonly temporary: string;
	readonly serverData: string;
	readonly userData: string;
	readonly extensions: string;
}

export interface RunningServer {
	/** `127.0.0.1:PORT` */
	readonly authority: string;
	/** Resolves when the server ends by itself. */
	readonly ended: Promise<string>;
	/** Set when an extension host died; VS Code itself then reports success. */
	readonly extensionHostCrash: () => string | undefined;
	stop(): Promise<void>;
}

/** A quiet workbench: nothing that pops up, looks for updates or offers actions of its own. */
const userSettings = {
	"chat.disableAIFeatures": true,
	"extensions.autoCheckUpdates": false,
	"extensions.autoUpdate": false,
	"extensions.ignoreRecommendations": true,
	"telemetry.telemetryLevel": "off",
	"update.mode": "none",
	"workbench.enableExperiments": false,
	"workbench.secondarySideBar.defaultVisibility": "hidden",
	"workbench.startupEditor": "none",
};

/** Makes the folders a server needs; settings that are there already stay. */
export async function makeFolders(
	given: { userData?: string | undefined; extensions?: string | undefined; settings?: Record<string, unknown> } = {},
): Promise<HostFolders> {
	const temporary = await mkdtemp(join(tmpdir(), "peft-lint-vscode-"));
	const folders: HostFolders = {
		temporary,
		serverData: join(temporary, "server"),
		userData: resolve(given.userData ?? join(temporary, "user")),
		extensions: resolve(given.extensions ?? join(temporary, "extensions")),
	};
	const profile = join(folders.userData, "User");
	// The server makes only the last part of a path.
	for (const folder of [folders.serverData, folders.extensions, profile]) await mkdir(folder, { recursive: true });
	const settings = join(profile, "settings.json");
	if (!existsSync(settings)) await writeFile(settings, JSON.stringify({ ...userSettings, ...given.settings }));
	return folders;
}

export async function removeFolders(folders: HostFolders): Promise<void> {
	await rm(folders.temporary, { recursive: true, force: true, maxRetries: 5 });
}

/** Runs the server's command line (`--install-extension FILE`, `--version`, …) and resolves to its exit code. */
export function runCommandLine(host: InstalledHost, folders: HostFolders, args: readonly string[]): Promise<number> {
	return new Promise((resolveCode, reject) => {
		const child = spawn(host.node, [...serverArguments(host, folders), ...args], {
			env: serverEnvironment(),
			stdio: ["ignore", "inherit", "pipe"],
		});
		passThrough(child, /Could not locate the bindings file|Cannot find module '.*(watchdog|spdlog)/);
		child.once("error", reject);
		child.once("close", (code) => resolveCode(code ?? 1));
	});
}

/** Folders are trusted, unless told otherwise. */
export async function startServer(
	host: InstalledHost,
	folders: HostFolders,
	{ trusted = true }: { readonly trusted?: boolean } = {},
): Promise<RunningServer> {
	const options = ["--host", "127.0.0.1", "--port", "0", "--without-connection-token", "--telemetry-level", "off"];
	// Newer builds take the test's paths from the address only in this mode.
	options.push("--enable-smoke-test-driver");
	if (trusted) options.push("--disable-workspace-trust");
	const child = spawn(host.node, [...serverArguments(host, folders), ...options], {
		env: serverEnvironment(),
		stdio: ["ignore", "pipe", "pipe"],
		// A process group of its own, so that `stop` reaches the extension hosts and what they started.
		detached: true,
	});
	let output = "";
	let crash: string | undefined;
	const ended = new Promise<string>((resolveEnd) =>
		child.once("exit", (code) => resolveEnd(`exit code ${code}\n${output}`)),
	);
	const port = new Promise<string>((resolvePort, reject) => {
		const read = (chunk: Buffer): void => {
			output += chunk;
			if (process.env.VSCODE_HOST_VERBOSE) process.stderr.write(chunk);
			crash ??= crashIn(String(chunk));
			const found = /Web UI available at http:\/\/[^:]+:(\d+)/.exec(output)?.[1];
			if (found !== undefined) resolvePort(found);
		};
		child.stdout.on("data", read);
		child.stderr.on("data", read);
		child.once("error", reject);
	});
	const first = await Promise.race([
		port.then((number) => ({ number })),
		ended.then((reason) => ({ failure: `The VS Code server ended: ${reason}` })),
		after(60_000).then(() => ({ failure: `The VS Code server did not start:\n${output}` })),
	]);
	if ("failure" in first) {
		await stopGroup(child);
		throw new Error(first.failure);
	}
	return {
		authority: `127.0.0.1:${first.number}`,
		ended,
		extensionHostCrash: () => crash,
		stop: () => stopGroup(child),
	};
}

function crashIn(text: string): string | undefined {
	for (const [line, code, signal] of text.matchAll(/Extension Host Process exited with code: (\S+), signal: (\w+)/g)) {
		const regular = ["0", "null"].includes(code ?? "") && ["null", "SIGTERM"].includes(signal ?? "");
		if (!regular) return line;
	}
	return undefined;
}

async function stopGroup(child: ChildProcess): Promise<void> {
	const running = child.exitCode === null && child.signalCode === null;
	const gone = running ? new Promise((resolveGone) => child.once("exit", resolveGone)) : Promise.resolve();
	signalGroup(child, "SIGTERM");
	await Promise.race([gone, after(3000)]);
	signalGroup(child, "SIGKILL");
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
	if (child.pid === undefined) return;
	try {
		process.kill(-child.pid, signal);
	} catch {
		// It is gone already.
	}
}

function serverArguments(host: InstalledHost, folders: HostFolders): string[] {
	return [
		join(host.vscodeRoot, "out/server-main.js"),
		"--accept-server-license-terms",
		...["--server-data-dir", folders.serverData],
		...["--user-data-dir", folders.userData],
		...["--extensions-dir", folders.extensions],
	];
}

/** Without a marketplace, nothing looks for one. */
function serverEnvironment(): NodeJS.ProcessEnv {
	return { EXTENSIONS_GALLERY: '{"serviceUrl":""}', ...process.env };
}

/** Passes the error stream on, without the paragraphs that match. */
function passThrough(child: ChildProcess, noise: RegExp): void {
	let errors = "";
	child.stderr?.on("data", (chunk) => {
		errors += chunk;
	});
	child.once("close", () => {
		if (!noise.test(errors)) process.stderr.write(errors);
	});
}

export function after(milliseconds: number): Promise<void> {
	return new Promise((resolveTime) => setTimeout(resolveTime, milliseconds).unref());
}
