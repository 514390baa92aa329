/** The files that say something of versions, by their names. */
import { readCondaLock, readPipfileLock, readTomlLock } from "./locks";
import { readEnvironment, readPipfile, readPyproject, readSetupCfg } from "./manifests";
import type { Mention } from "./mentions";
import { type Requirements, readRequirements } from "./requirements";

export interface Format {
	readonly name: RegExp;
	/** Written by a tool: the versions that it chose, and not those that will do. */
	readonly isLock: boolean;
	/** Longest text that is read, in UTF-16 code units: what is parsed in a moment. */
	readonly maxLength: number;
	/** Throws on a text that is broken. */
	readonly read: (text: string) => Requirements;
}

const YAML = 50_000;
const WRITTEN = 500_000;
const LOCK = 10_000_000;

export const requirementsFormat: Format = {
	name: /^requirements.*\.txt$/i,
	isLock: false,
	maxLength: WRITTEN,
	read: readRequirements,
};

const formats: readonly Format[] = [
	{ name: /^pyproject\.toml$/, isLock: false, maxLength: WRITTEN, read: alone(readPyproject) },
	requirementsFormat,
	{ name: /^environment.*\.ya?ml$/i, isLock: false, maxLength: YAML, read: readEnvironment },
	{ name: /^Pipfile$/, isLock: false, maxLength: WRITTEN, read: alone(readPipfile) },
	{ name: /^setup\.cfg$/, isLock: false, maxLength: WRITTEN, read: alone(readSetupCfg) },
	{ name: /^(?:uv|poetry|pdm)\.lock$/, isLock: true, maxLength: LOCK, read: alone(readTomlLock) },
	{ name: /^pylock(?:\.[^.]+)?\.toml$/, isLock: true, maxLength: LOCK, read: alone(readTomlLock) },
	{ name: /^Pipfile\.lock$/, isLock: true, maxLength: LOCK, read: alone(readPipfileLock) },
	{ name: /^(?:.+\.)?conda-lock\.ya?ml$/, isLock: true, maxLength: LOCK, read: alone(readCondaLock) },
];

export function formatOf(name: string): Format | undefined {
	return formats.find((format) => format.name.test(name));
}

/** Glob patterns of LSP for everything that is read; a change of one may change every answer. */
export const watchedPatterns: readonly string[] = [
	"**/{pyproject,pylock,pylock.*}.toml",
	"**/{requirements,constraints}*.txt",
	"**/{environment*,conda-lock,*.conda-lock}.{yml,yaml}",
	"**/{Pipfile,Pipfile.lock,setup.cfg,uv.lock,poetry.lock,pdm.lock}",
	"**/{.venv,venv,env}/**/*.dist-info",
];

function alone(read: (text: string) => readonly Mention[]): Format["read"] {
	return (text) => ({ mentions: read(text), includes: [] });
}
