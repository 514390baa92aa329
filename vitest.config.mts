import { defineConfig } from "vitest/config";

/** These need what `npm run package` makes. */
const packageTests = "test/package/**/*.test.ts";

const shared = {
	// A cold WASM start or a child process on a loaded machine is slow, not wrong.
	testTimeout: 60_000,
	hookTimeout: 60_000,
};

export default defineConfig({
	test: {
		projects: [
			{
				test: {
					...shared,
					name: "unit",
					include: ["server/src/**/*.test.ts", "client/src/**/*.test.ts", "test/**/*.test.ts"],
					exclude: [packageTests],
				},
			},
			{ test: { ...shared, name: "package", include: [packageTests] } },
		],
	},
});
