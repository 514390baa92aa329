// The registered rules, bundled in memory: they are written in TypeScript.
import esbuild from "esbuild";

/**
 * @param {string} root the checkout
 * @returns {Promise<readonly { meta: Record<string, unknown> }[]>} sorted by code
 */
export async function loadRules(root) {
	const { outputFiles } = await esbuild.build({
		stdin: { contents: 'export { rules } from "./server/src/rules/registry";', resolveDir: root, loader: "ts" },
		bundle: true,
		format: "esm",
		write: false,
	});
	const bundle = Buffer.from(outputFiles[0].contents).toString("base64");
	const { rules } = await import(`data:text/javascript;base64,${bundle}`);
	return [...rules].sort((a, b) => (a.meta.code < b.meta.code ? -1 : 1));
}
