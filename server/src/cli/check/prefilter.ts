/** Tells, from bytes alone, that a file cannot hold a finding: most files of a tree are never decoded. */
import { peftRoots } from "../../catalog";

const NAMES: readonly Buffer[] = peftRoots.map((name) => Buffer.from(name));

/** True when in doubt. */
export function mayConcernPeft(bytes: Buffer): boolean {
	return isWide(bytes) || NAMES.some((name) => bytes.includes(name));
}

/** UTF-16 spells names with zero bytes between. */
function isWide(bytes: Buffer): boolean {
	return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}
