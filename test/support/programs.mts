/** Programs of the machine: found, or installed from Debian. */
import { findProgram, run } from "./command.mts";

/** apt takes one at a time. */
let installing: Promise<unknown> = Promise.resolve();

const chromiumNames = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The path of a Chromium; CHROMIUM_PATH can name one. */
export function ensureChromium(): Promise<string> {
	const find = (): string | undefined =>
		process.env.CHROMIUM_PATH || chromiumNames.map(findProgram).find((path) => path !== undefined);
	return ensure(find, ["chromium", "fonts-dejavu-core"]);
}

/** The path of a program, which the Debian package of that name brings. */
export function ensureProgram(name: string, debianPackage: string = name): Promise<string> {
	return ensure(() => findProgram(name), [debianPackage]);
}

/** Rejects with advice when it is missing and cannot be installed. */
async function ensure(find: () => string | undefined, packages: readonly string[]): Promise<string> {
	const found = find();
	if (found !== undefined) return found;
	const installed = installing.then(() => installFromDebian(packages));
	installing = installed.catch(() => {});
	await installed;
	const path = find();
	if (path === undefined) throw new Error(`apt-get installed ${packages.join(", ")}, yet the program is not found.`);
	return path;
}

async function installFromDebian(packages: readonly string[]): Promise<void> {
	if (process.getuid?.() !== 0 || findProgram("apt-get") === undefined) {
		throw new Error(`Please install: ${packages.join(", ")}.`);
	}
	const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
	await run("apt-get", ["update", "-qq"], { env });
	await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], { env });
}
