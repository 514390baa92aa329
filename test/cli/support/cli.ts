/** Runs the real command line, built as it ships, as a child process. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const root = join(__dirname, "../../..");

export interface CliOptions {
	readonly cwd: string;
	readonly input?: string | Uint8Array;
	readonly env?: Readonly<Record<string, string>>;
	/** Without root's powers; see `mortal`. */
	readonly asMortal?: boolean;
}

export interface CliResult {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
	/** `stdout` before decoding. */
	readonly bytes: Buffer;
}

let built: string | undefined;

/** Folder that holds `server/dist` as `npm run build` makes it; made once for a test file. */
export function buildProduct(): string {
	if (built === undefined) {
		const folder = temporaryFolder();
		execFileSync(process.execPath, [join(root, "scripts/build.mjs"), "--out", folder], { cwd: root });
		built = folder;
	}
	return built;
}

const folders: string[] = [];
process.once("exit", () => {
	for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Anybody may enter it. */
export function temporaryFolder(): string {
	const folder = mkdtempSync(join(tmpdir(), "peft-lint-cli-"));
	chmodSync(folder, 0o755);
	folders.push(folder);
	return folder;
}

/** No permission keeps root out of a file, so as root the tests of permissions run as nobody, where that is possible. */
export const mortal = findMortal();

function findMortal(): { readonly uid?: number; readonly gid?: number } | undefined {
	if (process.platform === "win32") return undefined;
	if (process.getuid?.() !== 0) return {};
	const nobody = { uid: 65_534, gid: 65_534 };
	const probe = spawnSync(process.execPath, ["--version"], nobody);
	return probe.status === 0 ? nobody : undefined;
}

/** Ends when the command does. The machine's own git and colour settings do not reach it. */
export function cli(args: readonly string[], options: CliOptions): Promise<CliResult> {
	const program = join(buildProduct(), "server/dist/cli.js");
	return run(process.execPath, [program, ...args], options);
}

export function run(command: string, args: readonly string[], options: CliOptions): Promise<CliResult> {
	const { cwd, input, env, asMortal = false } = options;
	const child = spawn(command, args, {
		cwd,
		env: { PATH: process.env.PATH, HOME: cwd, ...env },
		...(asMortal && mortal),
	});
	const out: Buffer[] = [];
	const err: Buffer[] = [];
	child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
	child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
	// A program that does not read its input is none the worse for it.
	child.stdin.on("error", () => undefined);
	child.stdin.end(input ?? "");
	return new Promise((resolve, reject) => {
		child.once("error", reject);
		child.once("close", (code) => {
			const bytes = Buffer.concat(out);
			resolve({ code, bytes, stdout: bytes.toString(), stderr: Buffer.concat(err).toString() });
		});
	});
}
