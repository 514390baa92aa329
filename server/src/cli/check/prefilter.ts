/** Tells, from bytes alone, that a file cannot hold a finding: most files of a tree are never decoded. */
import { peftRoots } from "../../catalog";

const NAMES: readonly Buffer[] = peftRoots.map((name) => Buffer.from(name));

/** True when in doubt. What an adapter is put into or loaded with is imported, so some import root stands there. */
export function mayConcernPeft(bytes: Buffer): boolean {
	return isWide(bytes) || NAMES.some((name) => holdsWord(bytes, name));
}

/** `ctrl` is not `trl`. */
function holdsWord(bytes: Buffer, word: Buffer): boolean {
	for (let at = bytes.indexOf(word); at !== -1; at = bytes.indexOf(word, at + 1)) {
		if (!isWordByte(bytes[at - 1]) && !isWordByte(bytes[at + word.length])) return true;
	}
	return false;
}

/** `_`, an ASCII digit or letter. */
function isWordByte(byte: number | undefined): boolean {
	if (byte === undefined) return false;
	const letter = byte | 0x20;
	return byte === 0x5f || (byte >= 0x30 && byte <= 0x39) || (letter >= 0x61 && letter <= 0x7a);
}

/** UTF-16 spells names with zero bytes between. */
function isWide(bytes: Buffer): boolean {
	return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}
