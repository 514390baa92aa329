/** A `code` program to run suites with, for a VS Code version. */
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { downloadAndUnzipVSCode } from "@vscode/test-electron";
import { ensureChromium, ensureProgram } from "../../support/programs.mts";
import { addRipgrep, installHost } from "./install.mts";
import { cache } from "./paths.mts";
import type { HostVersion } from "./versions.mts";

/**
 * The path of a `code` program: the desktop's where there is a display to show it on, else a wrapper around the
 * version that npm ships.
 */
export async function executableOf(version: HostVersion): Promise<string> {
	const hasDisplay = process.platform !== "linux" || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
	if (hasDisplay) return downloadAndUnzipVSCode({ version: version.vscode, cachePath: cache });

	// Older versions would download ripgrep, which searches files, when they are installed.
	const programs = Promise.all([ensureChromium(), ensureProgram("rg", "ripgrep")]);
	const [host, [chromium, ripgrep]] = await Promise.all([installHost(version), programs]);
	await addRipgrep(host, ripgrep);
	const environment = {
		VSCODE_HOST_ROOT: host.vscodeRoot,
		VSCODE_HOST_NODE: host.node,
		CHROMIUM_PATH: chromium,
	};
	const assignments = Object.entries(environment).map(([name, value]) => `${name}=${quote(value)}`);
	const command = [...assignments, "exec", quote(process.execPath), quote(join(import.meta.dirname, "code.mts"))];
	const wrapper = join(cache, "bin", `code-${version.vscode}`);
	await mkdir(join(cache, "bin"), { recursive: true });
	await writeFile(wrapper, `#!/bin/sh\n${command.join(" ")} "$@"\n`);
	await chmod(wrapper, 0o755);
	return wrapper;
}

/** For sh. */
function quote(text: string): string {
	return `'${text.replaceAll("'", "'\\''")}'`;
}
