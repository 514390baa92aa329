/** How often each rule spoke, most often first. */
import type { FileResult } from "../check/result";
import type { Colors } from "../terminal";

export function renderStatistics(files: readonly FileResult[], colors: Colors): string {
	const counts = new Map<string, { readonly code: string; readonly name: string; readonly count: number }>();
	for (const { finding } of files.flatMap((file) => file.findings)) {
		const { code, name } = finding;
		counts.set(code, { code, name, count: (counts.get(code)?.count ?? 0) + 1 });
	}
	const rows = [...counts.values()].sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
	const width = String(rows[0]?.count ?? 0).length;
	return rows
		.map(({ code, name, count }) => `${String(count).padStart(width)}  ${colors.bold(code)}  ${name}\n`)
		.join("");
}
