/** What every feature works with, from `initialize` on. */
import type { Connection } from "vscode-languageserver";
import type { Documents } from "../workspace/documents";
import type { Host } from "../workspace/host";
import type { VersionReader } from "../workspace/versions/project";
import type { Client } from "./client";
import type { SettingsSource } from "./configuration";
import type { TextTable } from "./texts";
import type { WorkspaceFolders } from "./workspace-files";

export interface Session {
	readonly connection: Connection;
	readonly client: Client;
	readonly host: Host;
	readonly texts: TextTable;
	readonly documents: Documents;
	readonly settings: SettingsSource;
	readonly versions: VersionReader;
	readonly folders: WorkspaceFolders;
}

/** The gate lets nothing through to a feature before there is a session. */
export type GetSession = () => Session;
