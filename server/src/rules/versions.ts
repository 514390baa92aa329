/** Versions of the libraries that a program runs with, and for which of them a claim holds. PEP 440, as far as needed. */

export const packageNames = ["peft", "transformers", "trl", "accelerate", "torch"] as const;
export type PackageName = (typeof packageNames)[number];

/** What is known of one library's version: the one, or bounds. Nothing at all means the latest. */
export interface VersionRange {
	readonly exact?: string | undefined;
	/** The first that it can be. */
	readonly min?: string | undefined;
	/** The first that it cannot be any more. */
	readonly max?: string | undefined;
}

/** By library; one that is absent is unknown, and that means the latest. */
export type Versions = Readonly<Partial<Record<PackageName, VersionRange>>>;

/** Versions of one library for which something is true. */
export interface VersionSpan {
	/** The first; undefined: from the beginning. */
	readonly since?: string | undefined;
	/** The first for which it is not true any more; undefined: up to the latest. */
	readonly until?: string | undefined;
}

/** For which versions a claim holds: inside of every span. */
export type Holds = Readonly<Partial<Record<PackageName, VersionSpan>>>;

/** What people see at run time from one version of PEFT on, until the one where the next row begins. */
export interface SeenRow {
	readonly since: string | undefined;
	/** The beginnings of the warnings of the call itself; empty: it says nothing. */
	readonly warns: readonly string[];
	/** The same, where the checkpoint that is saved afterwards is loaded. */
	readonly reload?: readonly string[] | undefined;
}

/** Rows by version, oldest first. */
export type SeenByVersion = readonly SeenRow[];

export interface SeenSpan extends VersionSpan {
	readonly row: SeenRow;
}

/** yes: for every version that it can be. assumed: no version is known, and it holds for the latest. */
export function holdsFor(holds: Holds, versions: Versions): "yes" | "assumed" | "no" {
	let answer: "yes" | "assumed" = "yes";
	for (const name of packageNames) {
		const span = holds[name];
		if (span === undefined) continue;
		const range = versions[name];
		if (!isBounded(range)) {
			if (span.until !== undefined) return "no";
			answer = "assumed";
		} else if (!isInside(range, span)) return "no";
	}
	return answer;
}

/** True where the files say anything that narrows the version. */
export function isBounded(range: VersionRange | undefined): range is VersionRange {
	return range !== undefined && (range.exact ?? range.min ?? range.max) !== undefined;
}

/** The rows that a version can fall into, oldest first; of an unknown version, the latest. */
export function rowsFor(rows: SeenByVersion, range: VersionRange | undefined): readonly SeenSpan[] {
	const spans = rows.map((row, index) => ({ row, since: row.since, until: rows[index + 1]?.since }));
	return isBounded(range) ? spans.filter((span) => meet(range, span)) : spans.slice(-1);
}

function isInside(range: VersionRange, { since, until }: VersionSpan): boolean {
	const first = range.exact ?? range.min;
	if (since !== undefined && (first === undefined || compareVersions(first, since) < 0)) return false;
	if (until === undefined) return true;
	if (range.exact !== undefined) return compareVersions(range.exact, until) < 0;
	return range.max !== undefined && compareVersions(range.max, until) <= 0;
}

function meet(range: VersionRange, { since, until }: VersionSpan): boolean {
	const first = range.exact ?? range.min;
	if (until !== undefined && first !== undefined && compareVersions(first, until) >= 0) return false;
	if (since === undefined) return true;
	if (range.exact !== undefined) return compareVersions(range.exact, since) >= 0;
	return range.max === undefined || compareVersions(range.max, since) > 0;
}

/** Order of versions by PEP 440; local parts (`+cu118`) do not count. What is no version comes before all others. */
export function compareVersions(a: string, b: string): number {
	const left = readVersion(a);
	const right = readVersion(b);
	if (left === undefined || right === undefined) return Number(left !== undefined) - Number(right !== undefined);
	return (
		compareNumbers([left.epoch, ...left.release], [right.epoch, ...right.release]) ||
		compareNumbers(left.rest, right.rest)
	);
}

export function isVersion(text: string): boolean {
	return readVersion(text) !== undefined;
}

/** The numbers between the dots: 0.14.1 of 0.14.1rc2.dev0. Empty for what is no version. */
export function releaseOf(version: string): readonly number[] {
	return readVersion(version)?.release ?? [];
}

/** True for alpha, beta, release candidate and development versions. */
export function isPrerelease(version: string): boolean {
	const rest = readVersion(version)?.rest;
	return rest !== undefined && compareNumbers(rest, FINAL) < 0;
}

interface Version {
	readonly epoch: number;
	readonly release: readonly number[];
	/** Kind and number of the pre-release, the post-release, the development release. */
	readonly rest: readonly [pre: number, preNumber: number, post: number, dev: number];
}

const FINAL: Version["rest"] = [3, 0, -1, Number.POSITIVE_INFINITY];

const VERSION =
	/^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(alpha|a|beta|b|preview|pre|rc|c)[-_.]?(\d*))?(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d*))?(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?$/i;

function readVersion(text: string): Version | undefined {
	const match = VERSION.exec(text.trim());
	if (match === null) return undefined;
	const [, epoch, release = "", pre, preNumber, implicitPost, post, postNumber, dev, devNumber] = match;
	const hasPost = implicitPost !== undefined || post !== undefined;
	const kind = pre === undefined ? (dev !== undefined && !hasPost ? -1 : 3) : kindOf(pre);
	return {
		epoch: Number(epoch ?? 0),
		release: release.split(".").map(Number),
		rest: [
			kind,
			Number(preNumber ?? 0),
			hasPost ? Number(implicitPost ?? postNumber ?? 0) : -1,
			dev === undefined ? Number.POSITIVE_INFINITY : Number(devNumber ?? 0),
		],
	};
}

function kindOf(pre: string): number {
	const letter = pre.toLowerCase().charAt(0);
	if (letter === "a") return 0;
	return letter === "b" ? 1 : 2;
}

/** The shorter one is filled up with zeros: 0.14 is 0.14.0. */
function compareNumbers(a: readonly number[], b: readonly number[]): number {
	for (let index = 0; index < Math.max(a.length, b.length); index++) {
		const [left, right] = [a[index] ?? 0, b[index] ?? 0];
		if (left !== right) return left < right ? -1 : 1;
	}
	return 0;
}
