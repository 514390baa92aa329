import { commands, type ExtensionContext, window, workspace } from "vscode";
import { copyDebugInfo } from "./debug-info-command";
import { registerModelGraph } from "./model-graph";
import { hasForeignScheme } from "./selector";
import { createServer, type Server } from "./server";
import { registerStatus } from "./status";
import { createTraceChannel } from "./trace-channel";

let server: Server | undefined;

export async function activate(context: ExtensionContext): Promise<void> {
	const log = window.createOutputChannel("PEFT Lint", { log: true });
	const trace = createTraceChannel(log);
	const running = createServer(context.asAbsolutePath("server/dist/main.js"), log, trace);
	server = running;
	context.subscriptions.push(
		log,
		trace,
		registerStatus(running),
		registerModelGraph(running),
		commands.registerCommand("peftLint.restart", () => running.restart()),
		commands.registerCommand("peftLint.showLogs", () => log.show()),
		commands.registerCommand("peftLint.copyDebugInfo", () => copyDebugInfo(context.extension, running)),
		// Which file systems are served is settled when the server starts.
		workspace.onDidChangeWorkspaceFolders(({ added }) =>
			added.some(hasForeignScheme) ? running.restart() : undefined,
		),
	);
	await running.restart();
}

export function deactivate(): Promise<void> | undefined {
	return server?.stop();
}
