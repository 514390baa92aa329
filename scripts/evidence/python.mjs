// Python environments that hold the libraries the evidence runs with.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const packages = ["peft", "transformers", "trl", "accelerate", "datasets", "torch"];

/** Wheels of PyTorch without CUDA: a tenth of the size, where that index can be reached. */
const torchCpu = "https://download.pytorch.org/whl/cpu";

/** Python or a package is not to be had here; the message says which. */
export class Unavailable extends Error {}

/**
 * One environment for each version of PEFT; without versions, the one that is there.
 * @param {string} root the checkout
 * @param {readonly string[]} peftVersions
 * @returns {{ python: string, env: NodeJS.ProcessEnv, versions: Record<string, string> }[]}
 */
export function prepareEnvironments(root, peftVersions) {
	const folder = join(root, ".evidence-venv");
	const python = process.env.PEFT_LINT_PYTHON ?? virtualEnvironment(folder);
	const own = { ...process.env, PYTHONUTF8: "1", PYTHONDONTWRITEBYTECODE: "1" };
	if (peftVersions.length === 0) return [describe(python, own)];
	return peftVersions.map((version) => {
		const path = overlay(python, folder, version);
		const inherited = own.PYTHONPATH === undefined ? [] : [own.PYTHONPATH];
		return describe(python, { ...own, PYTHONPATH: [path, ...inherited].join(delimiter) });
	});
}

/** The Python of a virtual environment with every package, made where it is not there yet. */
function virtualEnvironment(folder) {
	const python = join(folder, ...(process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"]));
	if (!existsSync(python)) {
		const system = process.platform === "win32" ? "python" : "python3";
		call(system, ["-m", "venv", folder], `${system} -m venv does not work`);
	}
	if (!imports(python)) {
		console.error("Installing PEFT and PyTorch into .evidence-venv; this takes some minutes.");
		pip(python, ["--extra-index-url", torchCpu, ...packages]);
	}
	return python;
}

function imports(python) {
	return spawnSync(python, ["-c", "import peft, torch, transformers, trl, datasets"]).status === 0;
}

/** A folder with one release of PEFT and nothing else, to be put in front of the environment's own. */
function overlay(python, folder, version) {
	const path = join(folder, `peft-${version}`);
	if (!existsSync(join(path, "peft"))) pip(python, ["--no-deps", "--target", path, `peft==${version}`]);
	return path;
}

function pip(python, args) {
	// An index that cannot be reached is tried for a minute and more by default, once for each package.
	const patience = { PIP_RETRIES: "1", PIP_DEFAULT_TIMEOUT: "30", PIP_DISABLE_PIP_VERSION_CHECK: "1" };
	call(python, ["-m", "pip", "install", "--quiet", ...args], `pip cannot install ${args.at(-1)}`, {
		...patience,
		...process.env,
	});
}

/** What the command has to say is told only when it fails: an index out of reach is no news where another one helps. */
function call(command, args, problem, env = process.env) {
	const { status, error, stderr } = spawnSync(command, args, { env, encoding: "utf8", maxBuffer: 64 * 2 ** 20 });
	if (status === 0) return;
	const reason = error?.message ?? stderr.trim().split("\n").at(-1);
	throw new Unavailable(`${problem}: ${reason}`);
}

/** The environment with the versions of what it holds. */
function describe(python, env) {
	const lines = [
		"import json, platform, peft, torch, transformers",
		"found = {'python': platform.python_version()}",
		"for module in (peft, torch, transformers): found[module.__name__] = module.__version__",
		"try:",
		"    import trl",
		"    found['trl'] = trl.__version__",
		"except Exception: pass  # claims that need TRL are skipped then",
		"print(json.dumps(found))",
	];
	const { status, stdout, stderr, error } = spawnSync(python, ["-c", lines.join("\n")], { encoding: "utf8", env });
	if (error !== undefined) throw new Unavailable(`${python} cannot be started: ${error.message}`);
	if (status !== 0) throw new Unavailable(`${python} lacks a package: ${stderr.trim().split("\n").at(-1)}`);
	return { python, env, versions: JSON.parse(stdout.trim().split("\n").at(-1) ?? "") };
}
