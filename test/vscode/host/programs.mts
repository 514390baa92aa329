/** The programs of the machine that the hosted VS Code needs: found, or installed from Debian. */
import { findProgram, run } from "./command.mts";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

export interface Programs {
	/** Shows the workbench. */
	readonly chromium: string;
	/** VS Code's search; the npm package of older versions would download it when it is installed. */
	readonly ripgrep: string;
}

/** Rejects with advice where one is missing and cannot be installed. */
export async function ensurePrograms(): Promise<Programs> {
	const missing = missingPackages();
	if (missing.length > 0) await installFromDebian(missing);
	const chromium = findChromium();
	const ripgrep = findProgram("rg");
	if (chromium === undefined || ripgrep === undefined)
		throw new Error(`Still missing: ${missingPackages().join(", ")}.`);
	return { chromium, ripgrep };
}

function missingPackages(): string[] {
	return [
		...(findChromium() === undefined ? ["chromium", "fonts-dejavu-core"] : []),
		...(findProgram("rg") === undefined ? ["ripgrep"] : []),
	];
}

async function installFromDebian(packages: readonly string[]): Promise<void> {
	if (process.getuid?.() !== 0 || findProgram("apt-get") === undefined) {
		throw new Error(`Please install: ${packages.join(", ")}. CHROMIUM_PATH can name another Chromium.`);
	}
	const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
	await run("apt-get", ["update", "-qq"], { env });
	await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], { env });
}

function findChromium(): string | undefined {
	const named = process.env.CHROMIUM_PATH;
	if (named) return named;
	return names.map(findProgram).find((path) => path !== undefined);
}
