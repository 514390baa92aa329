/** VS Code calls `run` inside the extension host. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import Mocha from "mocha";
import { reset } from "./support";

/** Which test files, by name and without extension, and where to write the counts. */
const files = (process.env.PEFT_LINT_SUITE_FILES ?? "").split(",");
const resultFile = process.env.PEFT_LINT_SUITE_RESULT;

export function run(): Promise<void> {
	const mocha = new Mocha({ ui: "tdd", timeout: 60_000, retries: 1, color: false, rootHooks: { afterEach: reset } });
	for (const file of files) mocha.addFile(join(__dirname, `${file}.js`));
	return new Promise((resolve, reject) => {
		let passed = 0;
		const runner = mocha.run((failed) => {
			if (resultFile !== undefined) writeFileSync(resultFile, JSON.stringify({ passed, failed }));
			if (failed === 0) resolve();
			else reject(new Error(`${failed} failed`));
		});
		runner.on("pass", () => {
			passed++;
		});
	});
}
