/** The package has a CommonJS build, but types for its ES module alone, which TypeScript lets no CommonJS file import. */
declare module "smol-toml" {
	/** Throws on a text that is no TOML. */
	export function parse(text: string): Record<string, unknown>;
}
