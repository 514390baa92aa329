// `npm run docs`: writes the pages of the rules (docs/rules/) from their folders, and the generated tables of the READMEs:
// the rules from their metadata, the settings from the extension's manifest. `npm run docs -- --check` writes nothing
// and exits 1 when something is not up to date.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadRules } from "./docs/load-rules.mjs";
import { fillMarkers, languages, renderIndex, renderPage, rulesTable, settingsTable } from "./docs/render.mjs";

const root = dirname(import.meta.dirname);
const rulesFolder = join(root, "server", "src", "rules");
const pagesFolder = join(root, "docs", "rules");
const isCheck = process.argv.includes("--check");

function read(path) {
	return readFileSync(path, "utf8").replaceAll("\r\n", "\n");
}

function readJson(name) {
	return JSON.parse(read(join(root, name)));
}

/** Path → text of everything that is generated. */
function generate(rules) {
	const files = new Map();
	const properties = readJson("package.json").contributes.configuration.properties;
	for (const language of languages) {
		const sources = rules.map(({ meta }) => {
			const folder = `${meta.code}-${meta.name}`;
			return { meta, folder, doc: read(join(rulesFolder, folder, `doc${language.suffix}.md`)) };
		});
		for (const source of sources)
			files.set(join(pagesFolder, `${source.folder}${language.suffix}.md`), renderPage(source, language));
		files.set(join(pagesFolder, `README${language.suffix}.md`), renderIndex(sources, language));
		const readme = join(root, `README${language.suffix}.md`);
		const texts = readJson(`package.nls${language.nls}.json`);
		files.set(
			readme,
			fillMarkers(read(readme), {
				rules: rulesTable(sources, language, "docs/rules/"),
				settings: settingsTable(properties, texts, language),
			}),
		);
	}
	return files;
}

/** Pages of rules that are no more. */
function orphans(files) {
	if (!existsSync(pagesFolder)) return [];
	return readdirSync(pagesFolder)
		.map((name) => join(pagesFolder, name))
		.filter((path) => !files.has(path));
}

const files = generate(await loadRules(root));
const stale = [...files].filter(([path, text]) => !existsSync(path) || read(path) !== text);
const left = orphans(files);
if (isCheck) {
	for (const [path] of stale) console.error(`not up to date: ${path}`);
	for (const path of left) console.error(`belongs to no rule: ${path}`);
	if (stale.length + left.length > 0) {
		console.error('Run "npm run docs".');
		process.exitCode = 1;
	}
} else {
	mkdirSync(pagesFolder, { recursive: true });
	for (const [path, text] of stale) writeFileSync(path, text);
	for (const path of left) rmSync(path);
}
