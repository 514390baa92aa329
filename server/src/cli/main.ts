/** Entry of the command line. */
import { check } from "./check/check";
import { explain } from "./commands/explain";
import { graph } from "./commands/graph";
import { listRules } from "./commands/rules";
import { serve } from "./commands/server";
import { ExitCode } from "./exit-code";
import { createEngine, type Engine } from "./lint";
import { type Actions, runProgram } from "./program";
import { displayPath } from "./report/text";
import { createTerminal, fail, printable, type Terminal, tolerateClosedPipes } from "./terminal";

const actions: Actions = {
	check: async (options, terminal) => check(options, await engineFor(terminal, undefined, options.verbose), terminal),
	explain,
	rules: listRules,
	graph: async (file, stdinFilename, terminal) =>
		graph(file, stdinFilename, await engineFor(terminal, (path) => displayPath(path, process.cwd())), terminal),
	server: serve,
};

function engineFor(terminal: Terminal, nameOf = (path: string) => path, verbose = false): Promise<Engine> {
	const onFault = (error: unknown) => {
		const detail = error instanceof Error ? error.message : String(error);
		fail(terminal, `an imported file could not be parsed, please report it: ${detail}`);
	};
	const log = (message: string) => (verbose ? terminal.err(`${printable(message)}\n`) : undefined);
	return createEngine({ nameOf, onFault, log });
}

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
