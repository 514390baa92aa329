/** Links of the documents lead somewhere: files exist, headings exist. Addresses on the web are not tried. */
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const root = join(__dirname, "../..");
const documents = ["*.md", "docs/**/*.md", "server/README.md", "examples/README.md"].flatMap((pattern) =>
	globSync(pattern, { cwd: root }),
);

/** Without code, where brackets mean something else. */
function prose(path: string): string {
	return readFileSync(path, "utf8")
		.replace(/^(`{3,}).*?^\1$/gms, "")
		.replace(/`[^`\n]*`/g, "`code`");
}

/** The anchors that GitHub gives to the headings of a page. */
function anchorsOf(path: string): string[] {
	return [...readFileSync(path, "utf8").matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
		heading
			.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
			.toLowerCase()
			.replace(/[^\p{L}\p{N}\s_-]/gu, "")
			.replaceAll(" ", "-"),
	);
}

function isBroken(document: string, target: string): boolean {
	const [file = "", anchor] = target.split("#");
	const path = file === "" ? join(root, document) : join(root, dirname(document), file);
	if (!existsSync(path)) return true;
	return anchor !== undefined && statSync(path).isFile() && !anchorsOf(path).includes(anchor);
}

test("there are documents", () => {
	expect(documents.length).toBeGreaterThan(10);
});

test.each(documents)("%s", (document) => {
	const targets = [...prose(join(root, document)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? "");
	const local = targets.filter((target) => !/^[a-z]+:/.test(target));
	expect(local.filter((target) => isBroken(document, target))).toEqual([]);
});
