/** Rule pages and evidence: nothing is missing, both languages tell the same, and what was run is what is claimed. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(__dirname, "../..");
const rules = join(root, "server/src/rules");
const folders = readdirSync(rules).filter((name) => existsSync(join(rules, name, "rule.ts")));

const headings = {
	"doc.md": [
		"What it does",
		"Why is this bad?",
		"What happens at run time, by PEFT version",
		"Bad",
		"Good",
		"Fix safety",
		"When not to use it",
		"References",
	],
	"doc.zh-cn.md": [
		"检查什么",
		"为什么有问题",
		"不同 PEFT 版本运行时的表现",
		"错误示例",
		"正确示例",
		"修复是否安全",
		"何时不适用",
		"参考资料",
	],
} as const;

type PageName = keyof typeof headings;

/** A page without its words: for each section what stands in it, in order; code, links and sizes as they are. */
function skeleton(page: string): unknown[] {
	return page
		.split(/^## .*$/m)
		.slice(1)
		.map((section) => {
			const prose = section.replace(/^```.*?^```$/gms, "");
			return {
				code: [...section.matchAll(/^```([\w ]*)\n(.*?)^```$/gms)].map(([block]) => block),
				items: prose.match(/^- /gm)?.length ?? 0,
				rows: prose.match(/^\|/gm)?.length ?? 0,
				links: [...prose.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target?.replace(".zh-cn.md", ".md")),
			};
		});
}

/** The literal texts of the claims in a script. */
function claimsIn(script: string): string[] {
	return [...script.matchAll(/^@evidence\.claim\("(.*)"\)$/gm)].map(([, text]) => text ?? "");
}

const read = (folder: string, name: string): string => readFileSync(join(rules, folder, name), "utf8");

describe.each(folders)("%s", (folder) => {
	test.each(Object.keys(headings) as PageName[])("%s has the fixed headings", (name) => {
		const found = [...read(folder, name).matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
		expect(found).toEqual(headings[name]);
	});

	test("both languages have the same code, lists, tables and links", () => {
		expect(skeleton(read(folder, "doc.zh-cn.md"))).toEqual(skeleton(read(folder, "doc.md")));
	});

	test("each claim was observed, and nothing else is said to have been", () => {
		const [, section = ""] = readFileSync(join(root, "docs/evidence.md"), "utf8")
			.split(/^(?=## )/m)
			.filter((part) => part.includes(`(rules/${folder}.md)`))
			.flatMap((part) => ["", part]);
		const rows = [...section.matchAll(/^\| (.*) \|$/gm)].map(([, row]) => (row ?? "").split(" | ")).slice(1);
		expect(rows.map(([claim]) => claim)).toEqual(claimsIn(read(folder, "evidence.py")));
		expect(rows.filter((cells) => cells.includes("✗"))).toEqual([]);
	});
});
