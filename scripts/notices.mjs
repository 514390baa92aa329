import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The licences of the packages that files of a bundle come from, as one text. `inputs` are paths from `root`. Throws
 * when a package has no licence to quote, so that nothing ships without one.
 */
export function noticesOf(inputs, root) {
	const folders = new Set(inputs.map(packageFolder).filter((folder) => folder !== undefined));
	const notices = [...folders].sort().map((folder) => noticeOf(join(root, folder)));
	return [`This folder contains code of the packages below.\n`, ...new Set(notices)].join(`\n${"-".repeat(78)}\n\n`);
}

/** `node_modules/a/node_modules/@b/c/lib/d.js` → `node_modules/a/node_modules/@b/c` */
function packageFolder(input) {
	return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
}

function noticeOf(folder) {
	const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
	const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
	if (file === undefined || !existsSync(join(folder, file))) throw new Error(`${name} has no licence file`);
	return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
}
