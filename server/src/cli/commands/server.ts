/** `peft-lint server`: the language server on standard input and output. */
import { ExitCode } from "../exit-code";

/** Returns once the server listens; it ends the process itself, when its client says so or is gone. */
export async function serve(): Promise<ExitCode> {
	// The protocol's library reads the transport from the arguments, where it has no default.
	if (!process.argv.includes("--stdio")) process.argv.push("--stdio");
	// Loaded on demand: the other commands start faster without the protocol's library.
	const { serveOnNode } = require("../../lsp/serve-node") as typeof import("../../lsp/serve-node");
	serveOnNode();
	return ExitCode.clean;
}
