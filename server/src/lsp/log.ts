/** The server's log is the client's: `window/logMessage`. */
import type { Connection } from "vscode-languageserver";
import type { Host } from "../workspace/host";

export function createLog({ console }: Connection): Host["log"] {
	return (level, message) => {
		switch (level) {
			case "error":
				return console.error(message);
			case "warning":
				return console.warn(message);
			case "info":
				return console.info(message);
			case "debug":
				// `Debug` is too new for most clients.
				return console.log(message);
		}
	};
}
