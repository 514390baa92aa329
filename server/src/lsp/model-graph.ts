/** `peft-lint/modelGraph`: what the analysis knows of a file's models, as text. */
import type { CancellationToken, Connection } from "vscode-languageserver";
import { dumpGraph } from "../analysis/dump";
import { askLatest } from "./requests";
import type { GetSession } from "./session";

/** `{ textDocument: { uri } }` → string. */
export const modelGraphMethod = "peft-lint/modelGraph";

export function registerModelGraph(connection: Connection, session: GetSession): void {
	connection.onRequest(modelGraphMethod, (params: unknown, token: CancellationToken) =>
		askLatest(session(), params, token, "", ({ document }) => dumpGraph(document.analysis().graph)),
	);
}
