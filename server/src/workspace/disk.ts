/** The disk of the machine that Node runs on, by `file:` URIs. */
import { fileURLToPath } from "node:url";
import { listFolder, readRegularFile } from "./files";
import type { Disk } from "./host";

export const nodeDisk: Disk = {
	async readFile(uri) {
		const path = pathOf(uri);
		const read = path === undefined ? undefined : readRegularFile(path);
		return read?.kind === "read" ? read.bytes : undefined;
	},
	async listDirectory(uri) {
		// `C:` alone is what Windows calls wherever one is on that drive.
		const path = pathOf(`${uri}/`);
		return path === undefined ? undefined : listFolder(path);
	},
};

/** Undefined for what is no path of this machine. */
function pathOf(uri: string): string | undefined {
	if (!uri.startsWith("file:")) return undefined;
	try {
		return fileURLToPath(uri);
	} catch {
		return undefined;
	}
}
