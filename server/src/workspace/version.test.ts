import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { version } from "./version";

test.each(["server/package.json", "package.json"])("the version is that of %s", (path) => {
	const manifest = JSON.parse(readFileSync(join(__dirname, "../../..", path), "utf8"));
	expect(manifest.version).toBe(version);
});
