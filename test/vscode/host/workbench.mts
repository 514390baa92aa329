/** Opens the workbench of a running server in a headless Chromium. */
import { resolve } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

export interface WorkbenchRequest {
	/** `127.0.0.1:PORT` of the server. */
	readonly authority: string;
	/** Folder to open; none: an empty window. */
	readonly folder?: string | undefined;
	/** File to open in it. */
	readonly file?: string | undefined;
	readonly developmentPaths?: readonly string[];
	readonly testsPath?: string | undefined;
}

export function launchChromium(executablePath: string): Promise<Browser> {
	const args = [
		"--disable-gpu",
		"--disable-quic",
		"--no-first-run",
		"--disable-background-networking",
		"--disable-sync",
	];
	// Chromium refuses its sandbox to root.
	if (process.getuid?.() === 0) args.push("--no-sandbox");
	return chromium.launch({ executablePath, headless: true, args });
}

export async function newPage(browser: Browser, authority: string, options: BrowserContextOptions = {}): Promise<Page> {
	const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
	await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: `http://${authority}` });
	return context.newPage();
}

export function workbenchAddress({
	authority,
	folder,
	file,
	developmentPaths = [],
	testsPath,
}: WorkbenchRequest): string {
	const remote = (path: string): string => `vscode-remote://${authority}${resolve(path)}`;
	const payload = [
		["skipWelcome", "true"],
		["skipReleaseNotes", "true"],
		...developmentPaths.map((path) => ["extensionDevelopmentPath", remote(path)]),
		...(testsPath === undefined ? [] : [["extensionTestsPath", remote(testsPath)]]),
		...(file === undefined ? [] : [["openFile", remote(file)]]),
	];
	const query = new URLSearchParams(folder === undefined ? { ew: "true" } : { folder: resolve(folder) });
	query.set("payload", JSON.stringify(payload));
	return `http://${authority}/?${query}`;
}
