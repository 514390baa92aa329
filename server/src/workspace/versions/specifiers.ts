/** The ways in which files say which versions will do: PEP 440's, Poetry's and conda's. Undefined: not understood. */
import { isVersion, releaseOf, type VersionRange } from "../../rules/versions";
import { after, anyVersion, hull, intersect, raise } from "./ranges";

/** `>=0.12,<0.15`, `~=0.13.2`, `==0.13.*`; empty is any version. */
export function rangeOfSpecifiers(text: string): VersionRange | undefined {
	return allOf(text, oneSpecifier);
}

/** Poetry's: also `^0.13.2`, `~0.13`, `0.13.*`, a bare version (that very one), and `||`. */
export function rangeOfPoetry(text: string): VersionRange | undefined {
	return anyOf(text, (alternative) => allOf(alternative.replace(/([\d*])\s+(?=[<>=!~^])/g, "$1,"), onePoetry));
}

/** conda's: `=0.13` is 0.13.*, `==0.13.2` that very one; alternatives are parted by `|`. */
export function rangeOfConda(text: string): VersionRange | undefined {
	return anyOf(text, (alternative) => allOf(alternative, oneConda));
}

function anyOf(text: string, read: (alternative: string) => VersionRange | undefined): VersionRange | undefined {
	return text
		.split(/\|\|?/)
		.map(read)
		.reduce((a, b) => a && b && hull(a, b));
}

/** A contradiction is not understood. */
function allOf(text: string, read: (part: string) => VersionRange | undefined): VersionRange | undefined {
	return text
		.split(",")
		.map((part) => part.trim())
		.filter((part) => part !== "")
		.map(read)
		.reduce<VersionRange | undefined>((a, b) => a && b && intersect(a, b), anyVersion);
}

function oneSpecifier(text: string): VersionRange | undefined {
	const [, operator = "", written = ""] = /^(===|~=|==|!=|<=|>=|<|>)\s*(.*)$/.exec(text) ?? [];
	const wild = written.endsWith(".*");
	const version = wild ? written.slice(0, -2) : written;
	if (!isVersion(version)) return undefined;
	if (wild) {
		if (operator === "==") return series(version);
		return operator === "!=" ? anyVersion : undefined;
	}
	switch (operator) {
		case "==":
		case "===":
			return { exact: version };
		case "~=":
			return releaseOf(version).length < 2
				? undefined
				: { min: version, max: raise(version, releaseOf(version).length - 2) };
		case ">=":
		case ">":
			return { min: version };
		case "<":
			return { max: version };
		case "<=":
			return { max: after(version) };
		case "!=":
			return anyVersion;
		default:
			return undefined;
	}
}

function onePoetry(text: string): VersionRange | undefined {
	if (text === "*") return anyVersion;
	const [, sign = "", written = ""] = /^([\^~]?)(?!=)\s*([^<>=!~^].*)$/.exec(text) ?? [];
	if (written === "") return oneSpecifier(text);
	if (written.endsWith(".*")) return oneSpecifier(`==${written}`);
	if (!isVersion(written)) return undefined;
	const release = releaseOf(written);
	switch (sign) {
		case "^": {
			const first = release.findIndex((number) => number !== 0);
			return { min: written, max: raise(written, first === -1 ? release.length - 1 : first) };
		}
		case "~":
			return { min: written, max: raise(written, Math.min(1, release.length - 1)) };
		default:
			return { exact: written };
	}
}

function oneConda(text: string): VersionRange | undefined {
	if (text === "*") return anyVersion;
	const [, sign = "", written = ""] = /^(=?)(?!=)\s*([^<>=!~].*)$/.exec(text) ?? [];
	if (written === "") return oneSpecifier(text);
	const version = written.replace(/\.?\*$/, "");
	if (!isVersion(version)) return undefined;
	return sign === "=" || version !== written ? series(version) : { exact: version };
}

/** Every version that begins so. */
function series(version: string): VersionRange {
	return { min: version, max: raise(version, releaseOf(version).length - 1) };
}
