/** `peft-lint explain`: a rule's page. */
import { findRule, rules } from "../../rules/registry";
import { ExitCode } from "../exit-code";
import type { Locale } from "../program";
import { fail, type Terminal } from "../terminal";

const PAGE_NAMES: Readonly<Record<Locale, string>> = { en: "doc", "zh-cn": "doc.zh-cn" };

export function explain(name: string, locale: Locale, terminal: Terminal): ExitCode {
	const rule = findRule(name);
	if (rule === undefined) {
		fail(terminal, `there is no rule "${name}"; there are ${rules.map((known) => known.meta.code).join(", ")}`);
		return ExitCode.error;
	}
	const page = pageOf(`${rule.meta.code}-${rule.meta.name}`, PAGE_NAMES[locale]);
	terminal.out(`# ${rule.meta.name} (${rule.meta.code})\n\n${page.trim()}\n`);
	return ExitCode.clean;
}

/** The bundler turns the pattern into a table of every rule's pages. */
function pageOf(folder: string, page: string): string {
	return require(`../../rules/${folder}/${page}.md`);
}
