/** The examples fire where they say so, and nowhere else. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { cli, root } from "./support/cli";

test("the misuse fires, the right way and both scenarios are silent", async () => {
	const { stdout, code } = await cli(["check", "--output-format=json"], { cwd: join(root, "examples") });
	expect(code).toBe(1);
	expect(JSON.parse(stdout)).toMatchObject([
		{ filename: join(root, "examples/issue_2115.py"), code: "PEFT001", severity: "error", location: { row: 51 } },
		{ filename: join(root, "examples/trainer_best_checkpoint.py"), code: "PEFT001", location: { row: 52 } },
	]);
});
