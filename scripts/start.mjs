// `npm start`: shows what the checker says about the example scripts. Findings are the point here, so they are no failure.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";

const root = dirname(import.meta.dirname);
const { status } = spawnSync(process.execPath, [join(root, "server/dist/cli.js"), "check", "examples"], {
	cwd: root,
	stdio: "inherit",
});
const foundSomething = 1;
process.exitCode = status === foundSomething ? 0 : (status ?? 2);
