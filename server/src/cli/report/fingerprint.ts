/** What tells a finding from others in a report that is compared with an earlier one of the same project. */
import { createHash } from "node:crypto";
import type { Finding } from "../../rules/rule";
import type { Spot } from "./spots";

/**
 * The same for the same rule on the same line of code of a file, wherever that line stands; findings that would share one
 * are numbered in order. One function for each report.
 */
export function fingerprints(): (path: string, finding: Finding, spot: Spot) => string {
	const seen = new Map<string, number>();
	return (path, { code }, { text, lines, span }) => {
		const { start, end } = lines.row(lines.locate(span.start).row);
		const print = [path, code, text.slice(start, end).trim()].join("\n");
		const repeated = seen.get(print) ?? 0;
		seen.set(print, repeated + 1);
		return createHash("sha256").update(`${print}\n${repeated}`).digest("hex");
	};
}
