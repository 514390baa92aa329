/** Standard input, read to its end but not for ever. */
import { fstatSync } from "node:fs";
import { describeSystemError, MAX_SOURCE_BYTES } from "../../workspace/files";

export type StdinRead = { readonly ok: true; readonly bytes: Buffer } | { readonly ok: false; readonly reason: string };

export async function readStandardInput(): Promise<StdinRead> {
	const chunks: Buffer[] = [];
	let size = 0;
	try {
		// Node takes a folder for a stream that ends at once.
		if (fstatSync(process.stdin.fd).isDirectory()) return { ok: false, reason: "it is a directory" };
		for await (const chunk of process.stdin) {
			chunks.push(chunk);
			size += chunk.length;
			// Leaving the loop closes the stream.
			if (size > MAX_SOURCE_BYTES) {
				return { ok: false, reason: `too large: ${MAX_SOURCE_BYTES} bytes are the most that is checked` };
			}
		}
		return { ok: true, bytes: Buffer.concat(chunks) };
	} catch (error) {
		return { ok: false, reason: describeSystemError(error) };
	}
}
