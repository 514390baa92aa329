/** `peft-lint graph`: the model graph of one file as text. */
import { dumpGraph } from "../../analysis/dump";
import { readNamed } from "../check/targets";
import { ExitCode } from "../exit-code";
import type { Engine } from "../lint";
import { fail, type Terminal } from "../terminal";

export function graph(file: string, stdinFilename: string | undefined, engine: Engine, terminal: Terminal): ExitCode {
	const target = readNamed(file, { stdinFilename, workingDirectory: process.cwd() });
	if (target.kind !== "source") {
		fail(terminal, `${file}: ${target.reason}`);
		return ExitCode.error;
	}
	const name = file === "-" ? target.source.name : file;
	terminal.out(dumpGraph(engine.graph(name, target.source.text).graph));
	return ExitCode.clean;
}
