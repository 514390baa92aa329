/** Sets of versions, as far as bounds can say them; where they cannot, the larger set. */
import { compareVersions, isPrerelease, releaseOf, type VersionRange } from "../../rules/versions";

export const anyVersion: VersionRange = {};

/** Undefined when they have no version in common. */
export function intersect(a: VersionRange, b: VersionRange): VersionRange | undefined {
	if (a.exact !== undefined) return contains(b, a.exact) ? a : undefined;
	if (b.exact !== undefined) return intersect(b, a);
	const min = later(a.min, b.min);
	const max = earlier(a.max, b.max);
	return min !== undefined && max !== undefined && compareVersions(min, max) >= 0 ? undefined : { min, max };
}

/** The smallest range that holds both. */
export function hull(a: VersionRange, b: VersionRange): VersionRange {
	if (a.exact !== undefined && b.exact !== undefined && compareVersions(a.exact, b.exact) === 0) return a;
	const [mins, maxes] = [
		[a, b].map((range) => range.exact ?? range.min),
		[a, b].map((range) => (range.exact === undefined ? range.max : after(range.exact))),
	];
	return {
		min: mins.includes(undefined) ? undefined : mins.reduce(earlier),
		max: maxes.includes(undefined) ? undefined : maxes.reduce(later),
	};
}

export function contains(range: VersionRange, version: string): boolean {
	if (range.exact !== undefined) return compareVersions(range.exact, version) === 0;
	if (range.min !== undefined && compareVersions(version, range.min) < 0) return false;
	return range.max === undefined || compareVersions(version, range.max) < 0;
}

/** A bound behind a version and its post-releases, and before whatever release comes next. */
export function after(version: string): string {
	const release = releaseOf(version).join(".");
	return isPrerelease(version) ? release : `${release}.1`;
}

/** 0.14 of 0.13.2 when the second of its numbers goes up: `raise("0.13.2", 1)`. */
export function raise(version: string, position: number): string {
	const numbers = releaseOf(version).slice(0, position + 1);
	while (numbers.length <= position) numbers.push(0);
	return numbers.map((number, index) => (index === position ? number + 1 : number)).join(".");
}

function later(a: string | undefined, b: string | undefined): string | undefined {
	if (a === undefined || b === undefined) return a ?? b;
	return compareVersions(a, b) >= 0 ? a : b;
}

function earlier(a: string | undefined, b: string | undefined): string | undefined {
	if (a === undefined || b === undefined) return a ?? b;
	return compareVersions(a, b) <= 0 ? a : b;
}
