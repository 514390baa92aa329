/** Installs a real VS Code (server and workbench) from npm, once per version. */
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./command.mts";
import { cache } from "./paths.mts";
import type { HostVersion } from "./versions.mts";

export interface InstalledHost {
	/** The folder with `out/server-main.js`. */
	readonly vscodeRoot: string;
	readonly node: string;
}

export async function installHost(version: HostVersion): Promise<InstalledHost> {
	const folder = join(cache, "hosts", version.vscode);
	const nodePackage = `node-${process.platform}-${process.arch}`;
	const host: InstalledHost = {
		vscodeRoot: join(folder, "node_modules/code-server/lib/vscode"),
		node: join(folder, "node_modules", nodePackage, "bin/node"),
	};
	const stamp = join(folder, "installed");
	const wanted = `${version.codeServer} ${nodePackage}@${version.node}`;
	if (existsSync(stamp) && (await readFile(stamp, "utf8")) === wanted) return host;

	await rm(folder, { recursive: true, force: true });
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, "package.json"), '{ "private": true }');
	// Install scripts would build native modules that only the command line of code-server and the terminal need.
	const options = ["--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--loglevel=error"];
	await npm(
		["install", ...options, "--no-save", `code-server@${version.codeServer}`, `${nodePackage}@${version.node}`],
		folder,
	);
	// `npm ci` refuses this: the lock file inside the package is not in step with its manifest.
	await npm(["install", ...options], host.vscodeRoot);
	await writeFile(stamp, wanted);
	return host;
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

async function npm(args: readonly string[], folder: string): Promise<void> {
	// --prefix: what npm told this process about the project must not lead it there.
	await run("npm", [...args, "--prefix", folder], { cwd: folder, env: withoutNpmRun(process.env) });
}

/** The environment without what `npm run` adds about the project that runs; configuration of the person stays. */
function withoutNpmRun(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
	const ofProject =
		/^npm_(package_|lifecycle_|config_(local_|global_)?prefix$|config_(workspaces?|include_workspace_root)$)/i;
	return Object.fromEntries(Object.entries(env).filter(([name]) => !ofProject.test(name)));
}
