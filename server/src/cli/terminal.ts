/** Where the command line writes, and whether it may use colour there. */
import pc from "picocolors";

export type Colors = ReturnType<typeof pc.createColors>;

export interface Terminal {
	/** What was asked for. */
	readonly out: (text: string) => void;
	/** What went wrong, and progress. */
	readonly err: (text: string) => void;
	readonly outColors: Colors;
	readonly errColors: Colors;
}

/** `color`: the person's explicit wish; undefined leaves it to the environment and to what the stream is. */
export function createTerminal(color: boolean | undefined): Terminal {
	return {
		out: (text) => void process.stdout.write(text),
		err: (text) => void process.stderr.write(text),
		outColors: pc.createColors(color ?? mayColor(process.stdout)),
		errColors: pc.createColors(color ?? mayColor(process.stderr)),
	};
}

/** A reader that leaves early (`| head`) is no failure. */
export function tolerateClosedPipes(): void {
	for (const stream of [process.stdout, process.stderr]) {
		stream.on("error", (error: NodeJS.ErrnoException) => {
			if (error.code !== "EPIPE") throw error;
		});
	}
}

export function warn(terminal: Terminal, message: string): void {
	terminal.err(`${terminal.errColors.bold(terminal.errColors.yellow("warning"))}: ${printable(message)}\n`);
}

export function fail(terminal: Terminal, message: string): void {
	terminal.err(`${terminal.errColors.bold(terminal.errColors.red("error"))}: ${printable(message)}\n`);
}

/** Control characters of a file's name or content must not reach the terminal as commands. */
export function printable(text: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about.
	return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, symbolOf);
}

function symbolOf(character: string): string {
	const code = character.charCodeAt(0);
	if (code < 0x20) return String.fromCharCode(0x2400 + code);
	return code === 0x7f ? "\u2421" : "\ufffd";
}

function mayColor(stream: NodeJS.WriteStream): boolean {
	if (process.env.NO_COLOR) return false;
	const forced = process.env.FORCE_COLOR;
	if (forced !== undefined && forced !== "") return forced !== "0" && forced !== "false";
	return stream.isTTY === true && process.env.TERM !== "dumb";
}
