/**
 * Stands in for the desktop's `code` program, so that `@vscode/test-electron` and people can use the hosted VS Code in
 * the same way: it takes the same options, passes the tests' output on, and ends with the run's exit code.
 * Environment: VSCODE_HOST_ROOT and VSCODE_HOST_NODE (see install.mts), CHROMIUM_PATH.
 */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { format, parseArgs } from "node:util";
import type { Browser, Page } from "playwright-core";
import type { InstalledHost } from "./install.mts";
import {
	after,
	type HostFolders,
	makeFolders,
	type RunningServer,
	removeFolders,
	runCommandLine,
	startServer,
} from "./server.mts";
import { launchChromium, newPage, workbenchAddress } from "./workbench.mts";

/** Milliseconds; a run that takes longer hangs. */
const timeLimit = Number(process.env.VSCODE_HOST_TIMEOUT_MS ?? 480_000);
const exitCodes = { hung: 72, extensionHostCrashed: 73, serverEnded: 71, pageCrashed: 70 };

/** How a window ended. */
interface End {
	readonly code: number;
	readonly message?: string;
}

/** What the workbench itself logs; the tests' own output goes through. */
const workbenchNoise: readonly RegExp[] = [
	/^(Error: )?Could not locate the bindings file/,
	/^(Error: )?Cannot find module '.\/build\/Release\/watchdog'/,
	/^Resolv(ing|ed) connection token/,
	/^Creating a socket \(/,
	/^(Updating|Ignoring fetching) additional builtin/,
	/^\[(Agent|Chat|AccountPolicyGate|reconnection-grace-time|RemoteAgentHost|Service Worker)/,
	/^ChatSessionStore:/,
	/^Creation of workbench contribution/,
	/^Timed out waiting for authentication provider/,
	/^No search provider registered/,
];

const { values, positionals } = parseArgs({
	allowPositionals: true,
	// The desktop has many options that mean nothing here (--no-sandbox, --disable-gpu-sandbox …).
	strict: false,
	options: {
		"install-extension": { type: "string" },
		"list-extensions": { type: "boolean" },
		version: { type: "boolean" },
		force: { type: "boolean" },
		extensionDevelopmentPath: { type: "string", multiple: true },
		extensionTestsPath: { type: "string" },
		"user-data-dir": { type: "string" },
		"extensions-dir": { type: "string" },
	},
});

process.exitCode = await main();

async function main(): Promise<number> {
	const host: InstalledHost = { vscodeRoot: required("VSCODE_HOST_ROOT"), node: required("VSCODE_HOST_NODE") };
	const folders = await makeFolders({ userData: text("user-data-dir"), extensions: text("extensions-dir") });
	try {
		const commandLine = commandLineOptions();
		return commandLine.length > 0 ? await runCommandLine(host, folders, commandLine) : await runWindow(host, folders);
	} finally {
		await removeFolders(folders);
	}
}

function commandLineOptions(): string[] {
	const install = text("install-extension");
	const flags = ["list-extensions", "version", "force"].filter((flag) => values[flag] === true);
	return [...(install === undefined ? [] : ["--install-extension", install]), ...flags.map((flag) => `--${flag}`)];
}

async function runWindow(host: InstalledHost, folders: HostFolders): Promise<number> {
	const [server, browser] = await Promise.all([startServer(host, folders), launchChromium(required("CHROMIUM_PATH"))]);
	const stopped = new Promise<End>((resolve) => {
		for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve({ code: 130 }));
	});
	try {
		const end = await Promise.race([stopped, openWindow(server, browser)]);
		// VS Code reports success when the extension host, and the tests with it, is gone.
		const crash = end.code === 0 ? server.extensionHostCrash() : undefined;
		const { code, message } = crash === undefined ? end : { code: exitCodes.extensionHostCrashed, message: crash };
		if (message !== undefined) console.error(message);
		return code;
	} finally {
		await Promise.race([browser.close(), after(5000)]);
		await server.stop();
	}
}

async function openWindow(server: RunningServer, browser: Browser): Promise<End> {
	const page = await newPage(browser, server.authority);
	await page.exposeFunction("codeAutomationLog", logFromTests);
	const finished = new Promise<End>((resolve) =>
		page.exposeFunction("codeAutomationExit", (code: number) => resolve({ code })),
	);
	const crashed = new Promise<End>((resolve) =>
		page.once("crash", () => resolve({ code: exitCodes.pageCrashed, message: "The workbench crashed." })),
	);
	await page.goto(
		workbenchAddress({
			authority: server.authority,
			folder: positionals[0],
			developmentPaths: (values.extensionDevelopmentPath ?? []).map(String),
			testsPath: text("extensionTestsPath"),
		}),
	);
	return Promise.race([
		finished,
		crashed,
		server.ended.then((reason) => ({ code: exitCodes.serverEnded, message: `The VS Code server ended: ${reason}` })),
		after(timeLimit).then(() => reportHang(page)),
	]);
}

function logFromTests(type: string, args: readonly unknown[]): void {
	const line = format(...args);
	const isNoise = workbenchNoise.some((pattern) => pattern.test(line));
	if (isNoise && !process.env.VSCODE_HOST_VERBOSE) return;
	const stream = type === "error" || type === "warn" ? process.stderr : process.stdout;
	stream.write(`${line}\n`);
}

async function reportHang(page: Page): Promise<End> {
	const picture = join(tmpdir(), "peft-lint-vscode-hung.png");
	await page.screenshot({ path: picture }).catch(() => {});
	return { code: exitCodes.hung, message: `No result after ${timeLimit} ms; what the window shows: ${picture}` };
}

function text(option: string): string | undefined {
	const value = values[option];
	return typeof value === "string" ? value : undefined;
}

function required(variable: string): string {
	const value = process.env[variable];
	if (value === undefined) throw new Error(`${variable} is not set.`);
	return value;
}
