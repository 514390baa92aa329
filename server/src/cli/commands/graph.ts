/** `peft-lint graph`: the model graph of one file as text. */
import { dumpGraph } from "../../analysis/dump";
import { readNamed, subjectOf } from "../check/targets";
import { ExitCode } from "../exit-code";
import type { Engine } from "../lint";
import { fail, printable, type Terminal } from "../terminal";

export async function graph(
	file: string,
	stdinFilename: string | undefined,
	engine: Engine,
	terminal: Terminal,
): Promise<ExitCode> {
	const target = await readNamed(file, { stdinFilename, workingDirectory: process.cwd() });
	if (target.kind !== "source") {
		fail(terminal, `${file}: ${target.reason}`);
		return ExitCode.error;
	}
	const name = file === "-" ? target.source.name : file;
	const opened = await engine.open({ ...subjectOf(target.source), name });
	const found = opened.graph();
	if (found.cores.length === 0) terminal.err(`${printable(name)}: no model was found\n`);
	else terminal.out(dumpGraph(found));
	return ExitCode.clean;
}
