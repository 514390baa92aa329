/** Entry of the language server's own bundle. */
import { serveOnNode } from "../lsp/serve-node";

try {
	serveOnNode();
} catch (error) {
	process.stderr.write(`peft-lint: ${error instanceof Error ? error.message : String(error)}\n`);
	process.exitCode = 2;
}
