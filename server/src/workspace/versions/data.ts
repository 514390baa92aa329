/** Looking into what a parser of TOML, JSON or YAML returned. */

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
