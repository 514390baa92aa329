/** Entry of the command line. */
import { check } from "./check/check";
import { explain } from "./commands/explain";
import { graph } from "./commands/graph";
import { listRules } from "./commands/rules";
import { serve } from "./commands/server";
import { ExitCode } from "./exit-code";
import { createEngine } from "./lint";
import { type Actions, runProgram } from "./program";
import { createTerminal, fail, tolerateClosedPipes } from "./terminal";

const actions: Actions = {
	check: async (options, terminal) => check(options, await createEngine(), terminal),
	explain,
	rules: listRules,
	graph: async (file, stdinFilename, terminal) => graph(file, stdinFilename, await createEngine(), terminal),
	server: serve,
};

async function main(): Promise<void> {
	tolerateClosedPipes();
	try {
		// Not process.exit: what is still on its way to a pipe would be lost.
		process.exitCode = await runProgram(process.argv.slice(2), {
			actions,
			createTerminal,
			workingDirectory: process.cwd(),
		});
	} catch (error) {
		fail(createTerminal(undefined), error instanceof Error ? error.message : String(error));
		process.exitCode = ExitCode.error;
	}
}

void main();
