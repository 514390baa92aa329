/** `peft-lint/versions`: which versions of the libraries the project of a file uses, and what says so, as text. */
import type { Connection } from "vscode-languageserver";
import { describeVersions } from "../workspace/versions/project";
import { invalidParams, uriIn } from "./requests";
import type { GetSession } from "./session";

/** `{ textDocument: { uri } }` → string; no path and nothing of the person's code is in it. */
export const versionsMethod = "peft-lint/versions";

export function registerVersions(connection: Connection, session: GetSession): void {
	connection.onRequest(versionsMethod, async (params: unknown) => {
		const uri = uriIn(params);
		if (uri === undefined) return invalidParams("textDocument.uri must be a string");
		const { documents, versions } = session();
		return describeVersions(await versions.of(documents.fileOf(uri)));
	});
}
