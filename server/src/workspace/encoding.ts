/**
 * Bytes of a Python file ↔ text, as Python itself reads them: a byte-order mark, else the coding cookie of PEP 263,
 * else UTF-8. Nothing is ever replaced or guessed: what cannot be decoded exactly is refused.
 */

export interface SourceEncoding {
	/** WHATWG label, or `iso-8859-1` and `us-ascii`, which that standard folds into windows-1252. */
	readonly label: string;
	/** The file starts with a byte-order mark; the text never does. */
	readonly bom: boolean;
}

export type Decoded =
	| { readonly ok: true; readonly text: string; readonly encoding: SourceEncoding }
	| { readonly ok: false; readonly reason: string };

const BOMS: readonly { readonly bytes: readonly number[]; readonly label: string }[] = [
	{ bytes: [0xef, 0xbb, 0xbf], label: "utf-8" },
	{ bytes: [0xff, 0xfe], label: "utf-16le" },
	{ bytes: [0xfe, 0xff], label: "utf-16be" },
];

/** Python's codec names that are no WHATWG labels. */
const PYTHON_NAMES: Readonly<Record<string, string>> = {
	"utf-8-sig": "utf-8",
	u8: "utf-8",
	utf: "utf-8",
	cp65001: "utf-8",
	latin: "iso-8859-1",
	"latin-1": "iso-8859-1",
	latin1: "iso-8859-1",
	l1: "iso-8859-1",
	iso8859: "iso-8859-1",
	"iso8859-1": "iso-8859-1",
	"iso-8859-1": "iso-8859-1",
	"iso-latin-1": "iso-8859-1",
	"8859": "iso-8859-1",
	ascii: "us-ascii",
	"646": "us-ascii",
	"us-ascii": "us-ascii",
	cp932: "shift_jis",
	"ms-kanji": "shift_jis",
	cp936: "gbk",
	ms936: "gbk",
	cp949: "euc-kr",
	uhc: "euc-kr",
	cp950: "big5",
	ms950: "big5",
};

/** A cookie in the first or second line; the second counts only after a blank or comment line. */
const COOKIE = /^(?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))?[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)/;

/** Enough for two long comment lines. */
const COOKIE_WINDOW = 1024;

/** Decodes a whole file. `reason` is a clause for a person: "invalid UTF-8 at byte 12". */
export function decodeSource(bytes: Uint8Array): Decoded {
	const marked = decodeMarked(bytes);
	if (marked !== undefined) return marked;
	const cookie = declaredEncoding(bytes);
	if (cookie === undefined) return decodeAs(bytes, { label: "utf-8", bom: false }, 0);
	const label = resolveLabel(cookie);
	if (label === undefined) return { ok: false, reason: `the declared encoding "${cookie}" is not supported` };
	return decodeAs(bytes, { label, bom: false }, 0);
}

/** JSON declares no encoding: it is UTF-8 unless a byte-order mark says otherwise. */
export function decodeJson(bytes: Uint8Array): Decoded {
	const decoded = decodeMarked(bytes) ?? decodeAs(bytes, { label: "utf-8", bom: false }, 0);
	return decoded.ok ? decoded : { ok: false, reason: decoded.reason.replace(HINT, "") };
}

function decodeMarked(bytes: Uint8Array): Decoded | undefined {
	const mark = BOMS.find((bom) => bom.bytes.every((byte, index) => bytes[index] === byte));
	if (mark === undefined) return undefined;
	return decodeAs(bytes.subarray(mark.bytes.length), { label: mark.label, bom: true }, mark.bytes.length);
}

/** Text back to bytes; undefined when the encoding cannot say it, or not in the way that it was read. */
export function encodeSource(text: string, encoding: SourceEncoding): Uint8Array | undefined {
	const body = encodeBody(text, encoding.label);
	if (body === undefined) return undefined;
	const mark = encoding.bom ? (BOMS.find((bom) => bom.label === encoding.label)?.bytes ?? []) : [];
	return mark.length === 0 ? body : Buffer.concat([Buffer.from(mark), body]);
}

function decodeAs(bytes: Uint8Array, encoding: SourceEncoding, skipped: number): Decoded {
	if (encoding.label === "iso-8859-1") return { ok: true, text: asBuffer(bytes).toString("latin1"), encoding };
	if (encoding.label === "us-ascii") {
		const bad = bytes.findIndex((byte) => byte > 0x7f);
		if (bad !== -1) return { ok: false, reason: `invalid ASCII (the declared encoding) at byte ${bad + 1}` };
		return { ok: true, text: asBuffer(bytes).toString("latin1"), encoding };
	}
	try {
		// A second mark is a character of the text (U+FEFF), as in Python.
		const text = new TextDecoder(encoding.label, { fatal: true, ignoreBOM: true }).decode(bytes);
		return { ok: true, text, encoding };
	} catch {
		if (encoding.label !== "utf-8") return { ok: false, reason: `invalid ${encoding.label}` };
		const hint = encoding.bom ? "" : HINT;
		return { ok: false, reason: `invalid UTF-8 at byte ${skipped + validUtf8Length(bytes) + 1}${hint}` };
	}
}

