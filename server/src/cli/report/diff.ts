/** What fixes would change, as a unified diff that `patch` and `git apply` take. */
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import type { Colors } from "../terminal";

export function renderDiff(name: string, before: string, after: string, colors: Colors): string {
	const patch = createTwoFilesPatch(name, name, before, after, undefined, undefined, {
		context: 3,
		headerOptions: FILE_HEADERS_ONLY,
	});
	return patch
		.split("\n")
		.map((line) => paint(line, colors))
		.join("\n");
}

function paint(line: string, colors: Colors): string {
	if (line.startsWith("---") || line.startsWith("+++")) return colors.bold(line);
	if (line.startsWith("@@")) return colors.cyan(line);
	if (line.startsWith("-")) return colors.red(line);
	return line.startsWith("+") ? colors.green(line) : line;
}
