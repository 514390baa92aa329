/** What the manifest promises is kept elsewhere: translations, README, changelog, versions, server. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseSettings } from "../../server/src/workspace/settings";

const root = join(__dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const readJson = (path: string): unknown => JSON.parse(read(path));

interface Manifest {
	readonly version: string;
	readonly engines: { readonly vscode: string };
	readonly contributes: {
		readonly commands: readonly { readonly command: string }[];
		readonly configuration: { readonly properties: Readonly<Record<string, { readonly default: unknown }>> };
	};
}

const manifest = readJson("package.json") as Manifest;
const texts = readJson("package.nls.json") as Readonly<Record<string, string>>;
const settings = Object.keys(manifest.contributes.configuration.properties);

test("each text of the manifest exists, and each existing text is used", () => {
	const used = [...read("package.json").matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key);
	expect([...new Set(used)].sort()).toEqual(Object.keys(texts).sort());
});

test("each text of the manifest is translated", () => {
	const translated = readJson("package.nls.zh-cn.json") as object;
	expect(Object.keys(translated)).toEqual(Object.keys(texts));
});

test("each text of the client is translated", () => {
	const sources = globSync("client/src/**/*.ts", { cwd: root }).map(read).join("\n");
	const used = [...sources.matchAll(/l10n\.t\(\s*"([^"]+)"/g)].map(([, text]) => text);
	const translated = readJson("client/l10n/bundle.l10n.zh-cn.json") as object;
	expect(Object.keys(translated).sort()).toEqual([...new Set(used)].sort());
});

test("the server takes the default of each setting without a complaint", () => {
	const defaults = Object.entries(manifest.contributes.configuration.properties).map(
		([key, property]) => [key.replace("peftLint.", "").split(".")[0], property.default] as const,
	);
	expect(parseSettings(Object.fromEntries(defaults)).problems).toEqual([]);
});

test("the README tells of every setting and no other", () => {
	const told = [...read("README.md").matchAll(/`(peftLint\.[\w.]+)`/g)].map(([, key]) => key ?? "");
	const commands = manifest.contributes.commands.map(({ command }) => command);
	expect([...new Set(told)].filter((key) => !commands.includes(key)).sort()).toEqual([...settings].sort());
});

test("one version everywhere, and the changelog begins with it", () => {
	const { version } = manifest;
	for (const path of ["client/package.json", "server/package.json"]) expect(readJson(path)).toMatchObject({ version });
	const [, newest] = /^## \[?(\d+\.\d+\.\d+)/m.exec(read("CHANGELOG.md")) ?? [];
	expect(newest).toBe(version);
});

test("the oldest VS Code of the suites is the oldest that the manifest claims", async () => {
	const { oldest } = await import("../vscode/host/versions.mts");
	const [major, minor] = oldest.vscode.split(".");
	expect(manifest.engines.vscode).toBe(`^${major}.${minor}.0`);
	expect(readJson("node_modules/@types/vscode/package.json")).toMatchObject({
		version: expect.stringMatching(new RegExp(`^${major}\\.${minor}\\.`)),
	});
});

test("the files that the manifest names exist", () => {
	const paths = [...read("package.json").matchAll(/"\.\/((?:syntaxes|snippets|media)\/[^"]+)"/g)].map(
		([, path]) => path ?? "",
	);
	expect(paths.length).toBeGreaterThan(0);
	expect([...paths, "media/icon.png"].filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
