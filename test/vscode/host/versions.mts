/**
 * The VS Code versions the suites run on. The desktop build can be downloaded only where its servers are reached; the
 * npm package `code-server` ships the same workbench and extension host and comes from the registry like any other.
 */
export interface HostVersion {
	/** As VS Code itself reports it. */
	readonly vscode: string;
	/** npm package `code-server` that ships it. */
	readonly codeServer: string;
	/** The Node that this VS Code has, or the nearest that npm has. */
	readonly node: string;
	readonly label: string;
}

/** `engines.vscode` names it; a test holds the two equal. */
export const oldest: HostVersion = { vscode: "1.99.3", codeServer: "4.99.4", node: "20.20.2", label: "oldest claimed" };
export const newest: HostVersion = { vscode: "1.139.1", codeServer: "4.139.1", node: "24.21.0", label: "newest" };

export const hostVersions: readonly HostVersion[] = [oldest, newest];
