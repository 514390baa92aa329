/** What the workspace asks of the world around it. A server on Node has a disk; one in a web worker asks its client. */

export type LogLevel = "error" | "warning" | "info" | "debug";

export interface Host {
	/** Bytes of a file that is not open; undefined when there is none or it cannot be read. */
	readFile(uri: string): Promise<Uint8Array | undefined>;
	log(level: LogLevel, message: string): void;
}
