import { EventEmitter, LogLevel, type LogOutputChannel, workspace } from "vscode";

const setting = "trace.server";

/**
 * Where the client writes the messages it exchanges with the server. The client asks the channel's level and not the
 * setting whether to trace; a person who sets `peftLint.trace.server` expects to see messages, so the level follows
 * the setting here, and the messages go to the log as ordinary lines.
 */
export function createTraceChannel(log: LogOutputChannel): LogOutputChannel {
	const changed = new EventEmitter<LogLevel>();
	const subscription = workspace.onDidChangeConfiguration((event) => {
		if (event.affectsConfiguration(`peftLint.${setting}`)) changed.fire(levelOfSetting());
	});
	return {
		name: log.name,
		get logLevel() {
			return levelOfSetting();
		},
		onDidChangeLogLevel: changed.event,
		trace: log.info,
		debug: log.debug,
		info: log.info,
		warn: log.warn,
		error: log.error,
		append: log.append,
		appendLine: log.appendLine,
		replace: log.replace,
		clear: log.clear,
		show: log.show,
		hide: log.hide,
		// The log itself lives on.
		dispose: () => {
			subscription.dispose();
			changed.dispose();
		},
	};
}

function levelOfSetting(): LogLevel {
	return workspace.getConfiguration("peftLint").get(setting) === "off" ? LogLevel.Off : LogLevel.Trace;
}
