/** The committed list of findings, and how what is found now differs from it. */
import type { Finding } from "./check.mts";
import type { ListedFinding, Revision } from "./manifest.mts";

export interface Difference {
	readonly added: readonly ListedFinding[];
	readonly gone: readonly ListedFinding[];
}

/** The listed form of what was found now; what was said of it before is kept. */
export function listFindings(
	revision: Revision,
	findings: readonly Finding[],
	before: readonly ListedFinding[],
): ListedFinding[] {
	const known = new Map(before.map((finding) => [key(finding), finding]));
	return findings.map(({ path, line, code, severity }) => {
		const { repository, commit } = revision;
		const finding = { repository, commit, path, line, code, severity, verdict: "unread", why: "" };
		const { verdict, why } = known.get(key(finding)) ?? finding;
		return { ...finding, verdict, why };
	});
}

export function difference(before: readonly ListedFinding[], now: readonly ListedFinding[]): Difference {
	return { added: without(now, before), gone: without(before, now) };
}

export function sorted(findings: readonly ListedFinding[]): ListedFinding[] {
	return [...findings].sort((a, b) => compare(a, b));
}

/** Where a person sees it. GitHub has no address for the lines of a notebook. */
export function link({ repository, commit }: Revision, path: string, line = ""): string {
	const encoded = path.split("/").map(encodeURIComponent).join("/");
	return `https://github.com/${repository}/blob/${commit}/${encoded}${/^\d+$/.test(line) ? `#L${line}` : ""}`;
}

/** Those of `findings` that are not among `others`; two on one line are two. */
function without(findings: readonly ListedFinding[], others: readonly ListedFinding[]): ListedFinding[] {
	const left = new Map<string, number>();
	for (const other of others) left.set(identity(other), (left.get(identity(other)) ?? 0) + 1);
	return findings.filter((finding) => {
		const count = left.get(identity(finding)) ?? 0;
		left.set(identity(finding), count - 1);
		return count <= 0;
	});
}

function identity(finding: ListedFinding): string {
	return `${key(finding)}\t${finding.severity}`;
}

function key({ repository, commit, path, line, code }: ListedFinding): string {
	return [repository, commit, path, line, code].join("\t");
}

function compare(a: ListedFinding, b: ListedFinding): number {
	const texts = (["repository", "commit", "path"] as const).map((column) => order(a[column], b[column]));
	const places = placeOf(a.line).map((number, index) => number - (placeOf(b.line)[index] ?? 0));
	return [...texts, ...places, order(a.code, b.code)].find((difference) => difference !== 0) ?? 0;
}

function order(a: string, b: string): number {
	return a < b ? -1 : Number(a > b);
}

/** Cell, if any, and line. */
function placeOf(line: string): readonly [number, number] {
	const { cell = "0", row = "0" } = /^(?:cell (?<cell>\d+):)?(?<row>\d+)$/.exec(line)?.groups ?? {};
	return [Number(cell), Number(row)];
}
