/**
 * Runs the suites inside real VS Code versions: with the extension under development, then with the packaged VSIX
 * installed the way a person installs it (`npm run package` makes it). Names of suites or versions limit the run:
 * `npm run test:vscode -- development 1.99.3`. `--fetch` only fetches what the run needs.
 */
import { spawnSync } from "node:child_process";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTests } from "@vscode/test-electron";
import esbuild from "esbuild";
import { type Counts, close, sum } from "../support/counts.mts";
import { executableOf } from "./host/executable.mts";
import { cache, root } from "./host/paths.mts";
import { type HostVersion, hostVersions, newest } from "./host/versions.mts";
import { walk } from "./ui.mts";

interface Suite {
	readonly name: string;
	readonly files: readonly string[];
	readonly developmentPath: string;
	/** Install the package first. */
	readonly installs: boolean;
}

const suites: readonly Suite[] = [
	{
		name: "development",
		files: ["main-path", "settings", "commands", "places", "programs", "notebooks", "server-life"],
		developmentPath: root,
		installs: false,
	},
	{
		name: "installed",
		files: ["main-path", "commands"],
		developmentPath: join(import.meta.dirname, "installed-harness"),
		installs: true,
	},
];

/** What a person sees; once, since the workbench's inner names that it looks for are no API. */
const walkName = "window";

const suiteOutput = join(import.meta.dirname, "out");
const vsix = join(root, "peft-lint.vsix");

if (process.argv.includes("--fetch")) await Promise.all(hostVersions.map(executableOf));
else await main();

async function main(): Promise<void> {
	const names = process.argv.slice(2);
	const wanted = (kind: readonly string[]): ((name: string) => boolean) => {
		const limits = names.filter((name) => kind.includes(name));
		return (name) => limits.length === 0 || limits.includes(name);
	};
	const isWantedSuite = wanted([...suites.map(({ name }) => name), walkName]);
	const isWantedVersion = wanted(hostVersions.map(({ vscode }) => vscode));
	await bundleSuites();
	const results: Counts[] = [];
	for (const version of hostVersions.filter(({ vscode }) => isWantedVersion(vscode))) {
		const executable = await executableOf(version);
		for (const suite of suites.filter(({ name }) => isWantedSuite(name))) {
			announce(version, suite.name);
			results.push(await runSuite(suite, executable));
		}
	}
	if (isWantedSuite(walkName) && isWantedVersion(newest.vscode)) {
		results.push(await walkTwice());
	}
	close(sum(results));
}

/** A window that is driven from outside may miss a click when the machine is busy: what fails twice has failed. */
async function walkTwice(): Promise<Counts> {
	const once = async (): Promise<Counts> => {
		announce(newest, walkName);
		return walk(newest, vsix, join(cache, "pictures-restricted"), { trusted: false });
	};
	const first = await once();
	return first.failed === 0 ? first : once();
}

function announce(version: HostVersion, name: string): void {
	console.log(`\nVS Code ${version.vscode} (${version.label}), ${name}`);
}

async function bundleSuites(): Promise<void> {
	await esbuild.build({
		entryPoints: [join(import.meta.dirname, "suite/*.ts")],
		outdir: suiteOutput,
		bundle: true,
		platform: "node",
		format: "cjs",
		target: "node20",
		sourcemap: "inline",
		external: ["vscode", "mocha"],
		logLevel: "warning",
	});
}

async function runSuite(suite: Suite, executable: string): Promise<Counts> {
	const folder = await mkdtemp(join(tmpdir(), "peft-lint-suite-"));
	const workspace = join(folder, "workspace");
	const result = join(folder, "result.json");
	const userFolders = [
		`--user-data-dir=${join(folder, "user-data")}`,
		`--extensions-dir=${join(folder, "extensions")}`,
	];
	try {
		await cp(join(import.meta.dirname, "workspace"), workspace, { recursive: true });
		if (suite.installs) install(executable, userFolders);
		const code = await runTests({
			vscodeExecutablePath: executable,
			extensionDevelopmentPath: suite.developmentPath,
			extensionTestsPath: join(suiteOutput, "index.js"),
			extensionTestsEnv: { PEFT_LINT_SUITE_FILES: suite.files.join(), PEFT_LINT_SUITE_RESULT: result },
			launchArgs: [workspace, ...userFolders],
		}).catch(() => 1);
		return countsOf(await readFile(result, "utf8").catch(() => ""), code);
	} finally {
		await rm(folder, { recursive: true, force: true, maxRetries: 5 });
	}
}

function install(executable: string, userFolders: readonly string[]): void {
	const { status } = spawnSync(executable, [...userFolders, "--install-extension", vsix, "--force"], {
		stdio: "inherit",
	});
	if (status !== 0) throw new Error(`Installing ${vsix} failed.`);
}

/** A run without a result has failed: the extension host may have died, which VS Code reports as success. */
function countsOf(result: string, code: number): Counts {
	if (result === "") return { passed: 0, failed: 1 };
	const { passed, failed } = JSON.parse(result);
	const ranAndEndedWell = passed + failed > 0 && (code === 0) === (failed === 0);
	return ranAndEndedWell ? { passed, failed } : { passed, failed: failed + 1 };
}
