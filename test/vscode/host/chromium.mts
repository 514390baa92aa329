/** Finds a Chromium to open the workbench in, or installs Debian's. */
import { findProgram, run } from "./command.mts";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The path of a Chromium. Rejects with advice where there is none and it cannot be installed. */
export async function ensureChromium(): Promise<string> {
	const found = findChromium();
	if (found !== undefined) return found;
	if (process.getuid?.() !== 0 || findProgram("apt-get") === undefined) {
		throw new Error("No Chromium found. Install one, or name it in CHROMIUM_PATH.");
	}
	const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
	await run("apt-get", ["update", "-qq"], { env });
	await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"], { env });
	const installed = findChromium();
	if (installed === undefined) throw new Error("apt-get installed chromium, yet no such program is on the PATH.");
	return installed;
}

function findChromium(): string | undefined {
	const named = process.env.CHROMIUM_PATH;
	if (named) return named;
	return names.map(findProgram).find((path) => path !== undefined);
}
