// The documented bad examples as PEFT Lint's own command line mends them.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Writes `out/FOLDER/bad-N.py` for the Nth block under "Bad" of each rule's doc.md, with the preferred fixes applied.
 * @param {string} root the checkout
 * @param {readonly string[]} folders names of rule folders
 * @param {string} out
 */
export function fixExamples(root, folders, out) {
	const product = mkdtempSync(join(tmpdir(), "peft-lint-product-"));
	try {
		execFileSync(process.execPath, [join(root, "scripts", "build.mjs"), "--out", product], { cwd: root });
		const cli = join(product, "server", "dist", "cli.js");
		for (const folder of folders) {
			mkdirSync(join(out, folder), { recursive: true });
			const page = readFileSync(join(root, "server", "src", "rules", folder, "doc.md"), "utf8");
			for (const [index, block] of badBlocks(page).entries())
				writeFixed(cli, join(out, folder, `bad-${index}.py`), block, folder.slice(0, "PEFT000".length));
		}
	} finally {
		rmSync(product, { recursive: true, force: true });
	}
}

function badBlocks(page) {
	const [, section = ""] = /^## Bad$(.*?)(?=^## )/ms.exec(page) ?? [];
	return [...section.matchAll(/^```python\n(.*?)^```$/gms)].map(([, code]) => code);
}

/** The rule is asked for by its code, since it may be in preview. */
function writeFixed(cli, file, source, code) {
	writeFileSync(file, source);
	const flags = ["--quiet", "--select", `PEFT,${code}`, "--fix", "--unsafe-fixes"];
	const { status, stderr } = spawnSync(process.execPath, [cli, "check", ...flags, file], { encoding: "utf8" });
	// 1: something is left that has no fix; the claim about it will say what comes of that
	if (status !== 0 && status !== 1) throw new Error(`peft-lint check ended with ${status}: ${stderr}`);
}
