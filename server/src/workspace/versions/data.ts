/** Looking into what a parser of TOML, JSON or YAML returned. */
import { parse } from "yaml";

export type Table = Readonly<Record<string, unknown>>;

export function isTable(value: unknown): value is Table {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What is there under these keys; empty where it is no table. */
export function tableAt(value: unknown, ...keys: readonly string[]): Table {
	const found = keys.reduce<unknown>((at, key) => (isTable(at) ? at[key] : undefined), value);
	return isTable(found) ? found : {};
}

export function listOf(value: unknown): readonly unknown[] {
	return Array.isArray(value) ? value : [];
}

export function stringsOf(value: unknown): readonly string[] {
	return listOf(value).filter((item) => typeof item === "string");
}

/**
 * Every scalar is a string: 0.10 is no number. Throws on a text that is no YAML, and on one with aliases, which can make
 * much of little.
 */
export function parseYaml(text: string): unknown {
	// Warnings would be printed.
	return parse(text, { schema: "failsafe", maxAliasCount: 0, logLevel: "error" });
}
