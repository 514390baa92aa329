/** Restart and crash: the findings come back without a reload. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { suite, test } from "mocha";
import * as vscode from "vscode";
import { maxCrashes } from "../../../client/src/crashes";
import { open, until, untilCodes } from "./support";

suite("the server", () => {
	test("is started anew by the command", async () => {
		const { document } = await open("wrong_load.py");
		await untilCodes(document, ["PEFT001"]);
		const before = serverProcesses();
		assert.equal(before.length, 1, "one server runs");
		// Two at once: the second must not start a server of its own.
		await Promise.all([1, 2].map(() => vscode.commands.executeCommand("peftLint.restart")));
		await until("one new server", serverProcesses, (now) => now.length === 1 && now[0] !== before[0]);
		await untilCodes(document, ["PEFT001"]);
	});

	test("comes back after a crash", async () => {
		const { document, editor } = await open("wrong_load.py");
		await untilCodes(document, ["PEFT001"]);
		const [pid] = serverProcesses();
		assert.ok(pid);
		process.kill(pid, "SIGKILL");
		await until("a new server", serverProcesses, (now) => now.length === 1 && now[0] !== pid);
		await untilCodes(document, ["PEFT001"]);
		// The new server follows edits, too.
		await editor.edit((edit) => edit.insert(new vscode.Position(17, 0), "model = Linear()\n"));
		await untilCodes(document, []);
	});

	test("is given up when it crashes again and again, until the command", async () => {
		const { document } = await open("wrong_load.py");
		for (let crashes = 0; ; crashes++) {
			const pid = await serverWithin(8000);
			if (pid === undefined) break;
			assert.ok(crashes <= maxCrashes, "it is started again without end");
			process.kill(pid, "SIGKILL");
			await until("its end", serverProcesses, (now) => !now.includes(pid));
		}
		await vscode.commands.executeCommand("peftLint.restart");
		await untilCodes(document, ["PEFT001"]);
	});
});

/** The server's process id, or undefined when none runs within that many milliseconds. */
async function serverWithin(milliseconds: number): Promise<number | undefined> {
	for (const end = Date.now() + milliseconds; Date.now() < end; ) {
		const [pid] = serverProcesses();
		if (pid !== undefined) return pid;
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	return undefined;
}

/** Process ids of this extension host's language servers. Linux. */
function serverProcesses(): number[] {
	return readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.map(Number)
		.filter((pid) => isServer(pid));
}

function isServer(pid: number): boolean {
	try {
		// The name of the program is in parentheses and may hold anything; the parent is the second field after it.
		const afterName = readFileSync(`/proc/${pid}/stat`, "utf8")
			.replace(/^.*\) /s, "")
			.split(" ");
		const [state, parent] = afterName;
		const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
		return state !== "Z" && parent === String(process.pid) && command.includes("server/dist/main.js");
	} catch {
		// It ended while we looked.
		return false;
	}
}
