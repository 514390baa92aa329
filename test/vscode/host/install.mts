/** Installs a real VS Code (server and workbench) from npm, once per version. */
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../support/command.mts";
import { cache } from "./paths.mts";
import type { HostVersion } from "./versions.mts";

export interface InstalledHost {
	/** The folder with `out/server-main.js`. */
	readonly vscodeRoot: string;
	readonly node: string;
}

export async function installHost({ vscode, codeServer, node }: HostVersion): Promise<InstalledHost> {
	const folder = join(cache, "vscode", vscode);
	const vscodeRoot = join(folder, "node_modules/code-server/lib/vscode");
	await once(folder, codeServer, async () => {
		await npmInstall(folder, `code-server@${codeServer}`);
		// `npm ci` refuses this: the lock file inside the package is not in step with its manifest.
		await npmInstall(vscodeRoot);
	});
	return { vscodeRoot, node: await installNode(node) };
}

/** The path of a Node of exactly this version. */
async function installNode(version: string): Promise<string> {
	const folder = join(cache, "node", version);
	const name = `node-${process.platform}-${process.arch}`;
	await once(folder, `${name}@${version}`, () => npmInstall(folder, `${name}@${version}`));
	return join(folder, "node_modules", name, "bin/node");
}

/** Fills a folder from scratch unless its stamp says that it holds `what` already. */
async function once(folder: string, what: string, fill: () => Promise<void>): Promise<void> {
	const stamp = join(folder, "installed");
	if (existsSync(stamp) && (await readFile(stamp, "utf8")) === what) return;
	await rm(folder, { recursive: true, force: true });
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, "package.json"), '{ "private": true }');
	await fill();
	await writeFile(stamp, what);
}

/** Gives a host without ripgrep of its own the machine's. */
export async function addRipgrep(host: InstalledHost, ripgrep: string): Promise<void> {
	const folder = join(host.vscodeRoot, "node_modules/@vscode/ripgrep");
	const program = join(folder, "bin/rg");
	if (!existsSync(folder) || existsSync(program)) return;
	await mkdir(join(folder, "bin"), { recursive: true });
	// One that points nowhere is in the way.
	await rm(program, { force: true });
	await symlink(ripgrep, program);
}

/** Installs packages in a folder, or without any named what its manifest asks for. */
async function npmInstall(folder: string, ...packages: readonly string[]): Promise<void> {
	// Install scripts would build native modules that only the terminal and code-server's own command line need.
	const options = ["--ignore-scripts", "--omit=dev", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"];
	// --prefix: what npm told this process about the project must not lead it there.
	const args = ["install", ...options, "--prefix", folder, ...packages];
	await run("npm", args, { cwd: folder, env: withoutNpmRun(process.env) });
}

/** The environment without what `npm run` adds about the project that runs; configuration of the person stays. */
function withoutNpmRun(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
	const ofProject =
		/^npm_(package_|lifecycle_|config_(local_|global_)?prefix$|config_(workspaces?|include_workspace_root)$)/i;
	return Object.fromEntries(Object.entries(env).filter(([name]) => !ofProject.test(name)));
}
