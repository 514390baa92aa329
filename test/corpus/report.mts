/** What a run prints. */
import type { Checked } from "./check.mts";
import { type Difference, link } from "./findings.mts";
import type { Label, ListedFinding, Revision } from "./manifest.mts";
import { type Scored, tally } from "./score.mts";

const nameWidth = 44;
const namedFiles = 12;
const columns = ["files", "seconds", "findings", "true", "false", "unread"];

export const repositoryHeader = row("repository", columns);

/** One line for a revision, and one for each thing that went wrong in it. */
export function renderRevision(
	{ repository }: Revision,
	files: number,
	{ seconds, notes, crashes }: Checked,
	listed: readonly ListedFinding[],
): string {
	const verdicts = ["true", "false", "unread"].map((word) => listed.filter(({ verdict }) => verdict === word).length);
	const cells = [files, seconds.toFixed(1), listed.length, ...verdicts.map((count) => count || "")];
	const trouble = [
		...grouped(crashes).map((line) => `  CRASH ${line}`),
		...grouped(notes).map((line) => `  note  ${line}`),
	];
	return [row(repository, cells.map(String)), ...trouble].join("\n");
}

/** Codes with what was found of their labels, then every label that is not as it should be. */
export function renderLabels(scored: readonly Scored[]): string {
	const codes = [...new Set(scored.map(({ label }) => label.code))].sort();
	const sums = codes.map((code) => `${code}: ${renderTally(scored.filter(({ label }) => label.code === code))}`);
	const notable = scored.flatMap((one) => renderOutcome(one));
	return [...notable, ...sums, `all: ${renderTally(scored)}`].join("\n");
}

export function renderDifference({ added, gone }: Difference): string {
	const line = (sign: string, { code, severity, ...finding }: ListedFinding): string => {
		const place = `${finding.repository} ${finding.path}:${finding.line}`;
		return `${sign} ${place} ${code} ${severity}\n    ${link(finding, finding.path, finding.line)}`;
	};
	const lines = [...added.map((finding) => line("+", finding)), ...gone.map((finding) => line("-", finding))];
	return [...lines, `${added.length} new, ${gone.length} gone`].join("\n");
}

/** What was said of files, once for all that it was said of; the first of them are named. */
function grouped(lines: readonly string[]): string[] {
	const files = new Map<string, Set<string>>();
	for (const line of lines) {
		const [, file = "", message = line] = /^(.*?): (.*)$/.exec(line) ?? [];
		files.set(message, (files.get(message) ?? new Set()).add(file));
	}
	return [...files].map(([message, of]) => {
		const more = of.size > namedFiles ? `, and ${of.size - namedFiles} more` : "";
		return `${message}: ${[...of].slice(0, namedFiles).join(", ")}${more}`;
	});
}

function row(name: string, cells: readonly string[]): string {
	return (name.padEnd(nameWidth) + cells.map((cell) => cell.padStart(9)).join("")).trimEnd();
}

function renderTally(scored: readonly Scored[]): string {
	const { yes, found, withLine, onLine, no, false: falseAlarms } = tally(scored);
	const recall = yes === 0 ? "" : ` = ${(found / yes).toFixed(3)}`;
	const other = (["absent", "no-rule"] as const).flatMap((kind) => {
		const count = scored.filter(({ outcome }) => outcome.kind === kind).length;
		return count === 0 ? [] : [`${count} ${kind === "absent" ? "absent" : "without a rule"}`];
	});
	const parts = [
		`found ${found}/${yes}${recall}`,
		`right line ${onLine}/${withLine}`,
		`false alarms ${falseAlarms}/${no}`,
		...other,
	];
	return parts.join(", ");
}

/** Nothing where all is well. */
function renderOutcome({ label, outcome }: Scored): string[] {
	const about = `${label.code} ${label.id}`;
	const expected = label.lines.length === 0 ? "" : ` at ${label.lines.join(" or ")}`;
	const why = `${label.why}${renderSource(label)}`;
	switch (outcome.kind) {
		case "missed":
			return [`MISSED      ${about}${expected}: ${why}`];
		case "false":
			return [`FALSE ALARM ${about}, reported at ${outcome.lines.join(", ")}: ${why}`];
		case "found":
			if (outcome.onLine || label.lines.length === 0) return [];
			return [`OTHER LINE  ${about}${expected}, reported at ${outcome.lines.join(", ")}: ${why}`];
		case "absent":
			return [`SKIPPED     ${about}: the file is not here`];
		case "quiet":
		case "open":
		case "no-rule":
			return [];
	}
}

function renderSource({ source, lines: [line] }: Label): string {
	return source === undefined ? "" : `\n    ${link(source, source.path, line)}`;
}
