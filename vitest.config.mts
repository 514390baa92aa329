import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: ["server/src/**/*.test.ts", "client/src/**/*.test.ts", "test/**/*.test.ts"],
		// The suites that run inside VS Code have their own runner.
		exclude: ["**/node_modules/**", "test/vscode/suite/**"],
		// A cold WASM start or a child process on a loaded machine is slow, not wrong.
		testTimeout: 60_000,
		hookTimeout: 60_000,
	},
});