const HINT = "; declare the encoding in the first line (PEP 263) or save it as UTF-8";

function declaredEncoding(bytes: Uint8Array): string | undefined {
	const head = asBuffer(bytes.subarray(0, COOKIE_WINDOW)).toString("latin1");
	return COOKIE.exec(head)?.[1];
}

/** Python is liberal in how it spells a codec: case, `_` for `-`, and for UTF-8 and Latin-1 any suffix (`utf-8-unix`). */
function resolveLabel(cookie: string): string | undefined {
	const name = cookie.toLowerCase().replaceAll("_", "-");
	if (/^utf-?8(?:-(?:unix|dos|mac))?$/.test(name)) return "utf-8";
	const plain = name.replace(/-(?:unix|dos|mac)$/, "");
	const known = PYTHON_NAMES[plain];
	const candidates = known !== undefined ? [known] : [plain, plain.replaceAll("-", "_"), plain.replaceAll("-", "")];
	const label = candidates.find(isDecodable);
	// Python's utf-16 and utf-32 cookies are a contradiction: the cookie itself was read as ASCII.
	return label?.startsWith("utf-16") ? undefined : label;
}

function isDecodable(label: string): boolean {
	if (label === "iso-8859-1" || label === "us-ascii") return true;
	try {
		return new TextDecoder(label, { fatal: true }).encoding !== "replacement";
	} catch {
		return false;
	}
}

/** Length of the longest prefix that is whole characters, in bytes. */
function validUtf8Length(bytes: Uint8Array): number {
	let low = 0;
	let high = bytes.length;
	// A prefix that ends inside a character is fine for a streaming decoder, so validity is monotonous.
	while (low < high) {
		const middle = (low + high + 1) >> 1;
		if (decodeUtf8Prefix(bytes.subarray(0, middle)) !== undefined) low = middle;
		else high = middle - 1;
	}
	return Buffer.byteLength(decodeUtf8Prefix(bytes.subarray(0, low)) ?? "");
}

function decodeUtf8Prefix(bytes: Uint8Array): string | undefined {
	try {
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes, { stream: true });
	} catch {
		return undefined;
	}
}

function encodeBody(text: string, label: string): Uint8Array | undefined {
	switch (label) {
		case "utf-8":
			return new TextEncoder().encode(text);
		case "utf-16le":
			return Buffer.from(text, "utf16le");
		case "utf-16be":
			return Buffer.from(text, "utf16le").swap16();
		case "iso-8859-1":
			return hasOnly(text, 0xff) ? Buffer.from(text, "latin1") : undefined;
		case "us-ascii":
			return hasOnly(text, 0x7f) ? Buffer.from(text, "latin1") : undefined;
		default:
			return encodeLegacy(text, label);
	}
}

function hasOnly(text: string, highest: number): boolean {
	for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > highest) return false;
	return true;
}

/** The platform decodes every legacy encoding but encodes none: turn its decoder round. */
function encodeLegacy(text: string, label: string): Uint8Array | undefined {
	const table = encodeTable(label);
	const out: number[] = [];
	for (const character of text) {
		const bytes = table.get(character);
		if (bytes === undefined) return undefined;
		out.push(...bytes);
	}
	return Uint8Array.from(out);
}

const tables = new Map<string, ReadonlyMap<string, readonly number[]>>();

/** Every character that one or two bytes stand for. Shift states (ISO-2022) are not to be had this way. */
function encodeTable(label: string): ReadonlyMap<string, readonly number[]> {
	const known = tables.get(label);
	if (known !== undefined) return known;
	const table = new Map<string, readonly number[]>();
	const decoder = new TextDecoder(label, { fatal: true, ignoreBOM: true });
	const add = (bytes: readonly number[]): boolean => {
		try {
			const character = decoder.decode(Uint8Array.from(bytes));
			const single = [...character].length === 1;
			if (single && !table.has(character)) table.set(character, bytes);
			return single;
		} catch {
			return false;
		}
	};
	for (let first = 0; first < 256; first++) {
		if (add([first])) continue;
		for (let second = 0x30; second < 256; second++) add([first, second]);
	}
	tables.set(label, table);
	return table;
}

function asBuffer(bytes: Uint8Array): Buffer {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
