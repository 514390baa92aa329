/** `peft-lint rules`: every rule in one table. */
import { rules } from "../../rules/registry";
import { ExitCode } from "../exit-code";
import type { Format } from "../program";
import { paintSeverity } from "../report/text";
import type { Terminal } from "../terminal";

export function listRules(format: Format, terminal: Terminal): ExitCode {
	terminal.out(format === "json" ? asJson() : asTable(terminal));
	return ExitCode.clean;
}

function asJson(): string {
	return `${JSON.stringify(
		rules.map((rule) => rule.meta),
		undefined,
		2,
	)}\n`;
}

function asTable({ outColors: colors }: Terminal): string {
	const metas = rules.map((rule) => rule.meta);
	const widest = (cells: readonly string[]): number => Math.max(...cells.map((cell) => cell.length));
	const name = widest(metas.map((meta) => meta.name));
	const severity = widest(metas.map((meta) => meta.severity));
	const fix = widest(metas.map((meta) => meta.fix));
	return metas
		.map((meta) => {
			const loud = paintSeverity(meta.severity, colors)(meta.severity.padEnd(severity));
			const preview = meta.preview ? " (preview)" : "";
			return `${colors.bold(meta.code)}  ${meta.name.padEnd(name)}  ${loud}  ${meta.fix.padEnd(fix)}  ${meta.summary}${preview}\n`;
		})
		.join("");
}
